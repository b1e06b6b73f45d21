from datetime import timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.initiatives.models import PHASES, PUBLICS, Initiative, Theme
from maillage.initiatives.queries.search import (
    Criteria,
    UnknownCriterion,
    facets,
    find,
    matching,
)
from maillage.initiatives.tests.factories import (
    CERGY,
    GARGES,
    LILLE,
    RENNES,
    SARCELLES,
    commune,
    days,
    make_initiative,
)
from maillage.territories.models import Qpv

pytestmark = pytest.mark.django_db


def read(query: str) -> Criteria:
    return Criteria.from_query(QueryDict(query))


def titles(criteria: Criteria) -> list[str]:
    return [row.title for row in find(criteria)]


def test_matching_never_shows_what_is_not_public():
    for status in Initiative.Status.values:
        make_initiative(title=status, status=status)

    assert sorted(titles(Criteria())) == ["published", "to-confirm"]
    assert facets(Criteria()).total == 2


def test_words_are_found_whatever_their_accents_and_endings_and_the_last_may_be_unfinished():
    make_initiative(title="Coopérative éphémère", summary="Des traiteurs du quartier")
    make_initiative(title="Autre chose")

    for text in ("coopératives", "cooperative ephem", "traiteur", "EPHEMERE traiteurs"):
        assert titles(Criteria(text=text)) == ["Coopérative éphémère"], text
    assert titles(Criteria(text="coopérative boulanger")) == []


def test_a_typo_finds_the_title_that_looks_like_it_only_when_nothing_has_the_words():
    make_initiative(title="Le Carburateur")
    make_initiative(title="La Turbine")
    make_initiative(title="La Turbinette", published_at=days("2020-01-01"))

    make_initiative(title="CitésLab")
    make_initiative(title="Mois de l’entrepreneuriat")

    assert titles(Criteria(text="carburatuer")) == ["Le Carburateur"]
    assert titles(Criteria(text="turbinnette")) == ["La Turbinette"]
    assert titles(Criteria(text="citélab")) == ["CitésLab"]
    assert titles(Criteria(text="entrepreunariat")) == ["Mois de l’entrepreneuriat"]
    assert titles(Criteria(text="boulanger")) == []


@pytest.mark.parametrize("text", ["'; DROP TABLE x", "&|!():*", "🎉", "ليل", "a" * 200, "de la", "\\", "%_"])
def test_any_text_is_an_answer(text):
    make_initiative(title="Le Carburateur")

    assert titles(Criteria(text=text)) in ([], ["Le Carburateur"])
    assert facets(Criteria(text=text)).total in {0, 1}


def test_relevance_puts_the_title_before_the_body():
    make_initiative(title="Marché", published_at=days("2020-01-01"))
    make_initiative(title="Autre", body="Un marché parmi d’autres choses.")

    assert titles(Criteria(text="marché")) == ["Marché", "Autre"]


def test_territories_hold_what_is_in_them():
    make_initiative(title="Garges", commune=GARGES)
    make_initiative(title="Cergy", commune=CERGY)
    make_initiative(title="Lille", commune=LILLE)
    garges = commune(GARGES)
    make_initiative(title="Val-d’Oise", scope="departement", departement=garges.departement)
    make_initiative(title="Île-de-France", scope="region", region=garges.departement.region)
    make_initiative(title="France", scope="national")

    assert titles(Criteria(commune=GARGES)) == ["Garges"]
    assert sorted(titles(Criteria(departement="95"))) == ["Cergy", "Garges", "Val-d’Oise"]
    assert sorted(titles(Criteria(region=garges.departement.region_id))) == [
        "Cergy",
        "Garges",
        "Val-d’Oise",
        "Île-de-France",
    ]
    assert len(titles(Criteria())) == 6


def test_a_qpv_holds_what_is_tied_to_it_and_the_addresses_inside_but_not_a_town_hall():
    contour = MultiPolygon(Polygon.from_bbox((2.39, 48.96, 2.41, 48.98)), srid=4326)
    quartier = Qpv.objects.create(code="QP095999", generation=2015, nom="Essai", contour=contour)
    make_initiative(title="tied", scope="qpv", qpv=quartier, lon=2.5, lat=48.0)
    make_initiative(title="address", lon=2.40, lat=48.97)
    make_initiative(title="town hall", commune=GARGES, scope="commune")
    make_initiative(title="outside", lon=2.42, lat=48.97)

    assert sorted(titles(read("qpv=qp095999"))) == ["address", "tied"]


