"""Travel times from a routing server: a real one on loopback, in good and in bad health."""

import pytest

from maillage.core import remote
from maillage.core.tests.servers import says, serving, slow
from maillage.territories.travel import travel_seconds

HOME, DESK, ISLAND = (2.40194, 48.97051), (2.3812, 48.9931), (-4.6123, 48.0351)
TABLE = {"code": "Ok", "durations": [[0, 412.6, None]]}


@pytest.fixture(autouse=True)
def forget_failures():
    remote._silent_until.clear()


def test_each_way_takes_its_time_and_no_way_takes_none(settings):
    with serving(says(TABLE)) as (settings.ROUTING_URL, asked):
        assert travel_seconds(HOME, [DESK, ISLAND]) == [413, None]

    (path, query) = asked[0]
    assert path == "/table/v1/foot/2.402,48.971;2.381,48.993;-4.612,48.035"
    assert query == {"sources": ["0"], "annotations": ["duration"]}


def test_the_mode_is_the_instances_choice(settings):
    settings.ROUTING_MODE = "voiture"
    with serving(says(TABLE)) as (settings.ROUTING_URL, asked):
        travel_seconds(HOME, [DESK, ISLAND])

    assert asked[0][0].startswith("/table/v1/driving/")


@pytest.mark.parametrize(
    "answer",
    [
        says(b"oops", 500), says(b"<html>"), says([1]), says({"code": "NoTable"}), says({"code": "Ok", "durations": [[0]]}),
        says({"code": "Ok", "durations": [[0, "soon", 3]]}), slow,
    ],
    ids=["error 500", "no json", "a list", "no table", "too few", "words", "slow"],
)  # fmt: skip
def test_whatever_goes_wrong_there_is_no_time_and_no_error(settings, answer):
    with serving(answer) as (settings.ROUTING_URL, asked):
        assert travel_seconds(HOME, [DESK, ISLAND]) is None
        assert travel_seconds(HOME, [DESK, ISLAND]) is None  # not asked again at once

    assert len(asked) == 1


def test_without_a_server_nothing_is_asked(settings):
    settings.ROUTING_URL = ""

    assert travel_seconds(HOME, [DESK]) is None
