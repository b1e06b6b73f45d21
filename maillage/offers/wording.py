"""The words of the finder: what a person says of herself, and how times, distances and telephones are told."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from maillage.core.hours_in_words import hour_in_words
from maillage.offers.answer import FinancingItem, Item
from maillage.offers.models import Brake, Kind, Phase
from maillage.offers.models.vocabulary import LABELS

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Stage:
    """One phase as a person says it, with what she would do there, and its heading on the path."""

    code: str
    said: Text
    hint: Text
    heading: Text


STAGES = {
    stage.code: stage
    for stage in (
        Stage(
            Phase.IDEE, lazy("J’ai une envie ou une idée"), lazy("En parler, savoir par où commencer"), lazy("L’idée")
        ),
        Stage(
            Phase.AMORCAGE, lazy("Je prépare mon projet"), lazy("Le vérifier, l’essayer, le chiffrer"), lazy("L’amorçage")
        ),
        Stage(
            Phase.CREATION, lazy("Je crée mon entreprise"), lazy("Statut, financement, local"), lazy("La création")
        ),
        Stage(
            Phase.DEVELOPPEMENT,
            lazy("Mon activité est lancée"),
            lazy("Trouver des clients, recruter, grandir"),
            lazy("Le développement"),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Need:
    """One need or brake as a person says it, and its icon."""

    code: str
    said: Text
    image: str


NEEDS = {
    need.code: need
    for need in (
        Need(Kind.ACCUEIL, lazy("Parler à quelqu’un"), "message-circle"),
        Need(Kind.DIAGNOSTIC, lazy("Vérifier mon idée"), "search-check"),
        Need(Kind.ACCOMPAGNEMENT, lazy("Avancer pas à pas"), "footprints"),
        Need(Kind.GROUPE, lazy("Avancer en groupe"), "users"),
        Need(Kind.FORMATION, lazy("Me former"), "graduation-cap"),
        Need(Kind.FINANCEMENT, lazy("Trouver de l’argent"), "hand-coins"),
        Need(Kind.HEBERGEMENT, lazy("Trouver un local"), "store"),
        Need(Kind.TEST, lazy("Essayer mon activité"), "flask-conical"),
    )
}
BRAKES = {
    need.code: need
    for need in (
        Need(Brake.MOBILITE, lazy("Me déplacer"), "bus"),
        Need(Brake.GARDE_ENFANT, lazy("Faire garder mes enfants"), "baby"),
        Need(Brake.LOGEMENT, lazy("Me loger"), "house"),
        Need(Brake.SANTE, lazy("Ma santé"), "heart-pulse"),
        Need(Brake.LANGUE, lazy("Le français"), "languages"),
        Need(Brake.NUMERIQUE, lazy("Internet, l’ordinateur"), "laptop"),
        Need(Brake.ADMINISTRATIF, lazy("Les papiers, les démarches"), "file-text"),
        Need(Brake.FINANCIER, lazy("L’argent au quotidien"), "wallet"),
    )
}


def need_words(code: str) -> str:
    """A need in plain words: one of ours, else data·inclusion's label."""
    found = NEEDS.get(code) or BRAKES.get(code)
    return str(found.said) if found else LABELS.get(code, code)


def distance_words(metres: int | None, *, approximate: bool = False) -> str:
    """« 650 m », « 1,2 km », « environ 12 km »; "" when it is not known. From or to a town hall, metres mean nothing."""
    if metres is None:
        return ""
    if approximate and metres < 1000:
        return _("moins de 1 km")
    if metres < 100:
        return _("moins de 100 m")
    if metres < 1000:
        return _("%(n)s m") % {"n": round(metres, -1)}
    km = metres / 1000
    told = _("%(n)s km") % {"n": number_format(round(km, 1) if km < 10 else round(km))}
    return _("environ %(distance)s") % {"distance": told} if approximate else told


def travel_words(seconds: int) -> str:
    """How long a way takes, in the instance's way of travelling: « environ 15 min à pied »."""
    minutes = max(1, round(seconds / 60))
    said = {
        "pied": _("environ %(time)s à pied"),
        "velo": _("environ %(time)s à vélo"),
        "voiture": _("environ %(time)s en voiture"),
    }[settings.ROUTING_MODE]
    hours, rest = divmod(minutes, 60)
    time = _("%(n)s min") % {"n": minutes} if not hours else _("%(h)s h %(m)02d") % {"h": hours, "m": rest}
    return said % {"time": time}


def moment(at: datetime, now: datetime) -> str:
    """« aujourd’hui à 14 h », « demain à 9 h », « jeudi à 9 h 30 », « jeudi 3 décembre à 9 h 30 »."""
    day, today = timezone.localtime(at).date(), timezone.localtime(now).date()
    days = (day - today).days
    if days == 0:
        return _("aujourd’hui à %(hour)s") % {"hour": hour_in_words(at)}
    if days == 1:
        return _("demain à %(hour)s") % {"hour": hour_in_words(at)}
    named = date_format(day, "l" if 1 < days < 7 else "l j F")
    return _("%(day)s à %(hour)s") % {"day": named, "hour": hour_in_words(at)}


@dataclass(frozen=True, slots=True)
class Doors:
    """Whether the doors are open: `state` (open, closed, unknown), what to say first, what follows."""

    state: str
    said: str
    then: str = ""


def doors(item: Item, now: datetime) -> Doors:
    """What to tell of the opening hours of `item` at `now`."""
    if item.open_now:
        until = _("jusqu’à %(hour)s") % {"hour": hour_in_words(item.closes_at)} if item.closes_at else ""
        return Doors("open", _("Ouvert maintenant"), until)
    if item.next_opening:
        said = _("Prochaine permanence") if item.by_appointment else _("Ouvre")
        return Doors("closed", said, moment(item.next_opening, now))
    if item.open_now is False:
        return Doors("closed", _("Fermé en ce moment"))
    return Doors("unknown", _("Horaires à demander"))


def amounts(item: FinancingItem) -> str:
    """« jusqu’à 12 000 € », « de 500 à 3 000 € », « à partir de 500 € »; "" when it is not known."""
    low, high = (
        number_format(amount, use_l10n=True, force_grouping=True) if amount else ""
        for amount in (item.amount_min, item.amount_max)
    )
    if low and high and low != high:
        return _("de %(low)s à %(high)s €") % {"low": low, "high": high}
    if low and high:
        return _("%(amount)s €") % {"amount": high}
    if high:
        return _("jusqu’à %(amount)s €") % {"amount": high}
    return _("à partir de %(amount)s €") % {"amount": low} if low else ""
