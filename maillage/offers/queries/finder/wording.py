"""The sentences of the finder. The same few are said of many services: each is made once in each language."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from maillage.core.examples import marked
from maillage.core.hours_in_words import hour_in_words
from maillage.offers.answer import Reason
from maillage.offers.models import Brake, Kind, Language, Phase
from maillage.offers.models.vocabulary import LABELS

MOST_REMEMBERED = 4096
P = ParamSpec("P")
R = TypeVar("R")


_language: ContextVar[str | None] = ContextVar("language", default=None)


@contextmanager
def one_language() -> Iterator[None]:
    """Within it, the language is looked up once for all sentences."""
    before = _language.set(get_language())
    try:
        yield
    finally:
        _language.reset(before)


def remembered(say: Callable[P, R]) -> Callable[P, R]:
    """`say`, which is asked once for the same arguments in the same language."""

    @lru_cache(maxsize=MOST_REMEMBERED)
    def said(_language: str | None, args: tuple[object, ...]) -> R:
        return say(*args)  # type: ignore[arg-type, call-arg]

    @wraps(say)
    def ask(*args: P.args, **_no: P.kwargs) -> R:
        return said(_language.get() or get_language(), args)

    return ask


@remembered
def first_contact() -> Reason:
    return Reason("premier-contact", _("accueille et oriente : vous pouvez l’appeler vous-même"))


@remembered
def in_data(structure: str) -> str:
    """The name of an example's structure where no badge can stand."""
    return marked(structure, is_example=True)


@remembered
def turns(others: int) -> Reason:
    """Said of a contact that nothing tells apart from `others`."""
    text = ngettext(
        "à tour de rôle avec %(n)s contact équivalent, l’ordre change chaque jour",
        "à tour de rôle avec %(n)s contacts équivalents, l’ordre change chaque jour",
        others,
    )
    return Reason("tour-de-role", text % {"n": others})


@remembered
def by_a_professional() -> Reason:
    return Reason("par-un-professionnel", _("sur demande d’un professionnel qui vous accompagne"))


@remembered
def neighbourhood(known: bool) -> Reason:
    """Of a service kept for the QPV; `known`: the person is in one."""
    if known:
        return Reason("quartier", _("pour les habitants des quartiers prioritaires, dont le vôtre"))
    return Reason(
        "quartier-a-verifier",
        _("pour les habitants des quartiers prioritaires : donnez votre adresse pour vérifier"),
    )


@remembered
def zone(kind: str, commune: str) -> Reason:
    """`kind`: commune, epci, departement, france, or "" when the service does not say."""
    texts = {
        "commune": _("reçoit les habitants de %(commune)s") % {"commune": commune},
        "epci": _("reçoit les habitants de votre intercommunalité"),
        "departement": _("reçoit les habitants de votre département"),
        "france": _("ouvert aux habitants de toute la France"),
        "": _("ne dit pas quels territoires il sert : à vérifier"),
    }
    return Reason(f"zone-{kind or 'a-verifier'}", texts[kind])


@remembered
def phase(code: str) -> Reason:
    return Reason("phase", _("accompagne à l’étape « %(phase)s »") % {"phase": Phase(code).label})


@remembered
def needs(codes: tuple[str, ...]) -> Reason:
    named = [_need(code) for code in codes]
    return Reason(
        "besoin", _("répond à votre besoin : %(needs)s") % {"needs": ", ".join(dict.fromkeys(named))}
    )


@remembered
def publics(codes: tuple[str, ...], sure: bool) -> Reason:
    """Whom it is for; `sure`: the person belongs to them."""
    if sure:
        return Reason("public", _("s’adresse à : %(publics)s") % {"publics": listed(codes)})
    return Reason(
        "public-a-verifier", _("s’adresse à : %(publics)s ; à vérifier") % {"publics": listed(codes)}
    )


@remembered
def open_to_all() -> Reason:
    return Reason("tous-publics", _("ouvert à tous les publics"))


@remembered
def languages(codes: tuple[str, ...]) -> Reason:
    spoken = ", ".join(str(Language(code).label) for code in codes)
    return Reason("langue", _("on y parle : %(languages)s") % {"languages": spoken})


def away(metres: int, how: str) -> Reason:
    """`how`: "" between two known points, « mairie » from the person's town hall, « environ » to the service's."""
    return _away(as_said_m(metres), how)


