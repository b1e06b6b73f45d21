"""The services that may answer, read as one block of bytes: a few thousand rows cost a few milliseconds."""

from dataclasses import dataclass
from datetime import date
from math import cos, floor, radians
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.core.binary import one_binary_row
from maillage.offers.models import SearchRow
from maillage.offers.queries.finder.asked import Asked
from maillage.offers.sql import statement

# FinderRow.packed, as offers_packed() of migration 0008 writes it: 58 bytes, big-endian
PACKED = np.dtype(
    [
        ("id", ">i8"),
        ("lon", ">f4"),  # degrees, to the metre; NaN: no place
        ("lat", ">f4"),
        ("flags", ">i4"),
        ("phases", ">i2"),
        ("kinds", ">i2"),
        ("brakes", ">i2"),
        ("categories", ">i4"),
        ("publics", ">i4"),
        ("languages", ">i4"),
        ("themes", ">i8"),  # the first HALF_OF_THEMES
        ("more_themes", ">i4"),
        ("places_left", ">i2"),  # -1: not known
        ("delay_days", ">i2"),  # -1: not known
        ("confirmed_on", ">i4"),  # days since 1970
    ]
)
PLACES = np.dtype([("service_id", ">i8"), ("id", ">i8"), ("lon", ">f8"), ("lat", ">f8")])
FLAGS = {
    "business": 1 << 0,
    "on_site": 1 << 1,
    "remote": 1 << 2,
    "by_person": 1 << 3,
    "has_phone": 1 << 4,
    "has_places": 1 << 5,
    "qpv_only": 1 << 6,
    "qpv_named": 1 << 7,
    "zone_known": 1 << 8,
}
EARTH_M = 6_371_008.8
M_A_DEGREE = 111_195
# a service that does not say where it serves is offered this far, or as far as the person goes
UNBOUNDED_M = 100_000.0


@dataclass(frozen=True, slots=True)
class Candidates:
    """`rows` of PACKED in the order of their ids; for each, `distance_m` to the nearest place where it receives (NaN:
    no place, or none of the person's), `place_id` the permanence there (0: the service's own place), and
    `for_others`: kept for neighbourhoods that are not the person's."""

    rows: NDArray[Any]
    distance_m: NDArray[np.float64]
    place_id: NDArray[np.int64]
    for_others: NDArray[np.bool_]

    def has(self, flag: str) -> NDArray[np.bool_]:
        """Which rows carry a flag of FLAGS."""
        found: NDArray[np.bool_] = (self.rows["flags"] & FLAGS[flag]) != 0
        return found

    def where(self, kept: NDArray[np.bool_]) -> "Candidates":
        """These rows only."""
        if kept.all():
            return self
        return Candidates(self.rows[kept], self.distance_m[kept], self.place_id[kept], self.for_others[kept])


def candidates(asked: Asked, today: date) -> Candidates:
    """Every public service that serves where the person is (or does not say where it serves and is not far), for
    those who create a business or for a need that was named. One query; two when some are kept for other
    neighbourhoods."""
    packed, places = one_binary_row(
        statement("finder_candidates"),
        {
            "purposes": " ".join(map(str, _purposes(asked))),
            "codes": " ".join([*asked.zones, *_cells(asked)]),
            "today": today,
        },
    )
    rows = _native(np.frombuffer(packed or b"", PACKED))
    # a service of several zones comes several times
    rows = rows[np.unique(rows["id"], return_index=True)[1]]
    found = placed(rows, _native(np.frombuffer(places or b"", PLACES)), asked, kept_for_others(rows, asked))
    return found.where(~(_too_far(found, asked) | _unasked(found.rows, asked)))


def kept_for_others(rows: NDArray[Any], asked: Asked) -> NDArray[np.bool_]:
    """Which rows are for neighbourhoods that they name, none of them the person's. One query, or none."""
    named = (rows["flags"] & FLAGS["qpv_only"] != 0) & (rows["flags"] & FLAGS["qpv_named"] != 0)
    if not asked.qpv or not named.any():
        return named & bool(asked.qpv is not None)
    ids = SearchRow.objects.filter(pk__in=rows["id"][named].tolist()).exclude(
        qpv_codes__overlap=list(asked.qpv)
    )
    return np.isin(rows["id"], np.array(list(ids.values_list("pk", flat=True)), np.int64))


