"""Where the map of a search looks."""

import math

from django.contrib.gis.geos import GEOSGeometry

from maillage.initiatives.queries.criteria import Criteria
from maillage.territories.basemap import mercator
from maillage.territories.queries.basemap import Box, territory_box

FRANCE = Box(*mercator(-5.3, 41.25), *mercator(9.75, 51.2))  # the mainland and Corsica
LEAST_M = 2_400  # a box smaller than this (EPSG:3857) is widened: a point needs its surroundings
TERRITORIES = ("qpv", "commune", "epci", "departement", "region")


def frame(criteria: Criteria) -> Box | None:
    """The box (EPSG:3857) of the place that the search is bound to, with some air; None for everywhere."""
    if criteria.bbox:
        west, south, east, north = criteria.bbox
        return _with_air(Box(*mercator(min(west, east), south), *mercator(max(west, east), north)))
    if criteria.zone:
        west, south, east, north = GEOSGeometry(criteria.zone, srid=4326).extent
        return _with_air(Box(*mercator(west, south), *mercator(east, north)))
    if criteria.lon is not None and criteria.lat is not None:
        x, y = mercator(criteria.lon, criteria.lat)
        reach = (criteria.radius_m or 0) / max(0.05, math.cos(math.radians(criteria.lat)))
        return _with_air(Box(x - reach, y - reach, x + reach, y + reach))
    for kind in TERRITORIES:
        if (code := getattr(criteria, kind)) and (box := territory_box(kind, code)):
            return _with_air(box)
    return None


def _with_air(box: Box) -> Box:
    air_x = max(0.06 * (box.xmax - box.xmin), (LEAST_M - (box.xmax - box.xmin)) / 2)
    air_y = max(0.06 * (box.ymax - box.ymin), (LEAST_M - (box.ymax - box.ymin)) / 2)
    return Box(box.xmin - air_x, box.ymin - air_y, box.xmax + air_x, box.ymax + air_y)
