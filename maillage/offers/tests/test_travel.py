"""The time that a way takes, on the finder's page: with a real routing server on loopback, and without."""

import json

import pytest
from django.test import Client

from maillage.core import remote
from maillage.core.tests.servers import says, serving
from maillage.offers import wording
from maillage.offers.tests.factories import make_service

ASKED = "/trouver/?lon=2.393&lat=48.964&phase=idee"


@pytest.fixture(autouse=True)
def forget_failures():
    remote._silent_until.clear()


def ways_of(seconds):
    """An OSRM server that gives every way the same time."""

    def answer(handler):
        ends = handler.path.split("?")[0].count(";")
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(json.dumps({"code": "Ok", "durations": [[0, *([seconds] * ends)]]}).encode())

    return answer


@pytest.mark.django_db
def test_the_page_says_how_long_the_way_takes_and_asks_once(settings):
    for lon in (2.401, 2.411):
        make_service(
            phases=["idee"], kind="accueil", telephone="01 99 00 12 34", lon=lon, lat=48.97, zone_eligibilite=["95268"]
        )  # fmt: skip
    with serving(ways_of(840)) as (settings.ROUTING_URL, asked):
        page = Client().get(ASKED).text

    assert "environ 14 min à pied" in page
    assert len(asked) == 1
    assert asked[0][0].startswith("/table/v1/foot/2.393,48.964;")


@pytest.mark.django_db
def test_a_server_that_is_down_takes_nothing_from_the_answer(settings):
    make_service(phases=["idee"], kind="accueil", telephone="01 99 00 12 34", lon=2.401, lat=48.97)
    with serving(says(b"", 500)) as (settings.ROUTING_URL, _asked):
        page = Client().get(ASKED)

    assert page.status_code == 200
    assert "01 99 00 12 34" in page.text
    assert "à pied" not in page.text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5, "environ 1 min à pied"), (840, "environ 14 min à pied"), (3_900, "environ 1 h 05 à pied")],
)
def test_times_in_words(seconds, said):
    assert wording.travel_words(seconds) == said
