"""Fiches that may already say what someone is about to send.

The same SIRET of the carrier, else the same name in the same place. Places are near within 150 m; one known only by its
commune is near everything of that commune, since its point is the town hall's.
"""

from dataclasses import dataclass
from math import cos, radians
from typing import Any

from django.db import connection
from django.db.models import Q

from maillage.initiatives.models import Initiative
from maillage.initiatives.queries.likeness import similarity
from maillage.initiatives.sql import statement
from maillage.territories.models import Commune

NEAR_M = 150
SAME_NAME = 0.62  # chosen on the labelled pairs of tests/duplicates.csv
_CANDIDATES = 100


@dataclass(frozen=True)
class Likely:
    """One fiche that may be the same. `distance_m` is None when one of the two is known by its territory only."""

    initiative: Initiative
    reason: str  # "siret" or "name"
    similarity: float
    distance_m: int | None


def likely_duplicates(
    *, title: str, place: dict[str, Any] | None, siret: str = "", exclude: int | None = None, limit: int = 5
) -> list[Likely]:
    """The fiches, not archived, that may be the one called `title` at `place` (queries.values), surest first."""
    place = place or {"scope": "national"}
    communes = _same_town(place.get("commune"))
    shown: list[tuple[int, str, float, float | None]] = []
    for number, name, scope, commune, same_siret, metres in _candidates(
        title, place, communes, siret, exclude
    ):
        alike = similarity(title[:200], name)
        in_town = "commune" in {scope, place.get("scope")} and commune in communes
        distance = None if in_town else metres  # a town hall is nobody's address
        if same_siret or ((distance is None or distance <= NEAR_M) and alike >= SAME_NAME):
            shown.append((number, "siret" if same_siret else "name", alike, distance))
    shown.sort(key=lambda one: (one[1] != "siret" and one[2] < 0.9, -one[2], one[0]))
    fiches = Initiative.objects.select_related("commune", "carrier").in_bulk(
        [one[0] for one in shown[:limit]]
    )
    return [
        Likely(fiches[number], reason, alike, None if distance is None else round(distance))
        for number, reason, alike, distance in shown[:limit]
    ]


def _same_town(commune: str | None) -> list[str]:
    """The commune, and what may name the same place: the arrondissements of Paris, or Paris for one of them."""
    if not commune:
        return []
    rows = Commune.objects.filter(Q(pk=commune) | Q(parent=commune) | Q(arrondissements=commune))
    return list(rows.values_list("pk", flat=True))


def _candidates(
    title: str, place: dict[str, Any], communes: list[str], siret: str, exclude: int | None
) -> list[tuple[int, str, str, str | None, bool, float | None]]:
    """What sql/likely_duplicates.sql returns."""
    lon, lat = place.get("lon"), place.get("lat")
    with connection.cursor() as cursor:
        cursor.execute(
            statement("likely_duplicates"),
            {
                "title": title[:200],
                "siret": siret,
                "lon": lon,
                "lat": lat,
                "scope": place.get("scope") or "",
                "communes": communes,
                "departement": place.get("departement") or "",
                "region": place.get("region") or "",
                "near_lat": NEAR_M / 110_500,
                "near_lon": NEAR_M / (110_500 * max(0.01, cos(radians(lat or 0)))),
                "statuses": ["published", "to-confirm", "draft", "proposed"],
                "exclude": exclude,
                "limit": _CANDIDATES,
            },
        )
        return cursor.fetchall()


def of_initiative(row: Initiative) -> list[Likely]:
    """The fiches that may be the same as `row`."""
    point = row.point
    place = {
        "scope": row.scope,
        "lon": point.x if point else None,
        "lat": point.y if point else None,
        "commune": row.commune_id,
        "departement": row.departement_id,
        "region": row.region_id,
    }
    siret = row.carrier.siret if row.carrier else ""
    return likely_duplicates(title=row.title, place=place, siret=siret, exclude=row.pk)
