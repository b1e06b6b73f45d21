"""The pages of the territories."""

import re

import pytest

from maillage.territories.actions import load_schematic_qpv, refresh_search_names
from maillage.territories.templatetags.territories import away
from maillage.territories.tests.factories import make_qpv

pytestmark = pytest.mark.django_db


@pytest.fixture
def bellevue():
    qpv = make_qpv(code="QN04401M", nom="Bellevue", commune_id="44109")
    refresh_search_names("qpv")
    return qpv


def test_the_search_page_lists_places_with_a_link_each(client, bellevue):
    page = client.get("/territoires/", {"q": "bellevue"}).text

    assert 'href="/territoires/qpv/2024/QN04401M/"' in page
    assert "QPV 2024 · Nantes (44)" in page


def test_the_search_page_without_result_says_what_to_try(client):
    assert "essayez le code postal" in client.get("/territoires/", {"q": "xzqwk"}).text


def test_a_script_in_the_text_is_only_text(client):
    page = client.get("/territoires/", {"q": "<script>alert(1)</script>"}).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_where_am_i_names_every_territory_and_leads_to_the_map(client, bellevue):
    page = client.get("/territoires/ou-suis-je/", {"lon": "-1.5536", "lat": "47.2184"}).text

    for link in ("commune/44109", "epci/244400404", "qpv/2024/QN04401M"):
        assert f'href="/territoires/{link}/"' in page
    assert "Pays de la Loire" in page
    assert 'href="/carte/?lon=-1.5536&amp;lat=47.2184&amp;rayon=10"' in page


def test_where_am_i_at_sea(client, bellevue):
    page = client.get("/territoires/ou-suis-je/", {"lon": "-5.5", "lat": "46.5"}).text

    assert "en mer, hors de France" in page
    assert "Bellevue" in page


def test_where_am_i_does_not_choose_between_communes_that_share_a_contour(client, bellevue):
    page = client.get("/territoires/ou-suis-je/", {"lon": "2.9396", "lat": "45.1509"}).text

    assert "plusieurs communes sont possibles ici" in page
    assert "Hautes Terres" in page
    assert "Neussargues" not in page


@pytest.mark.parametrize(("lon", "lat"), [("48.85", "102.35"), ("abc", "1"), ("47.2184", "-1.5536")])
def test_where_am_i_refuses_with_a_sentence(client, lon, lat):
    answer = client.get("/territoires/ou-suis-je/", {"lon": lon, "lat": lat})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert client.get("/territoires/ou-suis-je/").headers["Location"] == "/territoires/"


def test_a_commune_shows_its_territories_its_qpv_and_the_map(client, bellevue):
    make_qpv(generation=2015, code="QP044001", nom="Bellevue", commune_id="44109")

    page = client.get("/territoires/commune/44109/").text

    assert "<h1>Nantes</h1>" in page
    assert "Voir les initiatives à Nantes" in page
    assert 'href="/carte/?commune=44109"' in page
    assert page.index("génération 2024, QN04401M") < page.index("génération 2015, QP044001")


def test_an_arrondissement_leads_to_the_map_of_its_commune(client):
    page = client.get("/territoires/commune/75118/").text

    assert 'href="/carte/?commune=75056"' in page
    assert 'href="/territoires/commune/75056/"' in page
    assert 'href="/territoires/commune/75118/"' in client.get("/territoires/commune/75056/").text


def test_an_epci_shows_its_communes_largest_first_and_their_qpv(client, bellevue):
    page = client.get("/territoires/epci/244400404/").text

    assert "24 communes" in page
    assert page.index("/territoires/commune/44109/") < page.index("/territoires/commune/44162/")
    assert "QN04401M" in page


@pytest.mark.parametrize("address", ["commune/44109", "epci/244400404", "qpv/2024/QN04401M"])
def test_a_territory_is_drawn_among_its_neighbours(client, bellevue, address):
    page = client.get(f"/territoires/{address}/").text

    outline = re.search(r'<path d="M ([^"]+)" transform="scale\(0.25\)"', page)
    assert 'role="img" aria-label="Carte : ' in page
    x, y = (int(number) / 4 for number in outline[1].split()[:2])
    assert (0 < x < 400, 0 < y < 320) == (True, True)
    assert "Nantes</text>" in page


def test_a_commune_without_contour_has_a_page_without_picture(client):
    page = client.get("/territoires/commune/15031/").text

    assert "<h1>Celles</h1>" in page
    assert "Carte : " not in page


@pytest.mark.parametrize(
    ("metres", "said"), [(0, "à 0 m"), (649.6, "à 650 m"), (3_420, "à 3,4 km"), (276_365, "à 276 km")]
)
def test_a_distance_is_said_in_the_unit_that_one_would_use(metres, said):
    assert away(metres) == said


def test_a_schematic_outline_never_passes_for_an_official_one(client):
    load_schematic_qpv()

    for address in ("/territoires/qpv/2024/EX1305501/", "/territoires/commune/13055/"):
        page = client.get(address).text
        assert "périmètre schématique (exemple)" in page
        assert "génération 2024, EX" not in page
    assert "Il n’est pas officiel" in client.get("/territoires/qpv/2024/EX1305501/").text


@pytest.mark.parametrize(
    "address",
    [
        "commune/00000",
        "commune/99999",
        "epci/000000000",
        "qpv/2015/QN04401M",
        "qpv/2024/QP044001",
        "commune/%00",
    ],
)
def test_what_does_not_exist_is_not_found(client, bellevue, address):
    assert client.get(f"/territoires/{address}/").status_code == 404


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        # five of them for the picture: box, lines, QPV, names, outline
        ("commune/44109/", 3 + 5),
        ("epci/244400404/", 3 + 5),
        ("qpv/2024/QN04401M/", 1 + 5),
        ("ou-suis-je/?lon=-1.55&lat=47.21", 1),
    ],
)
def test_the_number_of_queries_does_not_grow_with_the_qpv(
    client, bellevue, django_assert_num_queries, address, queries
):
    for rank in range(3):
        make_qpv(generation=2015, code=f"QP04400{rank}", commune_id="44109")
    client.get("/territoires/")
    # and the savepoint and the identity of the request, before and after
    with django_assert_num_queries(queries + 5):
        client.get(f"/territoires/{address}")


def test_only_an_official_contour_is_said_to_be_of_the_anct(client, bellevue):
    example = make_qpv(schematic=True)

    assert "contour officiel de l’ANCT" in client.get(f"/territoires/qpv/2024/{bellevue.code}/").text
    assert "ANCT" not in client.get(f"/territoires/qpv/2024/{example.code}/").text
