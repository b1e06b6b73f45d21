"""Why a service is in the answer: short sentences that anyone can check."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.offers.answer import Reason
from maillage.offers.models import Brake, Kind, Language, Phase
from maillage.offers.models.vocabulary import LABELS
from maillage.offers.queries.finder.asked import OPEN_TO_ALL, Asked, codes
from maillage.offers.queries.finder.opening import Opening
from maillage.offers.queries.finder.places import day_number
from maillage.offers.queries.finder.ranking import Miss, capacity, freshness
from maillage.offers.situation import Situation, Whereabouts


@dataclass(frozen=True, slots=True)
class Facts:
    """What the ranking knows of one service."""

    phases: int
    kinds: int
    brakes: int
    publics: int
    languages: int
    distance_m: int | None
    approximate: bool
    misses: int
    on_site: bool
    remote: bool
    by_person: bool
    has_phone: bool
    qpv_only: bool
    opening: Opening


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, in words and in masks, and when."""

    situation: Situation
    whereabouts: Whereabouts
    asked: Asked
    at: datetime


def reasons(record: dict[str, Any], facts: Facts, question: Question) -> tuple[Reason, ...]:
    """Every reason, in the order of the ranking's criteria; never none."""
    return tuple(
        reason
        for reason in (
            _who_may_ask(facts),
            _qpv(facts, question.whereabouts),
            _zone(record["zones"], question.whereabouts),
            *_purpose(record, facts, question),
            *_people(record, facts, question),
            *_where(facts, question),
            _when(facts.opening, question.at),
            _room(record),
            _confirmed(record, question.at),
        )
        if reason
    )


def lacking(record: dict[str, Any], facts: Facts, question: Question) -> tuple[Reason, ...]:
    """Why a service is left out of the answer."""
    return tuple(_missing(record, facts, question))


def let_go(record: dict[str, Any], facts: Facts, question: Question, bits: int) -> tuple[Reason, ...]:
    """What a service lacks and is shown all the same, among these bits of Miss."""
    kept = replace(facts, misses=facts.misses & bits)
    return tuple(Reason(f"elargi-{reason.code}", reason.text) for reason in _missing(record, kept, question))


def turns(others: int) -> Reason:
    """Said of a contact that nothing tells apart from `others`."""
    return Reason(
        "tour-de-role",
        ngettext(
            "à tour de rôle avec %(n)s contact équivalent, l’ordre change chaque jour",
            "à tour de rôle avec %(n)s contacts équivalents, l’ordre change chaque jour",
            others,
        )
        % {"n": others},
    )


def first_contact() -> Reason:
    return Reason("premier-contact", _("accueille et oriente : vous pouvez l’appeler vous-même"))


def _who_may_ask(facts: Facts) -> Reason | None:
    if facts.by_person:
        return None
    return Reason("par-un-professionnel", _("sur demande d’un professionnel qui vous accompagne"))


def _qpv(facts: Facts, here: Whereabouts) -> Reason | None:
    if not facts.qpv_only:
        return None
    if here.qpv:
        return Reason("quartier", _("pour les habitants des quartiers prioritaires, dont le vôtre"))
    return Reason(
        "quartier-a-verifier",
        _("pour les habitants des quartiers prioritaires : donnez votre adresse pour vérifier"),
    )


def _zone(zones: list[str], here: Whereabouts) -> Reason:
    if not zones:
        return Reason("zone-a-verifier", _("ne dit pas quels territoires il sert : à vérifier"))
    if here.commune in zones:
        return Reason("zone-commune", _("reçoit les habitants de %(commune)s") % {"commune": here.nom})
    for code in here.zones:
        if code in zones and len(code) == 9:
            return Reason("zone-epci", _("reçoit les habitants de votre intercommunalité"))
        if code in zones and code.isalnum() and len(code) <= 3:
            return Reason("zone-departement", _("reçoit les habitants de votre département"))
        if code in zones and len(code) == 5 and not code.startswith("99"):
            return Reason("zone-commune", _("reçoit les habitants de votre commune"))
    return Reason("zone-france", _("ouvert aux habitants de toute la France"))


def _purpose(record: dict[str, Any], facts: Facts, question: Question) -> Iterator[Reason]:
    asked = question.asked
    if asked.phase & facts.phases:
        phase = Phase(question.situation.phase).label
        yield Reason("phase", _("accompagne à l’étape « %(phase)s »") % {"phase": phase})
    named = [str(Kind(code).label) for code in codes("kind", asked.kinds & facts.kinds)]
    named += [str(Brake(code).label) for code in codes("brake", asked.brakes & facts.brakes)]
    themes = set(record["thematiques"])
    kept = {*themes, *(theme.partition("--")[0] for theme in themes)}
    named += [LABELS[need] for need in question.situation.needs if need in kept and need not in Brake.values]
    if named:
        yield Reason(
            "besoin", _("répond à votre besoin : %(needs)s") % {"needs": ", ".join(dict.fromkeys(named))}
        )


