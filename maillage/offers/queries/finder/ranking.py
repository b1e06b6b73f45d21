"""The order of the finder, criterion by criterion. In words: docs/finder.md.

Every level is a small whole number, 0 the best. Services are compared by eligibility, then zone served, phase, need,
public, language and proximity, all packed in one number (`key`); those that it leaves equal, by next opening, capacity
and freshness (`ties`), then by a draw that changes every day.
"""

from dataclasses import dataclass
from enum import IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.offers.queries.finder.asked import Asked
from maillage.offers.queries.finder.candidates import Candidates

Levels = NDArray[np.int64]
Mask = NDArray[np.bool_]

# two contacts in the same band are as near as each other
BANDS_M = (
    500, 1_000, 2_000, 3_000, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000, 50_000, 75_000, 100_000, 200_000, 500_000,
)  # fmt: skip
FROM_AFAR = BANDS_M.index(20_000) + 1  # answering from afar counts as a little more than 20 km
NO_PLACE = 31
SOON_DAYS = 15  # a first meeting sooner is soon
FRESH_DAYS, OLD_DAYS = 183, 365


class Miss(IntFlag):
    """What a service lacks to answer; any of them leaves it out until the search is widened."""

    RADIUS = 1
    PUBLIC = 2
    NEED = 4
    PHASE = 8
    REMOTE = 16
    AGE = 32
    QPV = 64


# one after the other, until something answers; nobody is offered what her age or address excludes
WIDENINGS = (Miss.RADIUS, Miss.PUBLIC, Miss.NEED, Miss.PHASE, Miss.REMOTE)
NEVER = len(WIDENINGS) + 1


@dataclass(frozen=True, slots=True)
class Ranked:
    """For each candidate: `key`, the smaller the better; `misses`, bits of Miss; `level`, how many WIDENINGS it takes to
    have it (NEVER: none does); `matched`, how many of the needs it answers."""

    key: Levels
    misses: Levels
    level: Levels
    matched: Levels


def ranked(found: Candidates, asked: Asked) -> Ranked:
    """The rank of each candidate, and what each lacks."""
    matched = matched_needs(found, asked)
    missing = misses(found, asked, matched)
    key = packed_key(
        eligibility=eligibility(found, asked),
        zone=zone(found),
        phase=phase(found, asked),
        need=asked.needs - matched,
        public=public(found, asked),
        language=language(found, asked),
        proximity=proximity(found, asked),
    )
    return Ranked(key, missing, widening_level(missing), matched)


# the width in bits of each criterion, the strongest first
WIDTHS = {"eligibility": 2, "zone": 1, "phase": 2, "need": 6, "public": 2, "language": 1, "proximity": 5}


def packed_key(**levels: Levels) -> Levels:
    """One number that compares as the levels do, one after the other. Raises KeyError without all of WIDTHS."""
    key = np.zeros(len(levels["proximity"]), np.int64)
    for name, width in WIDTHS.items():
        key = (key << width) | levels[name]
    return key


def without(key: Levels, *names: str) -> Levels:
    """`key` with some criteria put equal."""
    at, kept = 0, ~np.int64(0)
    for name, width in reversed(WIDTHS.items()):
        if name in names:
            kept &= ~np.int64(((1 << width) - 1) << at)
        at += width
    return key & kept


def eligibility(found: Candidates, asked: Asked) -> Levels:
    """0: nothing stands in the way. 1: for residents of a QPV, when only the commune is known. 2: only a
    professional may ask for it."""
    level = np.zeros(len(found.rows), np.int64)
    if asked.qpv is None:
        level[found.has("qpv_only")] = 1
    level[~found.has("by_person")] = 2
    return level


def zone(found: Candidates) -> Levels:
    """0: it says that it serves where the person is. 1: it does not say where it serves."""
    return (~found.has("zone_known")).astype(np.int64)


def phase(found: Candidates, asked: Asked) -> Levels:
    """0: it is for the person's phase, or she gave none. 1: it names no phase. 2: it is for others."""
    if not asked.phase:
        return np.zeros(len(found.rows), np.int64)
    phases = found.rows["phases"]
    return np.where(phases & asked.phase, 0, np.where(phases == 0, 1, 2))


def matched_needs(found: Candidates, asked: Asked) -> Levels:
    """How many of the needs each answers. A kind counts for what is for businesses only."""
    rows = found.rows
    matched = np.zeros(len(rows), np.int64)
    for column, bits in (("brakes", asked.brakes), ("categories", asked.categories)):
        if bits:
            matched += np.bitwise_count((rows[column] & bits).astype(np.int64))
    if asked.kinds:
        matched += np.bitwise_count((rows["kinds"] & asked.kinds).astype(np.int64)) * found.has("business")
    for column, bits in zip(("themes", "more_themes"), asked.themes, strict=True):
        if bits:
            matched += np.bitwise_count((rows[column] & bits).astype(np.int64))
    return matched


