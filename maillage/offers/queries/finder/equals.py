"""The last criteria, looked at only where the first leave contacts equal: next opening, capacity, freshness, the draw."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from maillage.offers.queries.finder.candidates import Candidates
from maillage.offers.queries.finder.opening import LATER
from maillage.offers.queries.finder.places import Door, doors
from maillage.offers.queries.finder.ranking import capacity, draw, freshness
from maillage.offers.queries.finder.sections import Rows, Section

# of contacts that all first criteria leave equal, the doors of so many are looked at: the others follow, as drawn
MOST_EQUALS = 5_000
NOT_LOOKED_AT = LATER + 1


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


def in_play(sections: Sequence[Section], candidates: Candidates, day: int) -> set[int]:
    """The candidates whose doors are to be looked at: all of the sections', but in groups of more than MOST_EQUALS."""
    return {int(row) for section in sections for row in section.rows[_early(section, candidates, day)]}


def in_order(section: Section, candidates: Candidates, levels: Mapping[int, int], day: int) -> list[Place]:
    """What a section shows, in order. `levels`: of Opening, by id of service; those that it lacks come after.

    The order is total, and the same all day long for the same doors.
    """
    rows = candidates.rows[section.rows]
    ids = rows["id"].astype(np.int64)
    opening = np.array([levels.get(pk, NOT_LOOKED_AT) for pk in ids.tolist()], np.int64)
    criteria = np.stack(
        [
            section.key,
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
    groups = np.searchsorted(edges, list(shown), side="right") - 1
    sizes = np.diff(edges)
    return [
        Place(int(section.rows[order[n]]), int(sizes[group]) - 1)
        for n, group in zip(shown, groups, strict=True)
    ]


def _early(section: Section, candidates: Candidates, day: int) -> Rows:
    """Positions in the section of those whose doors are looked at: in a group too large, the first ones drawn."""
    every = np.arange(len(section.rows))
    if len(every) <= MOST_EQUALS:
        return every
    order = np.lexsort((draw(candidates.rows["id"][section.rows].astype(np.int64), day), section.key))
    ordered = section.key[order]
    within = every - np.searchsorted(ordered, ordered)
    early: Rows = order[within < MOST_EQUALS]
    return early
