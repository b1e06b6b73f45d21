"""Which of many word groups are names of places: for whoever reads sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from maillage.territories.queries.names import PlaceFound
from maillage.territories.sql import statement


@dataclass(frozen=True)
class Called:
    """One place that a group of words names: in full (`whole`), or by the first words of its name.

    `likely` is the population of a commune, 10 000 for a QPV, ten times as much for a name in full.
    """

    name: str  # as given
    place: PlaceFound
    whole: bool
    departement: str
    likely: int


def places_called(names: Sequence[str], departement: str = "") -> list[Called]:
    """The communes and QPV called by each of `names`, in their order, at most five each, the likeliest first.

    Whole words only, and no typing mistake: see search_places for these. `departement` puts its places first. One query.
    """
    if not names:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement("called"), {"names": list(names), "departement": departement})
        rows = cursor.fetchall()
    return [
        Called(name, PlaceFound(*place), whole, near, likely) for name, *place, whole, near, likely in rows
    ]
