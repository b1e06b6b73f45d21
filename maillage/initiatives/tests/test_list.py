import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maillage.initiatives.models import Initiative
from maillage.initiatives.tests.factories import CERGY, GARGES, make_initiative, make_organisation

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
    assert section[0].replace("?tri=date", "") in page.text
    assert "<html" not in part.text
    assert part["HX-Push-Url"] == "/initiatives/?tri=date"
    assert "HX-Request" in part["Vary"]


def test_a_place_named_in_words_becomes_a_filter_without_javascript(client):
    make_initiative(title="Garges", commune=GARGES)

    found = client.get(URL, {"lieu": "garges les gonesse", "theme": "lieux"})

    assert (found.status_code, found["Location"]) == (302, "/initiatives/?commune=95268&theme=lieux")
    same = client.get(URL, {"lieu": "Garges-lès-Gonesse", "commune": GARGES})
    assert shown(same.text) == ["Garges"]
    assert client.get(URL, {"lieu": "", "commune": GARGES, "q": "bus"})["Location"] == "/initiatives/?q=bus"
    assert "Aucun lieu ne s’appelle" in client.get(URL, {"lieu": "zzzzzz<b>"}).text


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


@pytest.mark.parametrize("query", ["", "?q=bus&theme=jeunes&lon=2.4&lat=48.97"])
def test_the_list_costs_the_same_with_one_row_and_three(client, query):
    client.get(URL + query)  # what is read once a process
    counts = []
    for n in (1, 2):
        for _ in range(n):
            make_initiative(title="Bus", carrier=make_organisation(), themes=["jeunes", "lieux"])
        with CaptureQueriesContext(connection) as captured:
            client.get(URL + query)
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 14


def test_every_entry_has_its_fiche():
    assert reverse("initiatives:fiche", args=["x"]) == "/initiatives/x/"
    assert Initiative.Status.values
