"""The one place that someone means by what they typed."""

import re
import unicodedata
from dataclasses import dataclass

from maillage.territories.queries.names import STREET, TOWN, PlaceFound, search_anything, search_places

LONGEST = 200
CHOICES = 6
POSTAL_CODE = re.compile(r"\b\d{5}\b")


@dataclass(frozen=True, slots=True)
class Meant:
    """What a text means as a place: one `place`, or several `choices`, or nothing.

    `instead` says that a street was not found and that its town stands for it.
    """

    place: PlaceFound | None = None
    choices: tuple[PlaceFound, ...] = ()
    instead: bool = False


def place_meant(text: str, *, epci: bool = False) -> Meant:
    """The commune, neighbourhood or address that `text` names; a street that nobody knows leads to its town.

    With `epci`, an EPCI too: one may search in it, nobody lives in one.
    """
    text = " ".join(text.replace("\0", " ").split())[:LONGEST]
    found = [place for place in search_anything(text) if epci or place.kind != "epci"]
    if exact := _decided(text, found):
        return exact
    if STREET.search(text):
        return _street(text, found)
    return Meant(found[0]) if len(found) == 1 else Meant(choices=tuple(found[:CHOICES]))


def _decided(text: str, found: list[PlaceFound]) -> Meant | None:
    """The one place of that very name; else the one commune whose name begins so."""
    named = [place for place in found if _plain(place.nom) == _plain(text)]
    communes = [place for place in named or found if place.kind == "commune"]
    if len(named) == 1:
        return Meant(named[0])
    if len(communes) == 1 and (named or _plain(communes[0].nom).startswith(_plain(text))):
        return Meant(communes[0])
    return None


def _street(text: str, found: list[PlaceFound]) -> Meant:
    streets = [place for place in found if place.kind == "adresse"]
    words = set(_plain(text).split())
    if streets and (len(streets) == 1 or words <= set(_plain(streets[0].nom).split())):
        return Meant(streets[0])
    if streets:
        return Meant(choices=tuple(streets[:CHOICES]))
    town = TOWN.search(text)
    communes = [
        place for place in (search_places(town[0].strip()) if town else found) if place.kind == "commune"
    ]
    if town and (exact := _decided(POSTAL_CODE.sub("", town[0]), communes)):
        return Meant(exact.place, instead=True)
    return Meant(choices=tuple(communes[:CHOICES]), instead=bool(communes))


def _plain(text: str) -> str:
    """Without accents, capitals, hyphens or apostrophes."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(
        re.sub(r"[^\w\s]|_", " ", "".join(c for c in bare if not unicodedata.combining(c))).split()
    )
