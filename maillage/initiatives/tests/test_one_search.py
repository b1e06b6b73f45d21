"""Whatever is asked, every dress of the search says the same: list, map, groups, API, files, feed."""

import csv
import io
import json
import random
import re
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.initiatives.models import PHASES, PUBLICS, Initiative
from maillage.initiatives.tests.factories import CERGY, GARGES, LILLE, RENNES, commune, make_initiative

pytestmark = pytest.mark.django_db
THEMES = ["jeunes", "lieux", "marches"]
BOX = (2.2, 48.9, 2.5, 49.1)
ENTRY = "{http://www.w3.org/2005/Atom}entry"


def some_of(values: list[str], most: int = 2) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True)


PLACES: list[dict[str, Any]] = [
    {},
    {"commune": GARGES},
    {"departement": "95"},
    {"region": "32"},
    {"epci": "243500139"},
    {"lon": 2.4, "lat": 48.97, "rayon": 5},
    {"lon": 2.4, "lat": 48.97, "rayon": 300},
    {"bbox": "2,48.9,3.2,51"},
    {"zone": "POLYGON((1.9 48.9,2.6 48.9,2.6 49.2,1.9 49.2,1.9 48.9))"},
    {"commune": GARGES, "bbox": "2,48.9,3.2,51"},
]
ASKED = st.fixed_dictionaries(
    {
        "q": st.sampled_from(["", "bus", "le bus", "coopératives", "cooperatve", "de la", "« bus »", "rien de tel"]),
        "theme": some_of(THEMES),
        "public": some_of(PUBLICS[:3]),
        "phase": some_of(PHASES[:2]),
        "tri": st.sampled_from(["", "pertinence", "distance", "date"]),
        "place": st.sampled_from(PLACES),
    }
)  # fmt: skip


@pytest.fixture
def fiches() -> None:
    """Thirty initiatives, some of which nobody may see, in communes, at addresses, without a place, overseas."""
    choice = random.Random(8)
    for n in range(30):
        where: dict[str, Any] = choice.choice(
            [
                {"commune": GARGES},
                {"commune": CERGY},
                {"commune": LILLE},
                {"commune": RENNES},
                {"commune": GARGES, "lon": 2.4 + choice.random() / 50, "lat": 48.97, "scope": "address"},
                {"scope": "national"},
                {"scope": "departement", "departement": commune(GARGES).departement},
                {"lon": 55.448, "lat": -20.879, "scope": "address"},
            ]
        )
        make_initiative(
            title=choice.choice(["Le bus du quartier", "Coopérative éphémère", "Un lieu"]) + f" {n}",
            themes=choice.sample(THEMES, choice.randint(0, 2)),
            publics=choice.sample(PUBLICS[:3], choice.randint(0, 2)),
            phases=choice.sample(PHASES[:2], choice.randint(0, 2)),
            status=choice.choice(["published", "published", "to-confirm", "draft", "archived"]),
            **where,
        )


def listed(query: str) -> list[str]:
    """The slugs of every page of the list, in its order."""
    slugs: list[str] = []
    page = 1
    while True:
        text = Client().get(f"/initiatives/?{query}&page={page}", headers={"HX-Request": "true"}).text
        slugs += re.findall(r'<h3><a href="/initiatives/([^/"]+)/', text)
        if 'rel="next"' not in text:
            return slugs
        page += 1


def counted(path: str, query: str) -> tuple[int, list[str]]:
    """The total and the counts of the facets that a page shows."""
    text = Client().get(f"{path}?{query}", headers={"HX-Request": "true"}).text
    title = re.search(r'<h2 id="results-title"[^>]*><span class="num">(\d+)', text)
    assert title
    return int(title[1]), re.findall(r'id="n-([^"]+)"[^>]*>(\d+)', text)


def groups(query: str, zoom: int, box: str = "") -> dict[str, Any]:
    return Client().get(f"/carte/grappes.json?{query}&z={zoom}&box={box}").json()


def exported(extension: str, query: str) -> str:
    answer = Client().get(f"/initiatives/export.{extension}?{query}")
    return b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=ASKED, zoom=st.sampled_from([2, 6, 11, 18]))
def test_every_dress_says_the_same(fiches, asked, zoom):
    place = asked["place"]
    query = urlencode({name: value for name, value in asked.items() if name != "place"} | place, doseq=True)

    slugs = listed(query)

    assert len(slugs) == len(set(slugs))
    assert Initiative.objects.filter(slug__in=slugs, status__in=["published", "to-confirm"]).count() == len(
        slugs
    )
    facets = counted("/initiatives/", query)
    assert facets[0] == len(slugs)
    assert len(facets[1]) > 20
    assert counted("/carte/", query) == facets

    everywhere = groups(query, zoom)
    assert everywhere["total"] == len(slugs)
    assert sum(group["n"] for group in everywhere["groups"]) + everywhere["unplaced"] == len(slugs)
    boxed = groups(query, zoom, ",".join(str(side) for side in BOX))
    assert {**boxed, "groups": _inside(boxed)} == {**everywhere, "groups": _inside(everywhere)}

    found = Client().get(f"/api/v1/initiatives?{query}&limit=200").json()
    assert found["total"] == len(slugs)
    assert {item["slug"] for item in found["items"]} == set(slugs)
    rows = csv.DictReader(io.StringIO(exported("csv", query)), delimiter=";")
    assert [row["Identifiant"] for row in rows] == slugs
    assert len(json.loads(exported("geojson", query))["features"]) == len(slugs)
    feed = ElementTree.fromstring(Client().get(f"/initiatives/atom.xml?{query}").content)
    assert len(feed.findall(ENTRY)) == len(slugs)


def _inside(found: dict[str, Any]) -> list[Any]:
    west, south, east, north = BOX
    return [g for g in found["groups"] if west <= g["at"][0] <= east and south <= g["at"][1] <= north]
