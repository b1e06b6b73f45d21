"""The map says what the list says: in the groups, in the first view without JavaScript, at every zoom."""

import re

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.initiatives.map_view import map_of, short_count, small_map, window_of
from maillage.initiatives.models import Theme
from maillage.initiatives.queries.clusters import CELL_PX, clusters
from maillage.initiatives.queries.search import Criteria, find
from maillage.initiatives.tests.factories import CERGY, GARGES, LILLE, RENNES, SARCELLES, make_initiative
from maillage.territories.basemap import Window, lonlat, mercator
from maillage.territories.queries.basemap import EARTH, Box

pytestmark = pytest.mark.django_db
SAINT_DENIS_REUNION = (55.448, -20.879)


def themes():
    return {theme.code: theme for theme in Theme.objects.all()}


def place(*lonlat_pairs):
    return [make_initiative(lon=lon, lat=lat, scope="address") for lon, lat in lonlat_pairs]


def test_near_initiatives_make_one_group_at_their_mean_place_and_part_when_one_comes_closer():
    place((2.40, 48.97), (2.42, 48.97))

    far, near = clusters(Criteria(), zoom=7), clusters(Criteria(), zoom=15)

    assert [g.count for g in far.groups] == [2]
    assert lonlat(far.groups[0].x, far.groups[0].y) == pytest.approx((2.41, 48.97), abs=1e-4)
    assert [g.count for g in near.groups] == [1, 1]


def test_a_lonely_initiative_carries_its_name_and_a_group_its_themes():
    make_initiative(title="Seul à Lille", commune=LILLE, themes=["lieux"])
    for theme in ("marches", "marches", "jeunes"):
        make_initiative(commune=GARGES, themes=[theme])

    group, alone = clusters(Criteria(), zoom=8).groups

    assert (group.count, group.themes) == (3, {"marches": 2, "jeunes": 1})
    assert (alone.title, alone.themes) == ("Seul à Lille", {"lieux": 1})


def test_what_is_not_public_or_has_no_place_is_in_no_group():
    make_initiative(commune=GARGES)
    make_initiative(scope="national")
    make_initiative(commune=GARGES, status="draft")
    make_initiative(commune=GARGES, status="archived")

    found = clusters(Criteria(), zoom=6)

    assert (found.total, found.unplaced, found.shown) == (2, 1, 1)


