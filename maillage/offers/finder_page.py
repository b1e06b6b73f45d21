"""What the finder's pages show of a question and its answer: chips to take away, the path as a thread."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from maillage.offers import wording
from maillage.offers.answer import Answer, Item
from maillage.offers.criteria import as_parameters, query_string
from maillage.offers.models import Language, PersonStatus, Sector
from maillage.offers.nearby import around
from maillage.offers.sentence import Reading
from maillage.offers.situation import Situation, Whereabouts
from maillage.offers.take_away import share_link, sms_text
from maillage.territories.queries import PlaceFound

AROUND_KM = 30  # what the map shows around a person who sets no distance
# about 100 m: nobody's door
DECIMALS = 3
SHOWN = 3
# parameters with one value at most
ONCE = {"lieu", "rayon", "distance", "phase", "age", "statut", "secteur"}


@dataclass(frozen=True, slots=True)
class Chip:
    """One answer in force, and the address of the question without it."""

    label: str
    href: str
    image: str = ""
    words: str = ""  # of the sentence that it was read from

    @property
    def told(self) -> str:
        """« food truck → Alimentation », or the label alone."""
        if not self.words or self.words.casefold() == self.label.casefold():
            return self.label
        return f"{self.words} → {self.label}"


@dataclass(frozen=True, slots=True)
class Bead:
    """One phase on the thread: who accompanies there; the first ones, then the others."""

    stage: wording.Stage
    here: bool
    items: tuple[Item, ...]

    @property
    def first(self) -> tuple[Item, ...]:
        return self.items[:1]

    @property
    def others(self) -> tuple[Item, ...]:
        return self.items[1:SHOWN]


def rounded(situation: Situation) -> Situation:
    """The same question from a point that tells no door."""
    if situation.lon is None or situation.lat is None:
        return situation
    return replace(situation, lon=round(situation.lon, DECIMALS), lat=round(situation.lat, DECIMALS))


def said_and_read(said: Situation, read: Situation) -> Situation:
    """What was answered in the form, completed by what a sentence says."""
    answered = {
        name: value for name in said.__slots__ if (value := getattr(said, name)) not in (None, "", ())
    }
    if {"lon", "commune"} & answered.keys():
        read = replace(read, lon=None, lat=None, commune="")
    return replace(read, **answered)


def placed(situation: Situation, place: PlaceFound) -> Situation:
    """The same question asked from a place: a commune as such, another place by its point."""
    if place.kind == "commune":
        return replace(situation, commune=place.code, lon=None, lat=None)
    return rounded(replace(situation, commune="", lon=place.lon, lat=place.lat))


def address(situation: Situation) -> str:
    """The page of a question: the questions themselves when nothing is asked."""
    query = query_string(situation)
    return reverse("finder:finder") + (f"?{query}" if query else "")


def chips(situation: Situation, here: Whereabouts, reading: Reading | None = None) -> list[Chip]:
    """Every answer in force, in the order of the questions, with the words of the sentence that it was read from."""
    read = {(part.field, part.code): part.words for part in reading.parts} if reading else {}
    read |= {(field, ""): words for (field, _code), words in read.items() if field in ONCE}

    def chip(field: str, code: str, label: object, image: str = "", **without: Any) -> Chip:
        words = read.get((field, "" if field in ONCE else code), "")
        return Chip(str(label), address(replace(situation, **without)), image, words)

    found = []
    if situation.lon is not None or situation.commune:
        label = here.nom or _("Votre position")
        found.append(chip("lieu", "", label, "map-pin", lon=None, lat=None, commune="", within_km=None))
    if situation.within_km is not None:
        label = _("À %(n)s km au plus") % {"n": f"{situation.within_km:g}".replace(".", ",")}
        found.append(chip("rayon", "", label, within_km=None))
    if situation.remote is not None:
        label = _("À distance") if situation.remote else _("En face à face")
        found.append(chip("distance", "", label, remote=None))
    if situation.phase:
        found.append(chip("phase", "", wording.STAGES[situation.phase].said, phase=""))
    for code in situation.needs:
        found.append(chip("besoin", code, wording.need_words(code), needs=_less(situation.needs, code)))
    for code in situation.publics:
        found.append(chip("public", code, wording.need_words(code), publics=_less(situation.publics, code)))
    if situation.age is not None:
        found.append(chip("age", "", _("%(n)s ans") % {"n": situation.age}, age=None))
    if situation.status:
        found.append(chip("statut", "", str(PersonStatus(situation.status).label).capitalize(), status=""))
    for code in situation.languages:
        label = _("En %(language)s") % {"language": Language(code).label}
        found.append(chip("langue", code, label, languages=_less(situation.languages, code)))
    if situation.sector:
        found.append(chip("secteur", "", str(Sector(situation.sector).label).capitalize(), sector=""))
    return found


def _less(codes: tuple[str, ...], code: str) -> tuple[str, ...]:
    return tuple(one for one in codes if one != code)


def thread(answer: Answer) -> list[Bead]:
    """The phases in order, from where the person stands.

    The first contact is not told twice, and a contact that serves several phases leads the first of them only, when
    another can lead the next.
    """
    told = {answer.first_contact.id} if answer.first_contact else set()
    beads = []
    for step in answer.steps:
        items = [
            item for item in step.items if answer.first_contact is None or item.id != answer.first_contact.id
        ]
        items.sort(key=lambda item: item.id in told)
        here = step.phase == answer.situation.phase
        if items or here:
            beads.append(Bead(wording.STAGES[step.phase], here, tuple(items)))
            told |= {item.id for item in items[:1]}
    return beads


def fields(situation: Situation, here: Whereabouts) -> QueryDict:
    """The form's fields for a question already asked, to correct it."""
    data = QueryDict(mutable=True)
    for name, value in as_parameters(situation):
        if name not in {"lon", "lat", "commune"}:
            data.appendlist(name, value)
    if situation.commune or situation.lon is not None:
        name = here.nom or _("Votre position")
        point = ("", "") if situation.lon is None else (f"{situation.lon:.3f}", f"{situation.lat:.3f}")
        data["adresse"], data["position"] = name, ",".join((*point, situation.commune, name))
    return data


