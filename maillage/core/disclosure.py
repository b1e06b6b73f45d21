"""Counts about people leave the software only through here: small ones hidden, the others rounded, nothing left to deduce.

Three rules, applied to all the tables that are published together:
1. a count under the threshold is hidden, zero included (« nobody » says something of everybody);
2. the others are rounded to the nearest multiple of a base;
3. more cells are hidden until nobody who holds every published table, margins included, can pin a hidden one down.

The third is proved and not hoped for: the intruder (core.intruder) is a system of whole numbers, solved by HiGHS for the
least and the most that each hidden cell may be. On cell suppression and its audit by optimisation: Hundepool et al.,
« Statistical Disclosure Control », Wiley, 2012, chapter 4.

How it scales: one unknown for each combination of values of *each table*, and not of all the dimensions at once, whenever
the tables hang together without a cycle (a star around the dimensions that all of them cross is the usual case). Then
tables that agree on what they share always come from some list of people (Vorob'ev, 1962), so that the intruder knows
neither more nor less. Tables in a cycle are solved as one block.

What it does not cover: two publications of the same table, a few people apart. Rounding blurs them; publish by period,
the parts and their sum together.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from statistics import median

import numpy as np
from django.utils.translation import gettext as _

from maillage.core.intruder import Intruder

THRESHOLD = 5
BASE = 5
# a hidden cell may be at least so many numbers apart: its least and its most differ by 2
SPREAD = 2
# of all the tables published together: beyond, a publication is to be made less detailed
MOST_CELLS = 30_000

# what one cell counts: (dimension, value or label) pairs; empty: everybody
Key = frozenset[tuple[str, str]]


class TooDetailed(ValueError):
    """So many cells that they cannot be protected together: cross less, or group more."""


@dataclass(frozen=True)
class Shape:
    """What is known of the dimensions before anybody is counted.

    `values`: all that a dimension may be, also what nobody is (else: the values that the facts have). `labels`: the groups
    of its values that are published instead of the values, overlapping or not (« helped » among « referred »). `within`:
    the dimension that each value of another lies in, and where (a neighbourhood's territory).
    """

    values: Mapping[str, Collection[str]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, Collection[str]]] = field(default_factory=dict)
    within: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)


PLAIN = Shape()


def protect(
    facts: Mapping[tuple[str, ...], int],
    dimensions: Sequence[str],
    tables: Collection[Sequence[str]],
    *,
    shape: Shape = PLAIN,
    at_least: Mapping[Key, int] | None = None,
    hide: Collection[Key] = (),
    threshold: int = THRESHOLD,
    base: int = BASE,
) -> dict[Key, int | None]:
    """What may be published of `tables`, with all their margins: a rounded count by cell, None where it is hidden.

    `facts`: how many people by combination of values, one value for each of `dimensions`, in that order. `tables`: the
    dimensions that each table crosses. A combination that nobody has is a cell too, unless `shape` says that nobody can.
    `at_least`: what everybody knows of a cell beforehand (a territory is named from 30 people on). `hide`: what must not
    be shown whatever it counts. Same facts, same answer.
    Raises ValueError for a table with an unknown dimension, or an even base (a half would round both ways); TooDetailed.
    """
    if unknown := {name for table in tables for name in table} - set(dimensions):
        raise ValueError(f"unknown dimensions: {sorted(unknown)}")
    if base % 2 == 0 or threshold < 1:
        raise ValueError("the base is odd and the threshold at least 1")
    cube = _Cube(facts, dimensions, tables, shape)
    hidden = {key for key, count in cube.counts.items() if count < threshold}
    hidden |= {cube.canonical[key] for key in hide if key in cube.canonical}
    intruder = Intruder(cube.truth, cube.columns, cube.links, spread=SPREAD)
    known = dict.fromkeys(cube.counts, 0)
    for key, least in (at_least or {}).items():
        if key in cube.canonical:
            known[cube.canonical[key]] = max(least, known[cube.canonical[key]])
    for key, count in cube.counts.items():
        shown = rounded(count, base)
        intruder.tell(key, max(known[key], threshold, shown - base // 2), shown + base // 2, known[key])
    for key in sorted(hidden, key=sorted):
        intruder.hide(key)
    while (exposed := intruder.exposed()) is not None:  # the key of everybody is empty, and false
        intruder.hide(cube.cheapest_beside(exposed, intruder.hidden))
    return {
        key: None if same in intruder.hidden else rounded(cube.counts[same], base)
        for key, same in cube.canonical.items()
    }


def rounded(count: int, base: int = BASE) -> int:
    """The nearest multiple of an odd base."""
    return (count + base // 2) // base * base


def middle(values: Collection[float], *, threshold: int = THRESHOLD) -> int | None:
    """The median of what was measured on some cases, as a whole number; None under twice the threshold of them.

    A median says that half of the cases are on each side: each half is then a count that may be shown.
    """
    return None if len(values) < 2 * threshold else round(median(values))


def note(threshold: int = THRESHOLD, base: int = BASE) -> str:
    """What to write under each table."""
    return _(
        "Nombres arrondis à %(base)s près. Une case masquée compte moins de %(threshold)s personnes, "
        "ou permettrait d’en retrouver une autre."
    ) % {"base": base, "threshold": threshold}


class _Cube:
    """The unknowns of each table, the published cells (which unknowns each adds up), what ties the tables together.

    `canonical` says for each key the first one that adds up the same unknowns: two names of one cell.
    """

    def __init__(
        self,
        facts: Mapping[tuple[str, ...], int],
        dimensions: Sequence[str],
        tables: Collection[Sequence[str]],
        shape: Shape,
    ) -> None:
        self.shape = shape
        self.places = {name: place for place, name in enumerate(dimensions)}
        self.values = {
            name: sorted(shape.values.get(name, ()) or {fact[place] for fact in facts})
            for name, place in self.places.items()
        }
        edges, links = join_tree([self._with_parents(table) for table in tables], self._order)
        self.grids = self._numbered(edges)
        self.truth = self._counted(facts)
        self.links = [pair for one, other, shared in links for pair in self._ties(one, other, shared)]
        self.columns: dict[Key, np.ndarray] = {}
        self.canonical: dict[Key, Key] = {}
        self._add_cells(tables)
        self.counts = {key: int(self.truth[columns].sum()) for key, columns in self.columns.items()}
        self.lines = self._lines()

    def _order(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(names, key=self.places.__getitem__))

    def _with_parents(self, table: Sequence[str]) -> frozenset[str]:
        found = set(table)
        while more := {self.shape.within[name][0] for name in found if name in self.shape.within} - found:
            found |= more
        return frozenset(found)

    def _numbered(self, edges: list[tuple[str, ...]]) -> dict[tuple[str, ...], np.ndarray]:
        """For each block of tables, the number of the unknown of each combination; -1 where nobody can be."""
        grids, number = {}, 0
        for names in edges:
            grid = np.full([len(self.values[name]) for name in names], -1, dtype=np.int32)
            for at in np.ndindex(grid.shape):
                if self._is_possible(dict(zip(names, at, strict=True))):
                    grid[at] = number
                    number += 1
            grids[names] = grid
        self.size = number
        return grids

    def _is_possible(self, at: Mapping[str, int]) -> bool:
        return all(
            places[self.values[name][at[name]]] == self.values[parent][at[parent]]
            for name, (parent, places) in self.shape.within.items()
            if name in at
        )

    def _counted(self, facts: Mapping[tuple[str, ...], int]) -> np.ndarray:
        truth = np.zeros(self.size, dtype=np.int64)
        numbers = {name: {value: n for n, value in enumerate(values)} for name, values in self.values.items()}
        for names, grid in self.grids.items():
            for fact, count in facts.items():
                number = grid[tuple(numbers[name][fact[self.places[name]]] for name in names)]
                if number < 0:
                    raise ValueError(f"a combination that cannot be: {fact}")
                truth[number] += count
        return truth

    def _sum(self, names: tuple[str, ...], chosen: Mapping[str, Collection[str]]) -> np.ndarray:
        """The unknowns of one block where each dimension of `chosen` has one of these values."""
        at = [
            [n for n, value in enumerate(self.values[name]) if name not in chosen or value in chosen[name]]
            for name in names
        ]
        found = self.grids[names][np.ix_(*at)].ravel() if names else np.zeros(1, dtype=np.int32)
        return found[found >= 0]

    def _ties(
        self, one: tuple[str, ...], other: tuple[str, ...], shared: tuple[str, ...]
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for values in product(*(self.values[name] for name in shared)):
            chosen = {name: (value,) for name, value in zip(shared, values, strict=True)}
            yield self._sum(one, chosen), self._sum(other, chosen)

    def _add_cells(self, tables: Collection[Sequence[str]]) -> None:
        known: dict[bytes, Key] = {}
        margins = {
            margin
            for table in tables
            for size in range(len(table) + 1)
            for margin in combinations(sorted(table), size)
        }
        for margin in sorted(margins):
            block = next(names for names in self.grids if set(margin) <= set(names))
            for labels in product(*(self._labels(name) for name in margin)):
                chosen = {name: values for name, (_label, values) in zip(margin, labels, strict=True)}
                columns = self._sum(block, chosen)
                if not len(columns):
                    continue
                key = frozenset((name, label) for name, (label, _values) in zip(margin, labels, strict=True))
                self.canonical[key] = known.setdefault(columns.tobytes(), key)
                self.columns.setdefault(self.canonical[key], columns)
                if len(self.columns) > MOST_CELLS:
                    raise TooDetailed

    def _labels(self, name: str) -> list[tuple[str, Collection[str]]]:
        if name in self.shape.labels:
            return sorted((label, frozenset(values)) for label, values in self.shape.labels[name].items())
        return [(value, (value,)) for value in self.values[name]]

    def _lines(self) -> dict[tuple[str, Key], list[Key]]:
        """The cells that differ in one dimension only, the smallest first: by that dimension and what they have alike."""
        lines: dict[tuple[str, Key], list[Key]] = {}
        for key in sorted(self.counts, key=lambda key: (self.counts[key], sorted(key))):
            for pair in key:
                lines.setdefault((pair[0], key - {pair}), []).append(key)
        return lines

    def cheapest_beside(self, key: Key, hidden: Collection[Key]) -> Key:
        """The published cell to hide for the sake of `key`: in a line with it if there is one, the smallest of those."""

        def cost(other: Key) -> tuple[int, int, list[tuple[str, str]]]:
            return (len(key ^ other), self.counts[other], sorted(other))

        beside = [
            other
            for pair in key
            for other in self.lines[pair[0], key - {pair}]
            if other != key and other not in hidden
        ]
        return min(beside or (other for other in self.counts if other not in hidden), key=cost)


def join_tree(
    tables: Iterable[Collection[str]], order: object = tuple
) -> tuple[list[tuple[str, ...]], list[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]]:
    """The blocks in which tables can be solved, and the pairs of them tied together: (one, other, what they share).

    An ear is a table whose dimensions in common with all the others lie in one other: taken off again and again. When no
    ear is left and more than one table is, they hang together in a cycle: one block of all the dimensions, nothing to tie.
    """
    put = order if callable(order) else tuple
    found = {frozenset(table) for table in tables}
    left = [put(table) for table in found if not any(table < other for other in found)]
    left.sort()
    edges, links = list(left), []
    while len(left) > 1:
        for ear in left:
            others = [other for other in left if other != ear]
            common = set(ear) & {name for other in others for name in other}
            witness = next((other for other in others if common <= set(other)), None)
            if witness is not None:
                links.append((ear, witness, put(common)))
                left.remove(ear)
                break
        else:
            return [put({name for edge in edges for name in edge})], []
    return edges, links
