"""One service as its page says it: when it receives, for whom, why call, in French words. Pure functions of a loaded row."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from maillage.core.hours import Opening, is_open, openings, with_exceptions
from maillage.core.hours_in_words import Line, week_in_words
from maillage.offers.freshness import is_doubtful
from maillage.offers.models import Accessibility, Language, Permanence, Service
from maillage.offers.models.vocabulary import LABELS
from maillage.offers.queries.services import zone_names

# where the national label is for professionals
PLAIN_WORDS = {
    "residents-qpv-frr": gettext_lazy(
        "Habitantes et habitants d’un quartier prioritaire, ou d’une commune rurale aidée"
    ),
    "beneficiaires-des-minimas-sociaux": gettext_lazy(
        "Personnes au RSA ou qui touchent une autre allocation"
    ),
    "demandeurs-emploi": gettext_lazy("Personnes qui cherchent un emploi"),
    "actifs": gettext_lazy("Personnes qui travaillent, salariées ou à leur compte"),
}
AHEAD = timedelta(days=60)
DATES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Reception:
    """One permanence: its usual hours in words, and the next times when it receives, exceptions and holidays counted."""

    permanence: Permanence
    week: list[Line]
    next: list[Opening]
    closed: list[date]  # the coming days on which it is shut for once


def known_on(row: Service) -> date:
    """The day the service was last known to be true."""
    return row.confirmed_on or row.date_maj


def needs_confirming(row: Service, today: date) -> bool:
    """Whether nobody confirmed it for so long that readers are told."""
    return is_doubtful(known_on(row), today)


def usual_week(row: Service, today: date) -> list[Line]:
    """The desk's hours in words: the service's own, else its structure's."""
    return week_in_words(hours_of(row), today)


def hours_of(row: Service) -> str:
    """The hours that count, in opening_hours syntax: the service's own, else its structure's."""
    return row.horaires_accueil or row.structure.horaires_accueil


def open_now(row: Service, at: datetime) -> bool | None:
    """Whether the desk is open; None when nobody knows."""
    return is_open(hours_of(row), at) if hours_of(row) else None


def receptions(row: Service, at: datetime) -> list[Reception]:
    """The permanences that are not over, the soonest first."""
    today = at.date()
    found = [
        _reception(permanence, at)
        for permanence in row.permanences.all()
        if permanence.ends_on is None or permanence.ends_on >= today
    ]
    return sorted(found, key=lambda r: (r.next[0].start if r.next else at + AHEAD, r.permanence.pk))


def _reception(permanence: Permanence, at: datetime) -> Reception:
    exceptions = {exception.day: exception.hours for exception in permanence.exceptions.all()}
    start = at
    if permanence.starts_on and permanence.starts_on > at.date():
        start = datetime.combine(permanence.starts_on, datetime.min.time(), at.tzinfo)
    coming: list[Opening] = []
    for opening in openings(with_exceptions(permanence.hours, exceptions), start, start + AHEAD):
        if permanence.ends_on and opening.start.date() > permanence.ends_on:
            break
        coming.append(opening)
        if len(coming) == DATES_SHOWN:
            break
    today = at.date()
    closed = [day for day, hours in sorted(exceptions.items()) if not hours and today <= day <= today + AHEAD]
    return Reception(permanence, week_in_words(permanence.hours, today), coming, closed)


def for_whom(row: Service) -> list[str]:
    """Whom it is for, a sentence each."""
    said = []
    if not row.publics or row.publics == ["tous-publics"]:
        said.append(_("Ouvert à tout le monde"))
    else:
        said += [str(PLAIN_WORDS.get(code, LABELS.get(code, code))) for code in row.publics]
    if row.qpv_only:
        said.append(_("Réservé aux habitantes et habitants des quartiers prioritaires"))
    if zones := zone_names(row.zone_eligibilite):
        shown = ", ".join(zones[:6])
        said.append(
            _("Pour qui habite : %(zones)s et d’autres communes") % {"zones": shown}
            if len(zones) > 6
            else _("Pour qui habite : %(zones)s") % {"zones": shown}
        )
    if row.mobilisable_par == ["professionnels"]:
        said.append(_("Sur orientation d’un professionnel : demandez à qui vous accompagne"))
    return said


def why_call(row: Service) -> list[tuple[str, str]]:
    """(icon, sentence) pairs: what makes a first call easy. Only what the service says."""
    reasons = []
    if row.frais == "gratuit":
        reasons.append(("hand-coins", _("C’est gratuit")))
    if row.delay_days is not None:
        words = (
            _("Premier rendez-vous tout de suite")
            if row.delay_days == 0
            else ngettext(
                "Premier rendez-vous en %(n)s jour environ",
                "Premier rendez-vous en %(n)s jours environ",
                row.delay_days,
            )
            % {"n": row.delay_days}
        )
        reasons.append(("calendar-check", words))
    if row.places_left:
        words = ngettext("%(n)s place libre", "%(n)s places libres", row.places_left) % {"n": row.places_left}
        reasons.append(("user-plus", words))
    if spoken := [
        str(Language(code).label) for code in row.languages if code in Language.values and code != "fr"
    ]:
        reasons.append(
            ("languages", _("On y parle aussi : %(languages)s") % {"languages": ", ".join(spoken)})
        )
    if "a-distance" in row.modes_accueil:
        reasons.append(("phone", _("Possible par téléphone ou en visio")))
    reasons += [
        ("accessibility", str(Accessibility(code).label))
        for code in row.accessibility
        if code in Accessibility.values
    ]
    return reasons


def themes(row: Service) -> list[str]:
    """What it is about, in the words of the national vocabulary."""
    return [LABELS[code] for code in row.thematiques if code in LABELS]


def address_lines(row: Service) -> list[str]:
    """The address as an envelope has it; the commune alone when nothing else is known."""
    town = row.commune.nom if row.commune else row.nom_commune
    lines = [row.adresse, row.complement_adresse, f"{row.code_postal} {town}".strip()]
    if not any(lines) and row.structure.commune:
        lines = [row.structure.commune.nom]
    return [line for line in lines if line]


def safe_link(address: str) -> str:
    """A web address that may be clicked, "" for anything else."""
    return address if address.startswith(("https://", "http://")) else ""