def answer_context(answer: Answer, reading: Reading | None = None) -> dict[str, Any]:
    """What the page of an answer needs, besides the answer itself; `reading` is of the sentence that asked."""
    situation, here = answer.situation, answer.whereabouts
    query = query_string(situation)
    text = sms_text(answer)
    return {
        "answer": answer,
        "first": answer.first_contact,
        "now": answer.at,
        "chips": chips(situation, here, reading),
        "reading": reading,
        "elsewhere": [
            (f"{place.nom}, {place.context}", address(placed(situation, place)))
            for place in (reading.other_places if reading else ())[:SHOWN]
        ],
        "query": query,
        "back": address(situation),
        "thread": thread(answer),
        "sms": text,
        # the question mark, then &: what both families of telephones understand
        "sms_href": f"sms:?&body={quote(text)}",
        "link": share_link(answer),
        "map_query": _map_query(situation),
        "nearby": around(answer),
        "is_placed": bool(situation.lon is not None or situation.commune),
    }


def _map_query(situation: Situation) -> str:
    """The map's parameters for what exists around the same place, at the same phase."""
    asked: list[tuple[str, str]] = []
    if situation.lon is not None and situation.lat is not None:
        km = situation.within_km or AROUND_KM
        asked = [("lon", f"{situation.lon:.3f}"), ("lat", f"{situation.lat:.3f}"), ("rayon", f"{km:g}")]
    elif situation.commune:
        asked = [("commune", situation.commune)]
    return urlencode([*asked, *([("phase", situation.phase)] if situation.phase else [])])