def public(found: Candidates, asked: Asked) -> Levels:
    """0: for a public that the person named. 1: for all, or for a public that she belongs to without having said it.
    2: for others, to be checked."""
    publics = found.rows["publics"]
    open_to_her = (publics == 0) | ((publics & (asked.open_to_all | asked.publics_too)) != 0)
    return np.where(publics & asked.publics, 0, np.where(open_to_her, 1, 2))


def language(found: Candidates, asked: Asked) -> Levels:
    """0: one of the person's languages is spoken, or she named none. 1: it does not say so."""
    if not asked.languages:
        return np.zeros(len(found.rows), np.int64)
    return ((found.rows["languages"] & asked.languages) == 0).astype(np.int64)


def proximity(found: Candidates, asked: Asked) -> Levels:
    """The band of BANDS_M of the nearest place; what answers from afar comes after 20 km, and first when the person
    wants that, or gave no place; NO_PLACE when nothing is known."""
    known = ~np.isnan(found.distance_m)
    band = np.full(len(found.rows), NO_PLACE, np.int64)
    band[known] = np.digitize(found.distance_m[known], BANDS_M, right=True)
    from_home = 0 if asked.remote or asked.lon is None else FROM_AFAR
    afar = found.has("remote") if asked.remote is not False else np.zeros(len(band), bool)
    return np.where(afar, np.minimum(band, from_home), band)


def misses(found: Candidates, asked: Asked, matched: Levels) -> Levels:
    """What each lacks, as bits of Miss."""
    rows = found.rows
    lacking = np.zeros(len(rows), np.int64)

    def lacks(miss: Miss, where: Any) -> None:
        lacking[where] |= int(miss)

    remote, business = found.has("remote"), found.has("business")
    if asked.within_m is not None:
        lacks(Miss.RADIUS, ~remote & ~(found.distance_m <= asked.within_m))
    not_her_age = (rows["publics"] != 0) & ((rows["publics"] & ~asked.publics_not) == 0)
    lacks(Miss.AGE, not_her_age)
    if asked.publics:
        lacks(Miss.PUBLIC, (public(found, asked) == 2) & ~not_her_age)
    if asked.wants_business:
        lacks(Miss.NEED, matched == 0)
    else:
        lacks(Miss.NEED, ~business & (matched == 0))
    if asked.phase:
        lacks(Miss.PHASE, phase(found, asked) == 2)
    if asked.remote is not None:
        lacks(Miss.REMOTE, ~remote if asked.remote else ~found.has("on_site"))
    if asked.qpv is not None:
        lacks(Miss.QPV, found.has("qpv_only") & (found.for_others | (len(asked.qpv) == 0)))
    return lacking


def allowed(level: int) -> int:
    """The bits of Miss that are let go after `level` widenings."""
    return sum(int(miss) for miss in WIDENINGS[:level])


def widening_level(missing: Levels) -> Levels:
    """How many widenings it takes to have each: 0 for what fits, NEVER for what no widening brings."""
    level = np.full(len(missing), NEVER, np.int64)
    for step in range(len(WIDENINGS), -1, -1):
        level[(missing & ~allowed(step)) == 0] = step
    return level


def capacity(places_left: Any, delay_days: Any) -> Any:
    """0: places are free, or a first meeting is soon. 1: not known. 2: one has to wait. 3: full.

    Of numbers or arrays; -1 is not known.
    """
    some = (places_left > 0) | (delay_days >= 0)
    return np.where(places_left == 0, 3, np.where(delay_days > SOON_DAYS, 2, np.where(some, 0, 1)))


def freshness(confirmed: Any, today: int) -> Any:
    """0: confirmed within six months. 1: within a year. 2: longer ago. Of numbers or arrays, in days since 1970."""
    age = today - confirmed
    return np.where(age <= FRESH_DAYS, 0, np.where(age <= OLD_DAYS, 1, 2))


def draw(ids: Levels, day: int) -> NDArray[np.uint64]:
    """The day's draw: the same all day long, another one tomorrow, and none sees its neighbours.

    Two contacts keep their order whoever else is there, so that a criterion more never exchanges them.
    """
    with np.errstate(over="ignore"):
        mixed = ids.astype(np.uint64) + np.uint64(day) * np.uint64(0x9E3779B97F4A7C15)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        found: NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(31))
    return found
