import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maillage.core.tests.servers import says, serving
from maillage.initiatives.models import Initiative
from maillage.initiatives.tests.factories import CERGY, GARGES, make_initiative, make_organisation
from maillage.territories.actions import refresh_search_names
from maillage.territories.tests.factories import make_qpv
from maillage.territories.tests.test_addresses import ROSIERS

pytestmark = pytest.mark.django_db
URL = "/initiatives/"


def shown(html: str) -> list[str]:
    return re.findall(r'<h3><a href="[^"]+">([^<]+)</a>', html)


def test_the_list_shows_what_is_public_with_its_count(client):
    make_initiative(title="Le bus", themes=["aller-vers"])
    for status in ("draft", "proposed", "archived"):
        make_initiative(title=f"Caché {status}", status=status)

    page = client.get(URL)

    assert page.status_code == 200
    assert shown(page.text) == ["Le bus"]
    assert "1 initiative<" in page.text
    assert "Caché" not in page.text


def test_filters_are_in_the_address_and_chips_take_them_away(client):
    make_initiative(title="Garges jeunes", commune=GARGES, themes=["jeunes"])
    make_initiative(title="Garges lieux", commune=GARGES, themes=["lieux"])
    make_initiative(title="Cergy jeunes", commune=CERGY, themes=["jeunes"])

    page = client.get(URL, {"commune": GARGES, "theme": "jeunes"})

    assert shown(page.text) == ["Garges jeunes"]
    assert 'href="?commune=95268"' in page.text
    assert 'href="?theme=jeunes"' in page.text
    assert re.search(r'id="n-theme-lieux">1<', page.text)
    assert 'name="commune" data-place="commune" value="95268">' in page.text
    assert 'name="lieu" value="Garges-lès-Gonesse"' in page.text


def test_an_empty_page_says_which_filter_to_take_away(client):
    make_initiative(title="Garges jeunes", commune=GARGES, themes=["jeunes"])

    page = client.get(URL, {"commune": GARGES, "theme": "lieux", "q": "jeunes"})

    assert shown(page.text) == []
    assert "Aucune initiative ne répond" in page.text
    assert "sans Lieux pour tester et s’installer : 1 initiative" in page.text


def test_pages_of_twenty_keep_the_search(client):
    for n in range(41):
        make_initiative(title=f"Bus {n:02}")

    first, second, third, beyond = (client.get(URL, {"q": "bus", "page": n}).text for n in (1, 2, 3, 99))

    assert [len(shown(p)) for p in (first, second, third)] == [20, 20, 1]
    assert len(set(shown(first) + shown(second) + shown(third))) == 41
    assert shown(beyond) == shown(third)
    assert 'rel="next" href="?q=bus&amp;page=2"' in first


def test_the_part_for_htmx_is_the_same_as_in_the_page(client):
    make_initiative(title="Le bus")
    page, part = client.get(URL), client.get(URL, {"tri": "date", "q": ""}, headers={"HX-Request": "true"})

    section = re.search(r'<section id="results".*?</section>', part.text, re.DOTALL)
    assert section[0] in page.text
    assert "<html" not in part.text
    assert part["HX-Push-Url"] == URL
    assert "HX-Request" in part["Vary"]


def test_asking_the_same_again_is_no_step_to_go_back_over(client):
    def pushed(query: str, now: str) -> str:
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/carte/{now}"}
        return client.get(f"/carte/?{query}", headers=headers)["HX-Push-Url"]

    assert pushed("q=bus&theme=lieux&lieu=&tri=pertinence", "?q=bus&theme=lieux&vue=2.1,48.2,9") == "false"
    assert pushed("q=bus&tri=date", "?q=bus") == "/carte/?q=bus&tri=date"
    assert pushed("", "?q=bus") == "/carte/"