def test_a_radius_is_measured_on_the_spheroid_and_leaves_out_what_has_no_point():
    make_initiative(title="here", lon=2.0, lat=49.0)
    make_initiative(title="9.9 km east", lon=2.0 + 9.9 / 73.17, lat=49.0)
    make_initiative(title="10.1 km east", lon=2.0 + 10.1 / 73.17, lat=49.0)
    make_initiative(title="9.9 km north", lon=2.0, lat=49.0 + 9.9 / 111.2)
    make_initiative(title="France", scope="national")

    found = list(find(read("lon=2&lat=49&rayon=10")))

    assert [row.title for row in found] == ["here", "9.9 km east", "9.9 km north"]
    assert found[0].distance.m == 0
    assert 9_800 < found[1].distance.m < 10_000


def test_a_radius_crosses_the_antimeridian():
    make_initiative(title="Fidji", lon=179.99, lat=-16.5)

    assert titles(read("lon=-179.99&lat=-16.5&rayon=10")) == ["Fidji"]
    assert titles(read("bbox=179,-17,-179,-16")) == ["Fidji"]


def test_a_drawn_zone_holds_its_points_even_when_its_line_crosses_itself():
    make_initiative(title="west", lon=2.05, lat=49.1)
    make_initiative(title="east", lon=2.95, lat=49.1)
    make_initiative(title="out", lon=2.5, lat=49.9)

    bow_tie = "POLYGON((2 49,3 49.2,3 49,2 49.2,2 49))"
    assert sorted(titles(read(f"zone={bow_tie}"))) == ["east", "west"]
    geojson = '{"type":"Polygon","coordinates":[[[2,49],[2.1,49],[2.1,49.2],[2,49.2],[2,49]]]}'
    assert titles(read(f"zone={geojson}")) == ["west"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("theme=inconnu", "theme"),
        ("public=martiens", "public"),
        ("phase=zzz", "phase"),
        ("commune=99999", "commune"),
        ("epci=000000000", "epci"),
        ("departement=ZZ", "departement"),
        ("region=ZZ", "region"),
        ("qpv=QPZZZZZZ", "qpv"),
        ("commune='; DROP", "commune"),
        ("lon=2", "lat"),
        ("lat=2", "lon"),
        ("lon=x&lat=2", "lon"),
        ("lon=nan&lat=2", "lon"),
        ("lon=2&lat=95", "lat"),
        ("lon=2&lat=48&rayon=0", "rayon"),
        ("lon=2&lat=48&rayon=100000", "rayon"),
        ("tri=prix", "tri"),
        ("page=0", "page"),
        ("page=inf", "page"),
        (f"q={'a' * 201}", "q"),
        ("zone=POINT(2 48)", "zone"),
        ("zone=POLYGON((2 48,3 48))", "zone"),
        ("zone=POLYGON((2 48,300 48,3 49,2 48))", "zone"),
        ('zone={"type":"Polygon","coordinates":3}', "zone"),
        (f"zone=POLYGON((2 48,{','.join(f'3 {48 + i / 1000}' for i in range(600))},2 48))", "zone"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,5,3,2", "bbox"),
    ],
)
def test_a_value_that_means_nothing_is_refused_by_name(query, parameter):
    with pytest.raises(UnknownCriterion, match=f"Paramètre « {parameter} »"):
        read(query)


def test_criteria_survive_their_address():
    commune(GARGES)
    criteria = read(
        "q=coop%20été&commune=95268&lon=2.4&lat=48.97&rayon=5&theme=lieux,jeunes&theme=lieux&public=rsa"
        "&phase=idee&tri=distance&page=3&zone=POLYGON((2 48,3 48,3 49,2 48))&bbox=2,48,3,49"
    )

    assert criteria.themes == ("lieux", "jeunes")
    assert criteria.radius_m == 5000
    assert read(criteria.to_query()) == criteria
    assert criteria.without("around", "themes").to_query().count("theme=") == 0
    assert criteria.with_(text="x").page == 1
    assert criteria.toggled("themes", "lieux").themes == ("jeunes",)


