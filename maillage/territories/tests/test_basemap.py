import gzip
import shutil

import brotli
import numpy as np
import pytest
import shapely
from django.db import connection

from maillage.core.tiles import VERSION, tile_folder
from maillage.territories.actions.drawing import _label_zooms, borders, draw_territories, mended
from maillage.territories.basemap import STROKES, Window, first_view, mercator
from maillage.territories.models import Border, Commune, Contour
from maillage.territories.queries.basemap import (
    EARTH,
    Box,
    View,
    drawing_versions,
    drawn_lines,
    drawn_qpv,
    tile_box,
)
from maillage.territories.tests.factories import make_qpv

PARIS = (10, 518, 352)
LA_REUNION = (8, 167, 143)


def contours(kind: str, zoom: int) -> np.ndarray:
    found = Contour.objects.filter(kind=kind, min_zoom__lte=zoom, max_zoom__gte=zoom).order_by("code")
    return shapely.from_wkb([bytes(c.shape.wkb) for c in found])


def address(layer: str, z: int, x: int, y: int) -> str:
    version = drawing_versions()["contours" if layer == "contours" else "qpv"]
    return f"/tuiles/{layer}/{z}/{x}/{y}.svg?v={version}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "zoom"), [("commune", 9), ("epci", 8), ("departement", 4), ("departement", 7), ("region", 12)]
)
def test_neighbours_share_their_vertices_without_gap_or_overlap(kind, zoom):
    shapes = contours(kind, zoom)

    assert len(shapes) >= 18
    assert shapely.coverage_is_valid(shapes, gap_width=1)


@pytest.mark.django_db
@pytest.mark.parametrize("zoom", [0, 6, 8, 10])
def test_every_departement_is_drawn_at_every_zoom_overseas_included(zoom):
    found = Contour.objects.filter(kind="departement", min_zoom__lte=zoom, max_zoom__gte=zoom)

    assert set(found.values_list("code", flat=True)) >= {"01", "2A", "971", "972", "973", "974", "976"}
    assert found.count() == Commune.objects.exclude(departement=None).values("departement").distinct().count()


def test_a_border_is_drawn_once_and_says_what_it_separates():
    squares = np.array([shapely.box(x, 0, x + 1, 1) for x in range(3)], dtype=object)
    departement = np.array(["1", "1", "2"], dtype=object)
    commune = np.array(["a", "b", "c"], dtype=object)

    drawn = dict(borders(squares, [(Border.Level.DEPARTEMENT, departement), (Border.Level.COMMUNE, commune)]))

    length = {level: sum(shapely.length(lines)) for level, lines in drawn.items()}
    assert length == {Border.Level.COAST: 8, Border.Level.DEPARTEMENT: 1, Border.Level.COMMUNE: 1}
    assert shapely.get_coordinates(drawn[Border.Level.DEPARTEMENT])[:, 0].tolist() == [2, 2]


def test_overlaps_and_slivers_are_mended():
    faulty = np.array([shapely.box(0, 0, 1000, 1000), shapely.box(990, 0, 2000, 1000)], dtype=object)
    gap = np.array(
        [
            shapely.box(0, 0, 1000, 3000),
            shapely.box(1000, 0, 2000, 1000),
            shapely.box(1000, 1010, 2000, 3000),
            shapely.box(2000, 0, 3000, 3000),
        ],
        dtype=object,
    )

    assert shapely.coverage_is_valid(mended(faulty))
    assert shapely.area(shapely.coverage_union_all(mended(gap))) == 9_000_000


@pytest.mark.django_db
def test_drawing_again_changes_nothing_until_a_commune_moves():
    before = drawing_versions()["contours"]
    ids = set(Border.objects.values_list("pk", flat=True)[:50])

    draw_territories()

    assert drawing_versions()["contours"] == before
    assert set(Border.objects.filter(pk__in=ids).values_list("pk", flat=True)) == ids


@pytest.mark.django_db
def test_another_look_is_another_address(monkeypatch):
    before = drawing_versions()
    monkeypatch.setattr("maillage.territories.queries.basemap.LOOK", "ff")

    assert not set(before.values()) & set(drawing_versions().values())
    assert all(VERSION.fullmatch(version) for version in drawing_versions().values())


@pytest.mark.django_db
@pytest.mark.parametrize("tile", [PARIS, LA_REUNION, (0, 0, 0)])
def test_tile_is_a_small_drawing_that_may_be_cached_for_good(client, tile):
    response = client.get(address("contours", *tile), headers={"Accept-Encoding": "gzip, br"})

    assert response.status_code == 200
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert response["Content-Encoding"] == "br"
    assert "immutable" in response["Cache-Control"]
    assert len(response.content) < 12_000
    svg = brotli.decompress(response.content).decode()
    assert "<path" in svg
    assert "style" not in svg
    assert "<script" not in svg


@pytest.mark.django_db
def test_kept_tile_needs_no_query_and_is_the_same_in_every_encoding(client, django_assert_num_queries):
    url = address("contours", *PARIS)
    drawn = client.get(url).content

    with django_assert_num_queries(0):
        answers = [client.get(url, headers={"Accept-Encoding": e}) for e in ("br", "gzip", "identity")]

    assert brotli.decompress(answers[0].content) == drawn
    assert gzip.decompress(answers[1].content) == drawn
    assert answers[2].content == drawn
    assert all("Accept-Encoding" in a["Vary"] for a in answers)


