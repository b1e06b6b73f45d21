"""The last criteria, looked at only where the first leave contacts equal: next opening, capacity, freshness, the draw."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.utils.timezone import localtime

from maillage.offers.queries.finder.candidates import Candidates
from maillage.offers.queries.finder.opening import UNKNOWN
from maillage.offers.queries.finder.places import Door, day_number, doors
from maillage.offers.queries.finder.ranking import capacity, draw, freshness
from maillage.offers.queries.finder.sections import Rows, Section

# of contacts that all first criteria leave equal, the doors of so many are looked at: the others follow, as drawn
MOST_EQUALS = 5_000


@dataclass(frozen=True, slots=True)
class Place:
    """A candidate's place in a section: its number, and how many others nothing but the draw tells it from."""

    row: int
    equals: int


def door_of(candidates: Candidates, rows: Iterable[int], at: datetime) -> dict[int, Door]:
    """The door of each of these candidates, by id of service. At most two queries."""
    numbers = np.array(sorted(set(rows)), np.int64)
    if not len(numbers):
        return {}
    ids = candidates.rows["id"][numbers].tolist()
    places = candidates.place_id[numbers].tolist()
    return doors(ids, {pk: place for pk, place in zip(ids, places, strict=True) if place}, at)


def in_order(
    sections: list[Section], candidates: Candidates, at: datetime
) -> tuple[list[list[Place]], dict[int, Door]]:
    """For each section, what it shows, in order; and the doors that were looked at, by id of service.

    The order is total, and the same all day long for the same doors. One query, or two.
    """
    day = day_number(localtime(at).date())
    looked_at = [_looked_at(section, candidates, day) for section in sections]
    rows = (
        int(row) for section, early in zip(sections, looked_at, strict=True) for row in section.rows[early]
    )
    found = door_of(candidates, rows, at)
    levels = {pk: door.opening.level(at) for pk, door in found.items()}
    shown = [
        _shown(section, candidates, early, levels, day=day)
        for section, early in zip(sections, looked_at, strict=True)
    ]
    return shown, found


def _shown(
    section: Section, candidates: Candidates, early: Rows, levels: dict[int, int], *, day: int
) -> list[Place]:
    rows = candidates.rows[section.rows]
    ids = rows["id"].astype(np.int64)
    opening = np.full(len(ids), UNKNOWN, np.int64)
    opening[early] = [levels[pk] for pk in ids[early].tolist()]
    late = np.ones(len(ids), np.int64)
    late[early] = 0
    criteria = np.stack(
        [
            section.key,
            late,
            opening,
            capacity(rows["places_left"], rows["delay_days"]),
            freshness(rows["confirmed_on"], day),
        ]
    )
    order = np.lexsort((ids, draw(ids, day), *criteria[::-1]))
    criteria = criteria[:, order]
    # where one group of equals ends and the next begins
    borders = np.flatnonzero(np.any(criteria[:, 1:] != criteria[:, :-1], axis=0)) + 1
    edges = np.concatenate(([0], borders, [len(order)]))
    shown = range(section.start, section.start + section.size)
    sizes = np.diff(edges)
    groups = np.searchsorted(edges, list(shown), side="right") - 1
    return [
        Place(int(section.rows[order[n]]), int(sizes[group]) - 1)
        for n, group in zip(shown, groups, strict=True)
    ]


def _looked_at(section: Section, candidates: Candidates, day: int) -> Rows:
    """Positions in the section of those whose doors are looked at: all, but in groups of more than MOST_EQUALS."""
    every = np.arange(len(section.rows))
    if len(every) <= MOST_EQUALS:
        return every
    order = np.lexsort((draw(candidates.rows["id"][section.rows].astype(np.int64), day), section.key))
    ordered = section.key[order]
    within = every - np.searchsorted(ordered, ordered)
    early: Rows = order[within < MOST_EQUALS]
    return early
