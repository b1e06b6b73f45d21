"""Which services stand in which part of the answer, and in what order."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.offers.models import Phase
from maillage.offers.queries.finder.asked import codes, mask
from maillage.offers.queries.finder.candidates import Candidates
from maillage.offers.queries.finder.ranking import NEVER, Miss, Ranked, allowed, without
from maillage.offers.queries.finder.reasons import Question

A_STEP, A_BRAKE, NEAR_MISSES = 3, 3, 3
ORIENTING = ("accueil", "diagnostic", "accompagnement")
# what may leave a service out for a reason that is worth saying
TOLD = (Miss.RADIUS, Miss.PUBLIC, Miss.REMOTE, Miss.AGE, Miss.QPV)
PHASES = Phase.values
LIST, FIRST, NEAR, STEP, BRAKE = "list", "first", "near", "step", "frein"

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the answer: `kind` and the phase or brake it is about; the candidates in play with the key that orders
    them, complete groups of equals; which of them are shown (`size` from `start`); and the bits of Miss that are said
    of them."""

    kind: str
    about: str
    rows: Rows
    key: Rows
    start: int
    size: int
    told: int


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates of one question, ranked. `level`: how many widenings it took to have any; `allowed`: the bits of
    Miss that these let go; `fitting`: what the list counts."""

    question: Question
    candidates: Candidates
    rank: Ranked
    level: int
    allowed: int
    fitting: Mask

    @classmethod
    def of(cls, question: Question, candidates: Candidates, rank: Ranked) -> "Found":
        level = int(rank.level.min(initial=NEVER))
        fitting = (rank.level == level) & (rank.level < NEVER)
        return cls(question, candidates, rank, level, allowed(min(level, NEVER - 1)), fitting)

    def lacked(self) -> int:
        """What the services of a widened list lack, all together."""
        return int(np.bitwise_or.reduce(self.rank.misses[self.fitting], initial=0))


def sections(found: Found, offset: int, size: int) -> Iterator[Section]:
    """The parts of the answer; only the list has pages."""
    rows, rank = found.candidates.rows, found.rank
    business = found.candidates.has("business")
    yield _section(LIST, found.fitting, rank.key, size, offset, told=found.allowed)
    first = business & ((rank.misses & int(Miss.AGE | Miss.QPV)) == 0)
    yield _section(FIRST, first, first_key(found), 1, told=found.allowed | ~int(Miss.NEED))
    yield _section(NEAR, _nearly(found), rank.key, NEAR_MISSES, told=0)
    # on the path, a service for another phase or another need is at its place
    on_path = (rank.misses & ~(found.allowed | int(Miss.NEED | Miss.PHASE))) == 0
    told = found.allowed & ~int(Miss.PHASE)
    for phase in _phases_from(found.question.situation.phase):
        where = business & on_path & ((rows["phases"] & mask("phase", [phase])) != 0)
        yield _section(STEP, where, without(rank.key, "phase"), A_STEP, about=phase, told=told)
    key, told = without(rank.key, "phase", "need"), told & ~int(Miss.NEED)
    for brake in codes("brake", found.question.asked.brakes):
        where = on_path & ((rows["brakes"] & mask("brake", [brake])) != 0)
        yield _section(BRAKE, where, key, A_BRAKE, about=brake, told=told)


def first_key(found: Found) -> Rows:
    """The order of first contacts: a person may ask; in the way that she asked; they receive and orient; at her
    phase, for her public, as near as she goes; with a telephone. Each weighs more than all that follow, and all more
    than the usual key."""
    candidates, misses = found.candidates, found.rank.misses
    kinds = candidates.rows["kinds"]
    orients = (kinds & mask("kind", list(ORIENTING))) != 0
    lacks = np.zeros(len(misses), np.int64)
    for fulfilled in (
        candidates.has("by_person"),
        (misses & int(Miss.REMOTE)) == 0,
        orients | (kinds == 0),
        orients,
        (misses & int(Miss.PHASE)) == 0,
        (misses & int(Miss.PUBLIC)) == 0,
        (misses & int(Miss.RADIUS)) == 0,
        candidates.has("has_phone"),
    ):
        lacks = (lacks << 1) | ~fulfilled
    return (lacks << 32) | found.rank.key


def receives_and_orients(found: Found, row: int) -> bool:
    """Whether a person may call this candidate to be received and oriented."""
    kinds = int(found.candidates.rows["kinds"][row])
    return bool(kinds & mask("kind", list(ORIENTING)) and found.candidates.has("by_person")[row])


def _nearly(found: Found) -> Mask:
    one_thing = [int(miss) for miss in TOLD if not found.allowed & miss]
    wanted = found.candidates.has("business") | (found.rank.matched > 0)
    near: Mask = np.isin(found.rank.misses, one_thing) & wanted
    return near


def _section(
    kind: str, where: Mask, key: Rows, size: int, offset: int = 0, *, about: str = "", told: int
) -> Section:
    """The rows in play: those shown, and all that the key leaves equal to the first or the last of them."""
    rows: Any = np.flatnonzero(where)
    keys = key[rows]
    if offset >= len(rows):
        return Section(kind, about, rows[:0], keys[:0], 0, 0, told)
    last = min(offset + size, len(rows)) - 1
    edges = np.partition(keys, (offset, last))
    kept = (keys >= edges[offset]) & (keys <= edges[last])
    before = int((keys < edges[offset]).sum())
    return Section(kind, about, rows[kept], keys[kept], offset - before, last - offset + 1, told)


def _phases_from(phase: str) -> list[str]:
    """The phases still ahead; all of them when the person gave none."""
    return PHASES[PHASES.index(phase) :] if phase else PHASES