@pytest.mark.django_db
def test_a_stale_address_is_answered_but_not_for_good(client):
    response = client.get("/tuiles/contours/10/518/352.svg?v=abcdef012345")

    assert response["Cache-Control"] == "public, max-age=300"
    assert not tile_folder("contours", "abcdef012345").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "contours/19/0/0",
        "contours/3/8/0",
        "contours/3/0/8",
        "rivieres/3/0/0",
        "qpv-20/3/0/0",
        "contours/99999999999/0/0",
    ],
)
def test_tile_out_of_range_says_so(client, path):
    response = client.get(f"/tuiles/{path}.svg")

    assert response.status_code == 400
    assert "n’existe pas" in response.content.decode()


@pytest.mark.django_db
def test_sea_is_an_empty_tile(client):
    response = client.get(address("contours", 10, 300, 352))

    assert response.content.decode().count("<path") == 0


@pytest.mark.django_db
def test_qpv_tiles_change_their_address_with_the_data(client):
    before = drawing_versions()["qpv"]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO territories_qpv (code, generation, nom, commune_id, contour, is_schematic)
            SELECT 'EXT001', 2024, 'Essai', code, ST_Multi(ST_Buffer(town_hall::geography, 800)::geometry), true
            FROM territories_commune WHERE code = '95268'
            """
        )

    after = drawing_versions()["qpv"]
    svg = client.get(address("qpv", 11, 1037, 703)).content.decode()
    other = client.get(address("qpv-2015", 11, 1037, 703)).content.decode()

    assert after != before
    assert "stroke-dasharray" in svg  # schematic, and seen to be
    assert "<path" not in other


@pytest.mark.django_db
def test_official_contours_are_drawn_in_full_beside_newer_examples_of_the_demo():
    make_qpv(generation=2015)
    make_qpv(schematic=True)
    nantes = View(Box(*mercator(-1.6, 47.2), *mercator(-1.5, 47.24)), 12)

    assert [(q.generation, q.is_latest) for q in drawn_qpv(nantes)] == [(2015, True), (2024, True)]
    make_qpv(generation=2024)
    assert [(q.generation, q.is_schematic, q.is_latest) for q in drawn_qpv(nantes)] == [
        (2015, False, False),
        (2024, False, True),
        (2024, True, True),
    ]


def test_no_name_is_written_over_another_at_any_zoom():
    # Mons has no room beside Flourens at zoom 11, where Mondouzil, a village, has; twice as far apart, it still has none
    px = 256 * 2**11 / (2 * EARTH)
    flourens, mons, mondouzil = (8, 0.0, 0.0, 2_000), (4, 60 / px, 0.0, 1_780), (9, 90 / px, 0.0, 235)

    zooms = _label_zooms([flourens, mons, mondouzil])

    assert zooms == [10, 13, 11]


@pytest.mark.django_db
def test_lines_leave_a_tile_where_they_enter_the_next():
    def crossings(tile_x: int, edge: int) -> list[float]:
        lines = drawn_lines(View(tile_box(10, tile_x, 352), 10, margin_px=8))
        cut = shapely.LineString([(edge, 0), (edge, 1024)])
        points = shapely.get_coordinates(shapely.intersection(_parsed(lines["4"]), cut))
        return sorted(points[:, 1])

    left, right = crossings(518, 1024), crossings(519, 0)

    assert len(left) >= 8
    assert left == pytest.approx(right, abs=1.5)  # quarters of a pixel, rounded on each side


def _parsed(d: str) -> np.ndarray:
    """The lines of relative SVG path data."""
    lines = []
    for piece in d.split("M")[1:]:
        numbers = np.array(piece.replace("l", " ").replace("L", " ").split(), dtype=float).reshape(-1, 2)
        if len(numbers) > 1:
            lines.append(shapely.LineString(np.cumsum(numbers, axis=0)))
    return np.array(lines, dtype=object)


@pytest.fixture(autouse=True)
def _no_kept_tile(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    yield
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zoom", "smallest"),
    [
        (6, Border.Level.DEPARTEMENT),
        (9, Border.Level.DEPARTEMENT),
        (10, Border.Level.EPCI),
        (11, Border.Level.COMMUNE),
        (13, Border.Level.COMMUNE),
    ],
)
def test_a_first_view_leaves_small_borders_to_the_tiles_until_they_are_few(zoom, smallest):
    window = Window(*mercator(2.393, 48.964), zoom, 800, 720)

    drawn = first_view(window, margin_px=300)

    fine = sum(level <= smallest for level in (Border.Level.EPCI, Border.Level.COMMUNE))
    assert drawn.count(f'stroke-width="{STROKES[Border.Level.EPCI][1] * 2:g}"') == fine
    assert len(drawn) < 90_000


@pytest.mark.django_db
def test_the_land_of_neighbouring_regions_leaves_no_gap():
    land = drawn_lines(View(tile_box(9, 261, 178), 9))[
        "land"
    ]  # Île-de-France, Centre-Val de Loire, Bourgogne
    rings = [shapely.make_valid(shapely.Polygon(line.coords)) for line in _parsed(land.replace("z", " "))]

    assert len(rings) == 3
    assert shapely.box(0, 0, 1024, 1024).difference(shapely.union_all(rings)).area == 0
