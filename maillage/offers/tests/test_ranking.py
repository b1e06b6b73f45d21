"""The ranking line by line: one test a criterion, in memory."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from maillage.offers.queries.finder import ranking
from maillage.offers.queries.finder.asked import Asked
from maillage.offers.queries.finder.candidates import FLAGS, PACKED, Candidates
from maillage.offers.queries.finder.equals import in_order
from maillage.offers.queries.finder.opening import Opening
from maillage.offers.queries.finder.ranking import FROM_AFAR, NEVER, NO_PLACE, WIDTHS, Miss
from maillage.offers.queries.finder.sections import Section
from maillage.offers.tests.finder_world import MOMENTS

NOTHING = Asked(
    lon=2.4, lat=48.97, zones=("95268", "france"), qpv=(), phase=0, needs=0, kinds=0, brakes=0, categories=0,
    themes=(0, 0), other_categories=0, publics=0, publics_too=0, publics_not=0, open_to_all=1, languages=0,
    within_m=None, remote=None,
)  # fmt: skip
USUAL = ("business", "on_site", "by_person", "has_phone", "zone_known")
AT = MOMENTS["we10"]


def candidates(*services, distances=None, for_others=None):
    """Candidates from dictionaries of columns; `flags` are names, USUAL unless told."""
    rows = np.zeros(len(services), PACKED)
    rows["places_left"] = rows["delay_days"] = -1
    for n, service in enumerate(services):
        values = {"id": n + 1, "flags": USUAL} | service
        values["flags"] = sum(FLAGS[name] for name in values["flags"])
        for name, value in values.items():
            rows[name][n] = value
    count = len(services)
    return Candidates(
        rows,
        np.array(distances or [1000.0] * count),
        np.zeros(count, np.int64),
        np.array(for_others or [False] * count),
    )


def without(*names):
    return tuple(name for name in USUAL if name not in names)


@pytest.mark.parametrize("criterion", list(WIDTHS))
def test_a_criterion_weighs_more_than_all_that_follow(criterion):
    names = list(WIDTHS)
    after = names[names.index(criterion) + 1 :]
    good_here = dict.fromkeys(names, 0) | {name: (1 << WIDTHS[name]) - 1 for name in after}
    good_after = dict.fromkeys(names, 0) | {criterion: 1}

    first, second = (
        ranking.packed_key(**{name: np.array([value]) for name, value in levels.items()})
        for levels in (good_here, good_after)
    )

    assert first < second


def test_a_criterion_put_equal_no_longer_counts():
    levels = {name: np.array([1]) for name in WIDTHS}
    other = levels | {"phase": np.array([0]), "need": np.array([0])}

    keys = [ranking.without(ranking.packed_key(**each), "phase", "need") for each in (levels, other)]

    assert keys[0] == keys[1] != 0


def test_eligibility_asks_whether_a_person_may_ask_and_lives_where_she_must():
    found = candidates({}, {"flags": (*USUAL, "qpv_only")}, {"flags": without("by_person")})

    assert ranking.eligibility(found, NOTHING).tolist() == [0, 0, 2]
    assert ranking.eligibility(found, replace(NOTHING, qpv=None)).tolist() == [0, 1, 2]


def test_a_zone_that_is_said_comes_before_one_that_is_not():
    assert ranking.zone(candidates({}, {"flags": without("zone_known")})).tolist() == [0, 1]


def test_the_phase_of_the_person_comes_before_none_and_none_before_others():
    found = candidates({"phases": 0b0110}, {"phases": 0}, {"phases": 0b1000})

    assert ranking.phase(found, replace(NOTHING, phase=0b0010)).tolist() == [0, 1, 2]
    assert ranking.phase(found, NOTHING).tolist() == [0, 0, 0]


def test_each_need_that_is_answered_counts_once():
    found = candidates(
        {"kinds": 0b1, "brakes": 0b11, "categories": 0b1, "themes": 0b1, "more_themes": 0b10},
        {"brakes": 0b10},
        {"kinds": 0b1, "flags": without("business")},  # a training in spelling is no training in business
    )
    asked = replace(NOTHING, needs=6, kinds=0b1, brakes=0b11, categories=0b1, themes=(0b1, 0b10))

    assert ranking.matched_needs(found, asked).tolist() == [6, 1, 0]


def test_a_public_that_was_named_comes_before_all_and_all_before_others():
    found = candidates(
        {"publics": 0b100}, {"publics": 0b1}, {"publics": 0}, {"publics": 0b1000}, {"publics": 0b10000}
    )
    asked = replace(NOTHING, publics=0b100, publics_too=0b1000)

    assert ranking.public(found, asked).tolist() == [0, 1, 1, 1, 2]


def test_a_spoken_language_comes_first_when_one_is_asked():
    found = candidates({"languages": 0b10}, {"languages": 0})

    assert ranking.language(found, replace(NOTHING, languages=0b110)).tolist() == [0, 1]
    assert ranking.language(found, NOTHING).tolist() == [0, 0]


def test_proximity_goes_by_bands_and_from_afar_counts_as_a_little_more_than_twenty_kilometres():
    remote = {"flags": (*without("on_site"), "remote")}
    found = candidates({}, {}, {}, remote, {}, {}, distances=[500, 501, 20_000, np.nan, 20_001, np.nan])

    assert ranking.proximity(found, NOTHING).tolist() == [0, 1, 8, FROM_AFAR, FROM_AFAR, NO_PLACE]
    assert ranking.proximity(found, replace(NOTHING, remote=True))[3] == 0
    assert ranking.proximity(found, replace(NOTHING, remote=False))[3] == NO_PLACE


@pytest.mark.parametrize(
    ("service", "changes", "distance", "missing"),
    [
        ({}, {"within_m": 500}, 501, Miss.RADIUS),
        ({}, {"within_m": 500}, 500, 0),
        ({}, {"within_m": 500}, np.nan, Miss.RADIUS),
        ({"flags": (*USUAL, "remote")}, {"within_m": 500}, 501, 0),
        ({"publics": 0b10}, {"publics": 0b100}, 0, Miss.PUBLIC),
        ({"publics": 0b10}, {}, 0, 0),
        ({"publics": 0b10}, {"publics_not": 0b10}, 0, Miss.AGE),
        ({"publics": 0b110}, {"publics_not": 0b10}, 0, 0),
        ({"kinds": 0b1}, {"needs": 1, "kinds": 0b10}, 0, Miss.NEED),
        ({"flags": without("business"), "brakes": 0b1}, {"needs": 1, "brakes": 0b1}, 0, 0),
        ({}, {"needs": 1, "brakes": 0b1}, 0, 0),
        ({"phases": 0b1}, {"phase": 0b10}, 0, Miss.PHASE),
        ({"phases": 0}, {"phase": 0b10}, 0, 0),
        ({}, {"remote": True}, 0, Miss.REMOTE),
        ({"flags": (*without("on_site"), "remote")}, {"remote": False}, 0, Miss.REMOTE),
        ({"flags": (*USUAL, "qpv_only")}, {"qpv": ()}, 0, Miss.QPV),
        ({"flags": (*USUAL, "qpv_only")}, {"qpv": ("QN09501M",)}, 0, 0),
        ({"flags": (*USUAL, "qpv_only")}, {"qpv": None}, 0, 0),
    ],
)
def test_what_a_service_lacks_is_said(service, changes, distance, missing):
    found, asked = candidates(service, distances=[distance]), replace(NOTHING, **changes)

    assert ranking.ranked(found, asked).misses.tolist() == [missing]


def test_a_service_for_other_neighbourhoods_is_not_for_hers():
    found = candidates({"flags": (*USUAL, "qpv_only")}, for_others=[True])

    assert ranking.ranked(found, replace(NOTHING, qpv=("QN09501M",))).misses.tolist() == [Miss.QPV]


@pytest.mark.parametrize(
    ("missing", "level"),
    [
        (0, 0),
        (Miss.RADIUS, 1),
        (Miss.PUBLIC, 2),
        (Miss.RADIUS | Miss.PUBLIC, 2),
        (Miss.NEED, 3),
        (Miss.PHASE, 4),
        (Miss.REMOTE, 5),
        (Miss.AGE, NEVER),
        (Miss.QPV | Miss.RADIUS, NEVER),
    ],
)
def test_the_search_widens_one_criterion_after_the_other_and_never_age_nor_neighbourhood(missing, level):
    assert ranking.widening_level(np.array([int(missing)])).tolist() == [level]


@pytest.mark.parametrize(
    ("state", "level"),
    [
        (Opening(True), 0),
        (Opening(False, next_opening=AT + timedelta(hours=3)), 1),
        (Opening(False, next_opening=AT + timedelta(days=1)), 2),
        (Opening(False, next_opening=AT + timedelta(days=7)), 3),
        (Opening(), 4),
        (Opening(False, next_opening=AT + timedelta(days=8)), 5),
        (Opening(False), 5),
    ],
)
def test_the_sooner_a_door_opens_the_better(state, level):
    assert state.level(AT) == level


@pytest.mark.parametrize(
    ("places_left", "delay_days", "level"),
    [(3, -1, 0), (-1, 15, 0), (3, 15, 0), (-1, -1, 1), (3, 16, 2), (-1, 40, 2), (0, 2, 3)],
)
def test_room_comes_before_the_unknown_and_the_unknown_before_a_wait(places_left, delay_days, level):
    assert ranking.capacity(places_left, delay_days) == level


@pytest.mark.parametrize(("age", "level"), [(0, 0), (183, 0), (184, 1), (365, 1), (366, 2)])
def test_what_was_confirmed_lately_comes_first(age, level):
    assert ranking.freshness(20_000 - age, 20_000) == level


def shown(found, key, *, size, doors=None):
    """The ids that a section of all candidates shows, and how many others nothing tells each from."""
    levels = {pk: (doors or {}).get(pk, Opening()).level(AT) for pk in found.rows["id"].tolist()}
    section = Section("list", "", np.arange(len(found.rows)), np.array(key), 0, size, 0)
    places = in_order(section, found, levels, day=20_782)
    return [int(found.rows["id"][place.row]) for place in places], [place.equals for place in places]


def test_equals_are_told_apart_by_opening_then_capacity_then_freshness():
    fresh = 20_782
    found = candidates(
        {"confirmed_on": fresh, "places_left": 3},
        {"confirmed_on": fresh - 1000, "places_left": 0},
        {"confirmed_on": fresh - 1000, "places_left": 3},
        {"confirmed_on": fresh - 1000, "places_left": 0},
    )
    doors = {2: Opening(True), 4: Opening(True)}

    ids, equals = shown(found, [7, 7, 7, 0], size=4, doors=doors)

    # the key first; then the open door, though full and old; then what is fresh
    assert (ids, equals) == ([4, 2, 1, 3], [0, 0, 0, 0])


def test_what_nothing_tells_apart_says_so_and_is_drawn_each_day():
    found = candidates(*({} for _ in range(5)))

    ids, equals = shown(found, [1] * 5, size=5)

    assert (sorted(ids), equals) == ([1, 2, 3, 4, 5], [4] * 5)
    days = {tuple(np.argsort(ranking.draw(np.arange(1, 6), day)).tolist()) for day in range(40)}
    assert len(days) > 20


def test_the_draw_gives_everyone_the_first_place_as_often():
    ids = np.array([3, 17, 90_001, 90_002])
    firsts = [int(np.argmin(ranking.draw(ids, day))) for day in range(20_000, 22_000)]

    assert all(abs(firsts.count(n) - 500) < 100 for n in range(4))


def test_the_draw_of_two_does_not_depend_on_a_third():
    pair, three = np.array([5, 9]), np.array([5, 7, 9])

    for day in range(50):
        assert ranking.draw(pair, day).tolist() == ranking.draw(three, day)[[0, 2]].tolist()