@remembered
def _away(metres: int, how: str) -> Reason:
    said = {"distance": distance_in_words(metres)}
    texts = {
        "": _("à %(distance)s"),
        "mairie": _("à %(distance)s environ de votre mairie"),
        "environ": _("à %(distance)s environ : seule sa commune est connue"),
    }
    return Reason(f"distance-{how}" if how else "distance", texts[how] % said)


@remembered
def from_afar(also_on_site: bool) -> Reason:
    return Reason("a-distance", _("répond aussi à distance") if also_on_site else _("répond à distance"))


@remembered
def is_open(until: datetime | None) -> Reason:
    if until is None:
        return Reason("ouvert", _("ouvert maintenant"))
    return Reason("ouvert", _("ouvert maintenant jusqu’à %(hour)s") % {"hour": hour_in_words(until)})


@remembered
def opens(at: datetime, today: date) -> Reason:
    local = localtime(at)
    days = (local.date() - today).days
    when = {"hour": hour_in_words(at), "day": date_format(local, "l j F")}
    if days == 0:
        return Reason("ouvre", _("ouvre aujourd’hui à %(hour)s") % when)
    if days == 1:
        return Reason("ouvre", _("ouvre demain à %(hour)s") % when)
    return Reason("ouvre", _("ouvre %(day)s à %(hour)s") % when)


@remembered
def full() -> Reason:
    return Reason("complet", _("complet pour le moment"))


@remembered
def delay(days: int) -> Reason:
    text = ngettext(
        "premier rendez-vous sous %(n)s jour environ", "premier rendez-vous sous %(n)s jours environ", days
    )
    return Reason("delai", text % {"n": days})


@remembered
def places(left: int) -> Reason:
    return Reason("places", ngettext("%(n)s place libre", "%(n)s places libres", left) % {"n": left})


@remembered
def confirmed(on: date, fresh: bool) -> Reason:
    when = {"month": date_format(on, "F Y")}
    if fresh:
        return Reason("confirme", _("fiche vérifiée en %(month)s") % when)
    return Reason("a-confirmer", _("fiche à vérifier : elle date de %(month)s") % when)


@remembered
def too_far(km: float) -> Reason:
    return Reason(
        "rayon", _("plus loin que les %(km)s km demandés") % {"km": number_format(km, use_l10n=True)}
    )


@remembered
def kept_for(codes: tuple[str, ...]) -> Reason:
    return Reason("public", _("réservé à : %(publics)s") % {"publics": listed(codes)})


@remembered
def another_need() -> Reason:
    return Reason("besoin", _("ne répond pas au besoin demandé"))


@remembered
def other_phases(codes: tuple[str, ...]) -> Reason:
    named = ", ".join(str(Phase(code).label) for code in codes)
    return Reason("phase", _("pour une autre étape : %(phases)s") % {"phases": named})


@remembered
def other_way(on_site: bool) -> Reason:
    return Reason(
        "distance", _("reçoit seulement sur place") if on_site else _("répond seulement à distance")
    )


@remembered
def other_neighbourhoods(lives_in_one: bool) -> Reason:
    if lives_in_one:
        return Reason("quartier", _("réservé à d’autres quartiers prioritaires"))
    return Reason("quartier", _("réservé aux habitants des quartiers prioritaires"))


def as_said_m(metres: int) -> int:
    """The metres that stand for all those that are said alike: few, so that their sentences are remembered."""
    if metres < 995:
        return max(10, round(metres / 10) * 10)
    return round(metres / 100) * 100 if metres < 9_950 else round(metres / 1_000) * 1_000


def distance_in_words(metres: float) -> str:
    """« 350 m », « 1,2 km », « 35 km »."""
    if metres < 995:
        return _("%(n)s m") % {"n": max(10, round(metres / 10) * 10)}
    km = metres / 1_000
    return _("%(n)s km") % {
        "n": number_format(round(km, 1) if km < 9.95 else round(km), use_l10n=True, force_grouping=True)
    }


def listed(codes: tuple[str, ...]) -> str:
    """Publics in a sentence."""
    return ", ".join(LABELS[code] if "QPV" in LABELS[code] else LABELS[code].lower() for code in codes)


def _need(code: str) -> str:
    for vocabulary in (Kind, Brake):
        if code in vocabulary.values:
            return str(vocabulary(code).label)
    return LABELS[code]