def _people(record: dict[str, Any], facts: Facts, question: Question) -> Iterator[Reason]:
    asked = question.asked
    hers = codes("public", facts.publics & (asked.publics | asked.publics_too))
    if hers:
        yield Reason("public", _("s’adresse à : %(publics)s") % {"publics": _listed(hers)})
    elif asked.publics and (not record["publics"] or OPEN_TO_ALL in record["publics"]):
        yield Reason("tous-publics", _("ouvert à tous les publics"))
    elif record["publics"] and OPEN_TO_ALL not in record["publics"] and not facts.misses & Miss.PUBLIC:
        yield Reason(
            "public-a-verifier",
            _("s’adresse à : %(publics)s ; à vérifier") % {"publics": _listed(record["publics"])},
        )
    if spoken := [str(Language(code).label) for code in codes("language", asked.languages & facts.languages)]:
        yield Reason("langue", _("on y parle : %(languages)s") % {"languages": ", ".join(spoken)})


def _where(facts: Facts, question: Question) -> Iterator[Reason]:
    if facts.distance_m is not None:
        away = {"distance": distance_in_words(facts.distance_m)}
        if question.situation.lon is None:
            yield Reason("distance-mairie", _("à %(distance)s environ de votre mairie") % away)
        elif facts.approximate:
            yield Reason("distance-environ", _("à %(distance)s environ : seule sa commune est connue") % away)
        else:
            yield Reason("distance", _("à %(distance)s") % away)
    if facts.remote:
        yield Reason("a-distance", _("répond aussi à distance") if facts.on_site else _("répond à distance"))


def _when(state: Opening, at: datetime) -> Reason | None:
    if state.open_now:
        if state.closes_at is None:
            return Reason("ouvert", _("ouvert maintenant"))
        return Reason("ouvert", _("ouvert maintenant jusqu’à %(hour)s") % {"hour": hour(state.closes_at)})
    if state.next_opening is None:
        return None
    days = (localtime(state.next_opening).date() - localtime(at).date()).days
    when = {"hour": hour(state.next_opening), "day": date_format(localtime(state.next_opening), "l j F")}
    if days == 0:
        return Reason("ouvre", _("ouvre aujourd’hui à %(hour)s") % when)
    if days == 1:
        return Reason("ouvre", _("ouvre demain à %(hour)s") % when)
    return Reason("ouvre", _("ouvre %(day)s à %(hour)s") % when)


def _room(record: dict[str, Any]) -> Reason | None:
    places, delay = record["places_left"], record["delay_days"]
    level = capacity(-1 if places is None else places, -1 if delay is None else delay)
    if level == 3:
        return Reason("complet", _("complet pour le moment"))
    if delay is not None:
        return Reason(
            "delai",
            ngettext(
                "premier rendez-vous sous %(n)s jour environ",
                "premier rendez-vous sous %(n)s jours environ",
                delay,
            )
            % {"n": delay},
        )
    if places:
        return Reason("places", ngettext("%(n)s place libre", "%(n)s places libres", places) % {"n": places})
    return None


def _confirmed(record: dict[str, Any], at: datetime) -> Reason:
    when = {"month": date_format(record["confirmed_on"], "F Y")}
    if freshness(day_number(record["confirmed_on"]), day_number(localtime(at).date())) == 0:
        return Reason("confirme", _("fiche vérifiée en %(month)s") % when)
    return Reason("a-confirmer", _("fiche à vérifier : elle date de %(month)s") % when)


def _missing(record: dict[str, Any], facts: Facts, question: Question) -> Iterator[Reason]:
    missing, publics = facts.misses, {"publics": _listed(record["publics"])}
    if missing & Miss.RADIUS:
        radius = {"km": number_format(question.situation.within_km or 0, use_l10n=True)}
        yield Reason("rayon", _("plus loin que les %(km)s km demandés") % radius)
    if missing & (Miss.PUBLIC | Miss.AGE):
        yield Reason("public", _("réservé à : %(publics)s") % publics)
    if missing & Miss.NEED:
        yield Reason("besoin", _("ne répond pas au besoin demandé"))
    if missing & Miss.PHASE:
        others = ", ".join(str(Phase(code).label) for code in codes("phase", facts.phases))
        yield Reason("phase", _("pour une autre étape : %(phases)s") % {"phases": others})
    if missing & Miss.REMOTE:
        yield Reason(
            "distance",
            _("reçoit seulement sur place")
            if question.situation.remote
            else _("répond seulement à distance"),
        )
    if missing & Miss.QPV:
        yield Reason(
            "quartier",
            _("réservé à d’autres quartiers prioritaires")
            if question.whereabouts.qpv
            else _("réservé aux habitants des quartiers prioritaires"),
        )


def distance_in_words(metres: float) -> str:
    """« 350 m », « 1,2 km », « 35 km »."""
    if metres < 1_000:
        return _("%(n)s m") % {"n": max(10, round(metres / 10) * 10)}
    km = metres / 1_000
    return _("%(n)s km") % {
        "n": number_format(round(km, 1) if km < 10 else round(km), use_l10n=True, force_grouping=True)
    }


def hour(at: datetime) -> str:
    """« 17 h », « 9 h 30 »."""
    local = localtime(at)
    if local.minute:
        return _("%(hour)s h %(minute)s") % {"hour": local.hour, "minute": f"{local.minute:02}"}
    return _("%(hour)s h") % {"hour": local.hour}


def _listed(publics: list[str] | tuple[str, ...]) -> str:
    return ", ".join(LABELS[code].lower() if "QPV" not in LABELS[code] else LABELS[code] for code in publics)