# --- properties ----------------------------------------------------------------------------------------------

CODES = ["jeunes", "adultes", "lieux"]
ROW = st.fixed_dictionaries(
    {
        "themes": st.lists(st.sampled_from(CODES), max_size=2, unique=True),
        "publics": st.lists(st.sampled_from(PUBLICS[:3]), max_size=2, unique=True),
        "phases": st.lists(st.sampled_from(PHASES[:2]), max_size=2, unique=True),
        "status": st.sampled_from(["published", "to-confirm", "draft", "proposed", "archived"]),
        "title": st.sampled_from(["Le bus", "La fabrique", "Bus et fabrique"]),
        "commune": st.sampled_from([GARGES, SARCELLES, RENNES]),
        "age": st.integers(0, 2),
    }
)
SEARCH = st.builds(
    Criteria,
    text=st.sampled_from(["", "bus", "fabriq", "fabirque"]),
    departement=st.sampled_from(["", "95"]),
    themes=st.lists(st.sampled_from(CODES), max_size=2, unique=True).map(tuple),
    publics=st.lists(st.sampled_from(PUBLICS[:3]), max_size=2, unique=True).map(tuple),
    phases=st.lists(st.sampled_from(PHASES[:2]), max_size=1, unique=True).map(tuple),
    sort=st.sampled_from(["", "pertinence", "distance", "date"]),
    lon=st.just(2.4),
    lat=st.just(48.97),
    radius_m=st.sampled_from([3_000, 300_000]),
)
NOW = timezone.now()


@given(rows=st.lists(ROW, max_size=12), criteria=SEARCH, around=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_facets_add_up_and_the_order_is_total(rows, criteria, around):
    Initiative.objects.all().delete()
    for row in rows:
        age = row.pop("age")
        public = row["status"] in {"published", "to-confirm"}
        make_initiative(**row, published_at=NOW - timedelta(days=age) if public else None)
    if not around:
        criteria = criteria.without("around")

    found = list(find(criteria))
    counted = facets(criteria)

    # the list, its total and the unordered set say the same, and only what is public
    assert {row.status for row in found} <= {"published", "to-confirm"}
    assert counted.total == len(found) == matching(criteria).count()
    assert sorted(row.pk for row in found) == sorted(matching(criteria).values_list("pk", flat=True))
    # cut into pages, the order is the same: it depends on nothing but the rows
    assert [row.pk for n in range(len(found)) for row in find(criteria)[n : n + 1]] == [r.pk for r in found]
    # the number beside a value is what choosing it alone would give
    for facet in ("themes", "publics", "phases"):
        for value, n in getattr(counted, facet).items():
            assert n == matching(criteria.with_(**{facet: (value,)})).count(), (facet, value)


def test_facets_name_every_value_even_without_an_initiative():
    counted = facets(Criteria())

    assert list(counted.themes) == list(Theme.objects.values_list("code", flat=True))
    assert counted.publics == dict.fromkeys(PUBLICS, 0)
    assert counted.phases == dict.fromkeys(PHASES, 0)


def test_each_value_of_a_facet_has_a_bit_of_its_own_and_keeps_it():
    themes = [theme.bit for theme in Theme.objects.all()]
    assert len(set(themes)) == len(themes)
    added = Theme.objects.create(
        code="neuf", name="Neuf", position=99, colour="#000000", icon="x", shape="circle"
    )
    added.refresh_from_db()
    assert added.bit not in themes
    row = make_initiative(themes=["neuf"], publics=PUBLICS, phases=PHASES)
    Theme.objects.filter(code="neuf").update(position=98)

    counted = facets(Criteria())

    assert counted.themes["neuf"] == 1
    assert set(counted.publics.values()) == set(counted.phases.values()) == {1}
    row.themes = ["jeunes"]
    row.save()
    assert facets(Criteria()).themes["neuf"] == 0
    assert row.version == 1
    assert Initiative.objects.get(pk=row.pk).version == 2
