"""Street addresses from a geocoder: a real server on loopback, in good and in bad health."""

import time

import pytest
from structlog.testing import capture_logs

from maillage.core import remote
from maillage.core.tests.servers import drips, says, serving, slow
from maillage.territories.addresses import Address, GeocoderUnavailable, find_addresses
from maillage.territories.queries import search_anything

ROSIERS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [2.3581, 48.8572]},
            "properties": {
                "label": "12 Rue des Rosiers 75004 Paris", "score": 0.97, "type": "housenumber", "citycode": "75104",
                "postcode": "75004", "city": "Paris", "context": "75, Paris, Île-de-France", "id": "75104_8394_00012",
            },
        }
    ],
}  # fmt: skip
FOUND = Address("12 Rue des Rosiers 75004 Paris", "75104", "75, Paris, Île-de-France", 2.3581, 48.8572)


@pytest.fixture(autouse=True)
def forget_failures():
    remote._silent_until.clear()


def test_an_address_is_found_on_the_routes_of_the_ban(settings):
    with serving(says(ROSIERS)) as (settings.GEOCODER_URL, asked):
        assert find_addresses("12 rue des rosiers paris", limit=3) == [FOUND]

    assert asked == [("/search", {"q": ["12 rue des rosiers paris"], "limit": ["3"], "autocomplete": ["1"]})]


BAD = {
    "error 500": says(b"oops", 500),
    "redirect": says(b"", 302),
    "no json": says(b"<html>"),
    "other json": says({"error": "x"}),
    "list": says([1, 2]),
    "no coordinates": says({"features": [{"geometry": None, "properties": {"label": "x"}}]}),
    "too large": says(b" " * 3_000_000),
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD.keys())
def test_whatever_goes_wrong_is_one_error(settings, answer):
    with serving(answer) as (settings.GEOCODER_URL, _asked), pytest.raises(GeocoderUnavailable):
        find_addresses("12 rue des rosiers")


@pytest.mark.parametrize("answer", [slow, drips])
def test_silence_is_not_waited_for_more_than_two_seconds_nor_twice(settings, answer):
    with serving(answer) as (settings.GEOCODER_URL, asked):
        start = time.monotonic()
        with pytest.raises(GeocoderUnavailable):
            find_addresses("12 rue des rosiers")
        assert time.monotonic() - start < 2.6
        with pytest.raises(GeocoderUnavailable):
            find_addresses("12 rue des rosiers p")
        assert time.monotonic() - start < 2.8
    assert len(asked) == 1


def test_nobody_listens(settings):
    settings.GEOCODER_URL = "http://127.0.0.1:9"

    with pytest.raises(GeocoderUnavailable):
        find_addresses("12 rue des rosiers")


def test_a_failure_is_logged_without_what_was_typed(settings):
    with (
        serving(says(b"oops", 500)) as (settings.GEOCODER_URL, _asked),
        capture_logs() as logs,
        pytest.raises(GeocoderUnavailable),
    ):
        find_addresses("12 rue des rosiers")

    assert logs == [
        {
            "event": "remote.unavailable", "server": "127.0.0.1", "reason": "HTTPStatusError", "log_level": "warning",
        }
    ]  # fmt: skip


@pytest.mark.django_db
def test_addresses_come_after_the_communes(settings):
    with serving(says(ROSIERS)) as (settings.GEOCODER_URL, _asked):
        found = search_anything("bourg la reine")

    assert (found[0].kind, found[0].code) == ("commune", "92014")
    assert (found[-1].kind, found[-1].code, found[-1].nom) == ("adresse", "75104", FOUND.label)


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [says(b"", 500), slow])
def test_without_the_geocoder_the_communes_are_still_found(settings, client, answer):
    client.get("/api/v1/territories/search", {"q": "nantes"})  # the first page of all takes long to get ready
    with serving(answer) as (settings.GEOCODER_URL, asked):
        start = time.monotonic()
        found = client.get("/api/v1/territories/search", {"q": "bourg la reine"}).json()

    assert found[0]["code"] == "92014"
    assert len(asked) == 1
    assert time.monotonic() - start < 3.5


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["3 rue du Tiers-Pot, Nantes", "3 rue du Tiers-Pot 44000 Nantes", "3 rue du Tiers-Pot 44000"]
)
def test_a_street_that_nobody_knows_leads_to_its_town(settings, text):
    with serving(says(b"", 500)) as (settings.GEOCODER_URL, _asked):
        assert search_anything(text)[0].code == "44109"


@pytest.mark.django_db
def test_a_street_that_is_known_is_not_taken_for_a_town_misspelt(settings):
    with serving(says(ROSIERS)) as (settings.GEOCODER_URL, _asked):
        assert [place.kind for place in search_anything("3 rue du Tiers-Pot")] == ["adresse"]


@pytest.mark.django_db
def test_a_town_alone_is_not_sent_to_the_geocoder(settings):
    with serving(says(ROSIERS)) as (settings.GEOCODER_URL, asked):
        search_anything("nantes")

    assert asked == []
