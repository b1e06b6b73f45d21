"""What the finder's pages show of a question and its answer: chips to take away, the path as a thread."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from maillage.offers import wording
from maillage.offers.answer import Answer, Item
from maillage.offers.criteria import as_parameters, query_string
from maillage.offers.models import Language, PersonStatus, Sector
from maillage.offers.nearby import around
from maillage.offers.situation import Situation, Whereabouts
from maillage.offers.take_away import share_link, sms_text
from maillage.territories.queries import PlaceFound

AROUND_KM = 30  # what the map shows around a person who sets no distance
# about 100 m: nobody's door
DECIMALS = 3
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Chip:
    """One answer in force, and the address of the question without it."""

    label: str
    href: str
    image: str = ""
    words: str = ""  # of the sentence that it was read from


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


def placed(situation: Situation, place: PlaceFound) -> Situation:
    """The same question asked from a place: a commune as such, another place by its point."""
    if place.kind == "commune":
        return replace(situation, commune=place.code, lon=None, lat=None)
    return rounded(replace(situation, commune="", lon=place.lon, lat=place.lat))


def address(situation: Situation) -> str:
    """The page of a question: the questions themselves when nothing is asked."""
    query = query_string(situation)
    return f"/trouver/?{query}" if query else "/trouver/"


def chips(situation: Situation, here: Whereabouts) -> list[Chip]:
    """Every answer in force, in the order of the questions."""
    found = []
    if situation.lon is not None or situation.commune:
        nowhere = replace(situation, lon=None, lat=None, commune="", within_km=None)
        found.append(Chip(here.nom or _("Votre position"), address(nowhere), "map-pin"))
    if situation.within_km is not None:
        label = _("À %(n)s km au plus") % {"n": number_format(situation.within_km).removesuffix(",0")}
        found.append(Chip(label, address(replace(situation, within_km=None))))
    if situation.remote is not None:
        label = _("À distance") if situation.remote else _("En face à face")
        found.append(Chip(label, address(replace(situation, remote=None))))
    if situation.phase:
        said = str(wording.STAGES[situation.phase].said)
        found.append(Chip(said, address(replace(situation, phase=""))))
    for code in situation.needs:
        rest = tuple(one for one in situation.needs if one != code)
        found.append(Chip(wording.need_words(code), address(replace(situation, needs=rest))))
    return found + _chips_about_oneself(situation)


def _chips_about_oneself(situation: Situation) -> list[Chip]:
    found = []
    for code in situation.publics:
        rest = tuple(one for one in situation.publics if one != code)
        found.append(Chip(wording.need_words(code), address(replace(situation, publics=rest))))
    if situation.age is not None:
        found.append(Chip(_("%(n)s ans") % {"n": situation.age}, address(replace(situation, age=None))))
    if situation.status:
        found.append(
            Chip(
                str(PersonStatus(situation.status).label).capitalize(), address(replace(situation, status=""))
            )
        )
    for code in situation.languages:
        rest = tuple(one for one in situation.languages if one != code)
        label = _("En %(language)s") % {"language": Language(code).label}
        found.append(Chip(label, address(replace(situation, languages=rest))))
    if situation.sector:
        found.append(
            Chip(str(Sector(situation.sector).label).capitalize(), address(replace(situation, sector="")))
        )
    return found


def thread(answer: Answer) -> list[Bead]:
    """The phases in order, from where the person stands; the first contact is not told twice."""
    first = answer.first_contact
    beads = []
    for step in answer.steps:
        items = tuple(item for item in step.items if first is None or item.id != first.id)
        here = step.phase == answer.situation.phase
        if items or here:
            beads.append(Bead(wording.STAGES[step.phase], here, items))
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


def answer_context(answer: Answer) -> dict[str, Any]:
    """What the page of an answer needs, besides the answer itself."""
    situation, here = answer.situation, answer.whereabouts
    query = query_string(situation)
    text = sms_text(answer)
    return {
        "answer": answer,
        "first": answer.first_contact,
        "now": answer.at,
        "chips": chips(situation, here),
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
