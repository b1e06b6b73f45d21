"""Counts about people leave the software only through here: small ones hidden, the others rounded, nothing left to deduce.

Three rules, applied to all the tables that are published together:
1. a count under the threshold is hidden, zero included (« nobody » says something of everybody);
2. the others are rounded to the nearest multiple of a base;
3. more cells are hidden until nobody who holds every published table, margins included, can pin a hidden one down.

The third is proved and not hoped for: the intruder is a system of whole numbers (one unknown a combination of values, one
inequality a published number), solved by HiGHS for the least and the most that each hidden cell may be. On cell
suppression and its audit by optimisation: Hundepool et al., « Statistical Disclosure Control », Wiley, 2012, chapter 4.
What it does not cover: two publications of the same table, a few people apart. Rounding blurs them; publish by period.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations, product

import highspy
import numpy as np
from django.utils.translation import gettext as _

THRESHOLD = 5
BASE = 5
# a hidden cell may be at least so many numbers apart: its least and its most differ by 2
SPREAD = 2

# what one cell counts: (dimension, value) pairs; empty: everybody
Key = frozenset[tuple[str, str]]


def protect(
    facts: Mapping[tuple[str, ...], int],
    dimensions: Sequence[str],
    tables: Collection[Sequence[str]],
    *,
    threshold: int = THRESHOLD,
    base: int = BASE,
) -> dict[Key, int | None]:
    """What may be published of `tables`, with all their margins: a rounded count by cell, None where it is hidden.

    `facts`: how many people by combination of values, one value for each of `dimensions`, in that order. `tables`: the
    dimensions that each table crosses. A combination that nobody has is a cell too. Same facts, same answer.
    Raises ValueError for a table with an unknown dimension, or an even base (a half would round both ways).
    """
    if unknown := {name for table in tables for name in table} - set(dimensions):
        raise ValueError(f"unknown dimensions: {sorted(unknown)}")
    if base % 2 == 0 or threshold < 1:
        raise ValueError("the base is odd and the threshold at least 1")
    cube = _Cube(facts, dimensions, tables)
    hidden = {key for key, count in cube.counts.items() if count < threshold}
    intruder = _Intruder(cube, hidden, threshold, base)
    while (exposed := next(intruder.exposed(), None)) is not None:  # the key of everybody is empty, and false
        intruder.hide(cube.cheapest_beside(exposed, intruder.hidden))
    return {
        key: None if key in intruder.hidden else rounded(count, base) for key, count in cube.counts.items()
    }


def rounded(count: int, base: int = BASE) -> int:
    """The nearest multiple of an odd base."""
    return (count + base // 2) // base * base


def note(threshold: int = THRESHOLD, base: int = BASE) -> str:
    """What to write under each table."""
    return _(
        "Nombres arrondis à %(base)s près. Une case masquée compte moins de %(threshold)s personnes, "
        "ou permettrait d’en retrouver une autre."
    ) % {"base": base, "threshold": threshold}


class _Cube:
    """The counts of every published cell, and which unknowns each one adds up."""

    def __init__(
        self,
        facts: Mapping[tuple[str, ...], int],
        dimensions: Sequence[str],
        tables: Collection[Sequence[str]],
    ) -> None:
        used = [name for name in dimensions if any(name in table for table in tables)]
        places = [dimensions.index(name) for name in used]
        self.values = {
            name: sorted({fact[place] for fact in facts}) for name, place in zip(used, places, strict=True)
        }
        self.truth = np.zeros([len(values) for values in self.values.values()], dtype=np.int64)
        for fact, count in facts.items():
            at = tuple(self.values[name].index(fact[place]) for name, place in zip(used, places, strict=True))
            self.truth[at] += count
        self.unknowns = np.arange(self.truth.size, dtype=np.int32).reshape(self.truth.shape)
        margins = {
            margin
            for table in tables
            for size in range(len(table) + 1)
            for margin in combinations(sorted(table), size)
        }
        self.counts: dict[Key, int] = {
            key: int(self.truth.ravel()[self.columns(key)].sum())
            for margin in sorted(margins)
            for key in self._keys(margin)
        }

    def _keys(self, margin: Sequence[str]) -> Iterator[Key]:
        for values in product(*(self.values[name] for name in margin)):
            yield frozenset(zip(margin, values, strict=True))

    def columns(self, key: Key) -> np.ndarray:
        """The unknowns that the cell adds up, by their numbers."""
        chosen = dict(key)
        at = tuple(
            values.index(chosen[name]) if name in chosen else slice(None)
            for name, values in self.values.items()
        )
        return np.atleast_1d(self.unknowns[at]).ravel()

    def cheapest_beside(self, key: Key, hidden: Collection[Key]) -> Key:
        """The published cell to hide for the sake of `key`: in a line with it if there is one, the smallest of those."""

        def cost(other: Key) -> tuple[bool, int, int, list[tuple[str, str]]]:
            names, others = {name for name, _value in key}, {name for name, _value in other}
            in_line = names == others and len(key - other) == 1
            return (not in_line, len(key ^ other), self.counts[other], sorted(other))

        return min((other for other in self.counts if other not in hidden), key=cost)


class _Intruder:
    """What somebody who holds every published number can work out."""

    def __init__(self, cube: _Cube, hidden: set[Key], threshold: int, base: int) -> None:
        self.cube, self.hidden = cube, hidden
        self.rows: dict[Key, int] = {}
        self.least = dict(cube.counts)
        self.most = dict(cube.counts)
        self.model = highspy.Highs()
        self.model.setOptionValue("output_flag", False)
        size = cube.truth.size
        self.model.addVars(size, np.zeros(size), np.full(size, highspy.kHighsInf))
        self.model.changeColsIntegrality(size, self._all, np.full(size, highspy.HighsVarType.kInteger))
        for key, count in cube.counts.items():
            if key not in hidden:
                self.rows[key] = len(self.rows)
                shown, columns = rounded(count, base), cube.columns(key)
                low, high = max(threshold, shown - base // 2), shown + base // 2
                self.model.addRow(low, high, len(columns), columns, np.ones(len(columns)))

    @cached_property
    def _all(self) -> np.ndarray:
        return np.arange(self.cube.truth.size, dtype=np.int32)

    def hide(self, key: Key) -> None:
        """Take one number back. What was possible stays so: the ranges already seen are kept."""
        self.hidden.add(key)
        self.model.changeRowBounds(self.rows[key], -highspy.kHighsInf, highspy.kHighsInf)

    def exposed(self) -> Iterator[Key]:
        """The hidden cells that the published numbers tell, or nearly."""
        for key in sorted(self.hidden, key=sorted):
            for sense in (highspy.ObjSense.kMaximize, highspy.ObjSense.kMinimize):
                if self._is_safe(key):
                    break
                self._explore(key, sense)
            if not self._is_safe(key):
                yield key

    def _is_safe(self, key: Key) -> bool:
        return self.most[key] - self.least[key] >= SPREAD

    def _explore(self, key: Key, sense: highspy.ObjSense) -> None:
        """Find the least or the most that a cell may be; each solution tells something of the other cells too."""
        cost = np.zeros(self.cube.truth.size)
        cost[self.cube.columns(key)] = 1
        self.model.changeColsCost(cost.size, self._all, cost)
        self.model.changeObjectiveSense(sense)
        self.model.run()
        status = self.model.getModelStatus()
        if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            self.most[key] = self.least[key] + SPREAD  # the truth is a solution: never infeasible
            return
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"disclosure audit: {self.model.modelStatusToString(status)}")
        found = np.rint(self.model.getSolution().col_value).astype(np.int64)
        for other in self.hidden:
            count = int(found[self.cube.columns(other)].sum())
            self.least[other] = min(self.least[other], count)
            self.most[other] = max(self.most[other], count)
