"""What a typed name means: communes, EPCI and QPV, as you type."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from maillage.territories.addresses import GeocoderUnavailable, find_addresses, looks_like_address
from maillage.territories.sql import statement

LONGEST = 80
# below, a likeness means nothing
SHORTEST_FOR_TYPOS = 4
POSTAL_CODE = re.compile(r"\b(\d{2}|97\d|98\d)\d{2,3}\b")
# a number, then words
STREET = re.compile(r"\d\s*(bis|ter|quater)?,?\s+\D{3,}", re.IGNORECASE)
# what follows a street in an address: « 3 rue du Tiers-Pot, 95140 Garges-lès-Gonesse »
TOWN = re.compile(r"\b\d{5}\b.*$|(?<=,)[^,]+$")
DEPARTEMENT = re.compile(r"(?<=\s)(\d{2}|2[ab]|97\d)$")


@dataclass(frozen=True)
class PlaceFound:
    """A commune, an EPCI, a QPV or an address: `kind` says which. `context` tells namesakes apart.

    `lon`, `lat`: degrees, SRID 4326; the town hall of a commune. An arrondissement has the code of its commune. An
    address has the Insee code of its commune.
    """

    kind: str
    code: str
    nom: str
    context: str
    lon: float
    lat: float
    generation: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The shape that the API gives: everything but the generation, which a code of QPV tells."""
        values = asdict(self)
        del values["generation"]
        return values


def search_anything(text: str, limit: int = 8) -> list[PlaceFound]:
    """What `search_places` finds, then street addresses when `text` looks like one and the geocoder answers.

    A street that nobody knows leads to its town, when a comma or a postal code tells it.
    """
    is_street = STREET.search(text) is not None
    found = search_places(text, limit, mistakes=not is_street)
    # a lone typing mistake is not worth asking for; with few places there is room for streets
    if len(found) < limit and looks_like_address(text):
        found += _streets(text, limit - len(found))
    if found or not is_street:
        return found
    town = TOWN.search(text)
    return search_places(town[0] if town else text, limit)


def _streets(text: str, limit: int) -> list[PlaceFound]:
    try:
        found = find_addresses(text, limit)
    except GeocoderUnavailable:
        return []
    return [PlaceFound("adresse", a.code_insee, a.label, a.context, a.lon, a.lat) for a in found]


def search_places(text: str, limit: int = 8, *, mistakes: bool = True) -> list[PlaceFound]:
    """The communes, EPCI and QPV that `text` may mean, the likeliest first; at most `limit`.

    Accents, case, hyphens and apostrophes do not count; « st » is « saint »; a postal code, an Insee code, a SIREN or
    the code of a QPV are understood; a département after the name (« Goussainville 95 ») or a postal code beside it
    (« 44000 Nantes ») puts its places first. Typing mistakes are tried when nothing else is found, unless `mistakes` says not to.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT territories_plain(%s)", [text.replace("\0", "")[:LONGEST]])
        typed = cursor.fetchone()[0]
        for name, departement in _readings(typed):
            if rows := _named(cursor, name, departement, limit):
                return [PlaceFound(*row) for row in rows]
        name, departement = _readings(typed)[-1] if typed else ("", "")
        if len(name) < SHORTEST_FOR_TYPOS or not mistakes:
            return []
        rows = _run(cursor, "search_typos", name, departement, limit)
    return [PlaceFound(*row) for row in rows]


def _named(cursor: Any, name: str, departement: str, limit: int) -> list[tuple[Any, ...]]:
    """What starts with `name`: the large places alone when they are enough."""
    if not departement:
        rows = _run(cursor, "search_large", name, departement, limit)
        if len(rows) == limit:
            return rows
    return _run(cursor, "search_names", name, departement, limit)


def _run(cursor: Any, query: str, typed: str, departement: str, limit: int) -> list[tuple[Any, ...]]:
    values = {"typed": typed, "start": f"{typed}%", "departement": departement, "limit": limit}
    cursor.execute(statement(query), values)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _readings(typed: str) -> list[tuple[str, str]]:
    """What may be meant, in turn: (name, département or ''); the postal code beside a name only says where it is."""
    if not typed:
        return []
    code = POSTAL_CODE.search(typed)
    name = " ".join(POSTAL_CODE.sub("", typed).split())
    if code and name:
        return [(name, code.group(1))]
    found = DEPARTEMENT.search(typed)
    if found:
        return [(typed, ""), (typed[: found.start()].strip(), found.group(1).upper())]
    return [(typed, "")]
