"""Whom to call: the narrowest banner over a place, and one banner a zone."""

import pytest
from django.db import IntegrityError, transaction

from maillage.organisations.actions.banners import NoSuchPlace, ZoneTaken, change_banner, open_banner
from maillage.organisations.models import Banner
from maillage.organisations.queries import Contact, coordinator_for
from maillage.organisations.queries.banners import territory_of
from maillage.organisations.tests.factories import NANTES, NANTES_METROPOLE, make_banner

pytestmark = pytest.mark.django_db
EVERYWHERE = ("44109", "244400404", "44", "52", "france")


def test_nobody_where_no_banner_is():
    make_banner(zones=["244900015"])
    make_banner(zones=[NANTES_METROPOLE], is_published=False)

    assert coordinator_for(EVERYWHERE) is None
    assert coordinator_for(()) is None


def test_the_banner_of_the_place_answers(django_assert_num_queries):
    make_banner(
        slug="osez", name="Osez", zones=[NANTES_METROPOLE], telephone="+33240419000", courriel="osez@exemple.fr", hours="Mo-Fr 09:00-17:00",
    )  # fmt: skip

    with django_assert_num_queries(1):
        found = coordinator_for(EVERYWHERE)

    assert found == Contact(
        "Osez", "+33240419000", "osez@exemple.fr", "Mo-Fr 09:00-17:00", "/b/osez/", "/b/osez/rappel/"
    )


def test_the_narrowest_banner_answers_first():
    for slug, zone in (("epci", NANTES_METROPOLE), ("commune", NANTES), ("qpv", "QN04401M")):
        make_banner(slug=slug, zones=[zone, f"QP0440{len(slug)}{len(slug)}"])

    assert coordinator_for(EVERYWHERE).home == "/b/commune/"
    assert coordinator_for((*EVERYWHERE, "QN04401M")).home == "/b/qpv/"
    assert coordinator_for(("44143", NANTES_METROPOLE)).home == "/b/epci/"


def test_two_published_banners_share_no_zone():
    first = open_banner(values={"name": "Un", "zones": [NANTES_METROPOLE, NANTES], "is_published": True})
    second = open_banner(values={"name": "Deux", "zones": [NANTES]})

    with pytest.raises(ZoneTaken, match="une seule bannière par lieu"):
        change_banner(banner_id=second.pk, version=second.version, values={"is_published": True})
    with pytest.raises(IntegrityError), transaction.atomic():
        Banner.objects.filter(pk=second.pk).update(is_published=True)
    change_banner(banner_id=first.pk, version=first.version, values={"is_published": False})
    Banner.objects.filter(pk=second.pk).update(is_published=True)


def test_a_territory_has_a_name_a_middle_and_a_reach():
    found = territory_of([NANTES_METROPOLE])

    assert found.name == "Nantes Métropole"
    assert (found.lon, found.lat) == (pytest.approx(-1.55, abs=0.15), pytest.approx(47.2, abs=0.15))
    assert 10 <= found.radius_km <= 30
    assert territory_of([NANTES]).radius_km == 3
    assert territory_of(["000000000", "QN00000X"]).lon is None
    with pytest.raises(NoSuchPlace):
        open_banner(values={"name": "Rien", "zones": ["000000000"]})


@pytest.mark.parametrize(
    ("zones", "query"),
    [([NANTES_METROPOLE], "epci=244400404"), ([NANTES], "commune=44109"), (["2A004"], "commune=2A004"), (["QN04401M"], "qpv=QN04401M"), ([], "")],
)  # fmt: skip
def test_a_single_zone_is_asked_by_its_code(zones, query):
    assert Banner(zones=zones).place_query == query


def test_several_zones_are_asked_around_their_middle():
    row = open_banner(values={"name": "Deux", "zones": ["44109", "44143"]})

    assert row.place_query.startswith("lon=-1.5")
    assert row.territory_name == "Nantes, Rezé"