def test_no_group_is_drawn_over_another():
    place(*[(2.0 + i * 0.013, 48.0 + (i * 7 % 11) * 0.009) for i in range(60)])

    found = clusters(Criteria(), zoom=10)

    m_per_px = 2 * EARTH / 256 / 2**10
    for i, a in enumerate(found.groups):
        for b in found.groups[:i]:
            away = ((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5 / m_per_px
            assert away > 20
    assert found.shown == 60
    assert CELL_PX in range(80, 97)


def test_a_box_leaves_out_what_is_far_from_it():
    make_initiative(commune=LILLE)
    make_initiative(commune=RENNES)

    lille = clusters(Criteria(), zoom=8, box=Box(*mercator(2.9, 50.5), *mercator(3.2, 50.8)))

    assert (lille.shown, lille.total) == (1, 2)


ROW = st.fixed_dictionaries(
    {
        "themes": st.lists(st.sampled_from(["jeunes", "lieux", "marches"]), unique=True, max_size=2),
        "publics": st.lists(st.sampled_from(["jeunes", "femmes"]), unique=True, max_size=1),
        "where": st.sampled_from([GARGES, SARCELLES, CERGY, LILLE, "national", "reunion"]),
        "status": st.sampled_from(["published", "to-confirm", "draft"]),
        "title": st.sampled_from(["Bus du quartier", "Incubateur", "Coopérative"]),
    }
)
SEARCH = st.builds(
    Criteria,
    text=st.sampled_from(["", "bus", "introuvable"]),
    themes=st.lists(st.sampled_from(["jeunes", "lieux"]), unique=True, max_size=2).map(tuple),
    publics=st.sampled_from([(), ("femmes",)]),
    commune=st.sampled_from(["", GARGES]),
    departement=st.sampled_from(["", "95"]),
    bbox=st.sampled_from([None, (2.0, 48.9, 2.5, 49.1)]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, max_size=10), criteria=SEARCH, zoom=st.sampled_from([0, 5, 9, 14, 18]))
def test_groups_and_what_has_no_place_add_up_to_the_list(rows, criteria, zoom):
    from django.db import transaction

    with transaction.atomic():
        for row in rows:
            where = row.pop("where")
            if where == "national":
                make_initiative(scope="national", **row)
            elif where == "reunion":
                make_initiative(
                    lon=SAINT_DENIS_REUNION[0], lat=SAINT_DENIS_REUNION[1], scope="address", **row
                )
            else:
                make_initiative(commune=where, **row)

        found = clusters(criteria, zoom=zoom)

        assert found.total == find(criteria).count()
        assert found.shown + found.unplaced == found.total
        assert all(sum(g.themes.values()) == g.count for g in found.groups)
        transaction.set_rollback(True)


def test_json_is_small_and_says_what_the_list_says(client):
    make_initiative(title="Bus <script>", commune=GARGES, themes=["aller-vers"])
    make_initiative(scope="national")

    answer = client.get("/carte/grappes.json", {"z": "11", "box": "2.2,48.8,2.6,49.1"}).json()

    assert (answer["total"], answer["unplaced"]) == (2, 1)
    assert answer["note"].startswith("1 initiative sans position sur la carte")
    (group,) = answer["groups"]
    assert (group["n"], group["name"], group["themes"]) == (1, "Bus <script>", [["aller-vers", 1]])
    assert group["at"] == pytest.approx([2.40, 48.97], abs=0.05)


@pytest.mark.parametrize(
    "query",
    ["z=40", "z=x", "z=nan", "box=1,2,3", "box=3,0,1,2", "box=nan,0,1,2", "theme=inconnu", "zone=POINT(0 0)"],
)
def test_bad_parameters_are_refused_in_french(client, query):
    answer = client.get(f"/carte/grappes.json?{query}")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert len(answer.json()["detail"]) > 20


def test_first_view_needs_no_script(client):
    make_initiative(title="Bus de quartier", commune=LILLE, themes=["aller-vers"])
    for _ in range(3):
        make_initiative(commune=GARGES, themes=["lieux"])

    page = client.get("/carte/").content.decode()

    view = re.search(r'<svg class="first-view".*?</svg>\s*<nav', page, re.DOTALL)[0]
    assert view.count("<path") >= 3
    assert "Lille" in view or "Amiens" in view
    assert "3 initiatives, surtout « Lieux pour tester et s’installer »" in view
    assert re.search(r'href="/carte/\?bbox=2\.\d+,48\.\d+,2\.\d+,48\.\d+"', view.replace("%2C", ","))
    assert re.search(r'href="/initiatives/bus-de-quartier-\d+/" aria-label="Bus de quartier"', view)
    assert "style=" not in page
    for name in ("Agrandir", "Réduire", "La Réunion", "Guadeloupe", "Martinique", "Guyane", "Mayotte"):
        assert name in page


def test_following_the_link_of_a_group_lists_what_it_holds(client):
    for _ in range(2):
        make_initiative(commune=GARGES)
    make_initiative(commune=LILLE)
    view = map_of(Criteria(), path="/carte/", themes=themes())
    group = view.found.groups[0]
    href = re.search(r'<a href="/carte/\?([^"]+)" aria-label="2 initiatives', view.svg)[1]

    bound = Criteria.from_query(QueryDict(href.replace("&amp;", "&")))

    assert group.count == 2
    assert find(bound).count() == 2


def test_a_title_with_a_script_stays_text():
    make_initiative(title="<script>alert(1)</script>", commune=LILLE, themes=["lieux"])

    assert "<script" not in map_of(Criteria(), path="/carte/", themes=themes()).svg
    assert "<script" not in small_map(Criteria(), path="/carte/")


def test_the_view_can_be_moved_without_changing_the_search(client):
    make_initiative(commune=GARGES)

    page = client.get("/carte/", {"vue": "55.5,-21.1,9"}).content.decode()

    assert 'data-lon="55.500000"' in page
    assert "Saint-Denis" in page
    assert ">1 initiative<" in page


@pytest.mark.parametrize("asked", ["", "x", "1,2", "900,900,99", "2.4,48.9,1e9"])
def test_a_view_that_means_nothing_shows_france(asked):
    window = window_of(Criteria(), asked)

    assert isinstance(window, Window)
    assert 2 <= window.zoom <= 18


@pytest.mark.parametrize(
    ("kind", "code", "inside"), [("commune", GARGES, (2.40, 48.97)), ("departement", "974", (55.5, -21.1))]
)
def test_the_map_looks_at_the_place_of_the_search(kind, code, inside):
    window = window_of(Criteria(**{kind: code}))

    x, y = mercator(*inside)
    assert window.box.xmin < x < window.box.xmax
    assert window.box.ymin < y < window.box.ymax
    assert window.zoom >= 8


def test_htmx_gets_the_list_alone(client):
    make_initiative(commune=GARGES)

    part = client.get("/carte/", headers={"HX-Request": "true"}).content.decode()

    assert "first-view" not in part
    assert 'id="results"' in part


@pytest.mark.parametrize(("n", "short"), [(950, "950"), (1200, "1,2 k"), (2000, "2 k"), (12_345, "12 k")])
def test_counts_fit_their_disc(n, short):
    assert short_count(n) == short
