"""A point and the commune given with it: the boundary between two communes is nobody's mistake."""

from math import cos, hypot, radians

import pytest
from django.contrib.gis.db.models.functions import ClosestPoint
from django.contrib.gis.geos import Point

from maillage.offers.queries.finder.whereabouts import BOUNDARY_M, NoPlace, whereabouts
from maillage.offers.situation import Situation
from maillage.offers.tests.factories import GARGES, SARCELLES
from maillage.territories.models import Commune

pytestmark = pytest.mark.django_db
M_PER_DEGREE = 111_195


def beyond_the_boundary(of: str, towards: str, metres: float) -> tuple[float, float]:
    """A point (lon, lat) so many metres out of a commune, on the way to the town hall of its neighbour."""
    hall = Commune.objects.get(pk=towards).town_hall
    edge = (
        Commune.objects.annotate(edge=ClosestPoint("contour", Point(hall.x, hall.y, srid=4326)))
        .get(pk=of)
        .edge
    )
    east, north = (hall.x - edge.x) * cos(radians(hall.y)), hall.y - edge.y
    share = metres / (hypot(east, north) * M_PER_DEGREE)
    return edge.x + (hall.x - edge.x) * share, edge.y + (hall.y - edge.y) * share


def test_an_address_on_the_boundary_is_of_the_commune_that_was_said():
    lon, lat = beyond_the_boundary(GARGES, SARCELLES, BOUNDARY_M * 0.8)
    assert whereabouts(Situation(lon=lon, lat=lat)).commune == SARCELLES

    found = whereabouts(Situation(lon=lon, lat=lat, commune=GARGES))

    assert (found.commune, found.nom, found.lon, found.lat) == (GARGES, "Garges-lès-Gonesse", lon, lat)
    assert GARGES in found.zones
    assert SARCELLES not in found.zones


def test_farther_out_the_point_and_the_commune_contradict_each_other():
    lon, lat = beyond_the_boundary(GARGES, SARCELLES, BOUNDARY_M * 1.2)

    with pytest.raises(NoPlace, match="Ce point est dans la commune Sarcelles"):
        whereabouts(Situation(lon=lon, lat=lat, commune=GARGES))