@pytest.mark.parametrize("url", [URL, "/carte/"])
def test_htmx_brings_the_sorts_and_the_radius_that_the_search_calls_for(client, url):
    def offered(query: str) -> tuple[list[str], list[str]]:
        part = client.get(url + query, headers={"HX-Request": "true"}).text
        sort = re.search(r'<div class="sort" id="sort" hx-swap-oob="true">.*?</div>', part, re.DOTALL)[0]
        return re.findall(r'value="([^"]+)"', sort), re.findall(r'value="([^"]+)" selected', sort)

    assert offered("") == ([], [])
    assert offered("?q=bus") == (["pertinence", "date"], ["pertinence"])
    assert offered("?lon=2.4&lat=48.97&rayon=2.5&tri=date") == (
        ["2.5", "5", "10", "20", "50", "100", "distance", "date"],
        ["2.5", "date"],
    )


def test_a_place_named_in_words_becomes_a_filter_without_javascript(client):
    make_initiative(title="Garges", commune=GARGES)

    found = client.get(URL, {"lieu": "garges les gonesse", "theme": "lieux"})

    assert (found.status_code, found["Location"]) == (302, "/initiatives/?commune=95268&theme=lieux")
    same = client.get(URL, {"lieu": "Garges-lès-Gonesse", "commune": GARGES})
    assert shown(same.text) == ["Garges"]
    assert client.get(URL, {"lieu": "", "commune": GARGES, "q": "bus"})["Location"] == "/initiatives/?q=bus"
    assert "Aucun lieu ne s’appelle" in client.get(URL, {"lieu": "zzzzzz<b>"}).text


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Rennes Métropole", "epci=243500139"),
        ("les mille pertuis", "qpv=QP095999"),
        ("St-Herblain", "commune=44162"),
    ],
)
def test_a_neighbourhood_or_an_epci_is_a_place_too(client, name, query):
    make_qpv(code="QP095999", generation=2015, nom="Les Mille Pertuis")
    refresh_search_names("qpv")

    assert client.get(URL, {"lieu": name})["Location"] == f"{URL}?{query}"


def test_a_new_place_replaces_the_one_before_and_an_address_is_searched_around(client, settings):
    around = {"lon": "2.4", "lat": "48.97", "theme": "lieux"}

    with serving(says(ROSIERS)) as (settings.GEOCODER_URL, _asked):
        found = client.get(URL, {"lieu": "12 rue des Rosiers Paris", **around})

    assert found["Location"] == f"{URL}?lon=2.3581&lat=48.8572&rayon=20&theme=lieux"
    # chosen among the proposals: the other fields say where it is
    assert client.get(URL, {"lieu": "Tiers-Pot", "choisi": "Tiers-Pot", **around}).status_code == 200


def test_namesakes_are_proposed(client):
    page = client.get(URL, {"lieu": "Saint-Denis", "q": "bus", "lon": "2", "lat": "48"}).text

    assert "Quel lieu voulez-vous dire" in page
    assert 'href="?q=bus&amp;commune=93066"' in page
    assert "Saint-Denis, Seine-Saint-Denis (93)" in page


def test_a_wrong_address_says_so_and_shows_everything(client):
    make_initiative(title="Le bus")

    page = client.get(URL, {"theme": "<script>alert(1)</script>"})

    assert page.status_code == 422
    assert "Paramètre « theme »" in page.text
    assert "<script>alert" not in page.text
    assert shown(page.text) == ["Le bus"]


def test_what_someone_wrote_is_shown_as_text(client):
    make_initiative(title="<script>alert(1)</script>", summary="<img src=x onerror=1>")

    page = client.get(URL).text

    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize(
    ("rows", "address", "most"),
    [
        ((1, 2), URL, 14),
        ((1, 2), f"{URL}?q=bus&theme=jeunes&lon=2.4&lat=48.97", 14),
        # alone on the map, an initiative has a name to read
        ((2, 3), "/carte/", 12),
        ((2, 3), "/carte/?departement=95", 15),
    ],
)
def test_a_search_costs_the_same_with_few_rows_and_more(client, rows, address, most):
    client.get(address)  # what is read once a process
    counts = []
    for n in rows:
        for _ in range(n):
            make_initiative(title="Bus", carrier=make_organisation(), themes=["jeunes", "lieux"])
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.append(len(captured))

    assert counts[0] == counts[1] <= most


def test_every_entry_has_its_fiche():
    assert reverse("initiatives:fiche", args=["x"]) == "/initiatives/x/"
    assert Initiative.Status.values