def placed(
    rows: NDArray[Any], places: NDArray[Any], asked: Asked, for_others: NDArray[np.bool_]
) -> Candidates:
    """The candidates with the nearest of their places: their own, or one of their permanences."""
    distance = distances_m(asked.lon, asked.lat, rows["lon"], rows["lat"])
    distance[(rows["flags"] & FLAGS["on_site"]) == 0] = np.nan
    place_id = np.zeros(len(rows), np.int64)
    if len(places):
        away = distances_m(asked.lon, asked.lat, places["lon"], places["lat"])
        at = np.searchsorted(rows["id"], places["service_id"])
        # nearest first, so that the first one seen of each service is the one kept
        for n in np.lexsort((places["id"], away)):
            row = at[n]
            if place_id[row] == 0 and not distance[row] <= away[n]:
                distance[row], place_id[row] = away[n], places["id"][n]
    return Candidates(rows, distance, place_id, for_others)


def distances_m(
    lon: float | None, lat: float | None, lons: NDArray[Any], lats: NDArray[Any]
) -> NDArray[np.float64]:
    """Metres on the sphere from one point to many, degrees; NaN where there is no place. At most 0.5 % from the
    spheroid's."""
    if lon is None or lat is None:
        return np.full(len(lons), np.nan)
    here, there = radians(lat), np.radians(lats.astype(np.float64))
    half_lat = np.sin((there - here) / 2) ** 2
    half_lon = np.sin(np.radians(lons.astype(np.float64) - lon) / 2) ** 2
    root = np.sqrt(half_lat + cos(here) * np.cos(there) * half_lon)
    found: NDArray[np.float64] = 2 * EARTH_M * np.arcsin(np.minimum(1, root))
    return found


def _native(rows: NDArray[Any]) -> NDArray[Any]:
    """The same rows in this machine's byte order, in which it computes faster."""
    return rows.astype(rows.dtype.newbyteorder("="))


def _purposes(asked: Asked) -> list[int]:
    """What the services are for, as FinderRow counts: businesses, and the categories of what was asked besides."""
    categories = asked.categories | asked.other_categories
    return [0, *(1 + n for n in range(31) if categories & (1 << n))]


def _unasked(rows: NDArray[Any], asked: Asked) -> NDArray[np.bool_]:
    """What a category brought, that lifts none of the brakes and is of none of the themes that were asked."""
    answers = (
        (rows["flags"] & FLAGS["business"])
        | (rows["brakes"] & asked.brakes)
        | (rows["categories"] & asked.categories)
        | (rows["themes"] & asked.themes[0])
        | (rows["more_themes"] & asked.themes[1])
    )
    unasked: NDArray[np.bool_] = answers == 0
    return unasked


def _cells(asked: Asked) -> list[str]:
    """The cells around the person where services that do not say where they serve are looked for."""
    if asked.lon is None or asked.lat is None:
        return []
    up = _unbounded_m(asked) / M_A_DEGREE
    side = min(180.0, up / max(0.05, cos(radians(asked.lat))))
    return [
        f"c{x}:{y}"
        for x in range(floor((asked.lon - side) * 2), floor((asked.lon + side) * 2) + 1)
        for y in range(floor((asked.lat - up) * 2), floor((asked.lat + up) * 2) + 1)
    ]


def _too_far(found: Candidates, asked: Asked) -> NDArray[np.bool_]:
    """What a cell brought from farther than it should."""
    from_a_cell = ~(found.has("zone_known") | found.has("remote") | found.has("has_places"))
    far: NDArray[np.bool_] = from_a_cell & (found.distance_m > _unbounded_m(asked))
    return far


def _unbounded_m(asked: Asked) -> float:
    return max(UNBOUNDED_M, asked.within_m or 0)
