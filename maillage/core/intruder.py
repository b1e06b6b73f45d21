"""What somebody who holds every published number can work out of those that are hidden."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import highspy
import numpy as np

Key = frozenset[tuple[str, str]]
Pairs = Sequence[tuple[np.ndarray, np.ndarray]]
WHOLE = 1e-6
# a question that takes more is answered « no, it cannot be otherwise »: one cell more is hidden than was needed
MOST_NODES = 500
NOTHING = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kSolutionLimit)


class Intruder:
    """A system of whole numbers: unknowns that are never negative, and what each cell that is shown says of their sum.

    `truth`: the unknowns as they are. `cells`: the numbers of the unknowns that each cell adds up. `links`: pairs of sets
    of unknowns that have the same sum. A hidden cell is safe once solutions are known, agreeing with everything shown,
    in which it is `spread` apart: `least` and `most`. The question is put as « which fewest changes to the truth would make
    this cell so much more? », first without asking for whole numbers: that is quick, and mostly answers in whole numbers.
    """

    def __init__(
        self, truth: np.ndarray, cells: Mapping[Key, np.ndarray], links: Pairs, *, spread: int
    ) -> None:
        self.truth, self.spread = truth, spread
        self.columns = list(cells.values())
        self.numbers = {key: number for number, key in enumerate(cells)}
        self.hidden: set[Key] = set()
        self.count = np.array([truth[columns].sum() for columns in self.columns], dtype=np.int64)
        self.least, self.most = self.count.copy(), self.count.copy()
        self.links = links
        self.bounds = [(-highspy.kHighsInf, highspy.kHighsInf)] * len(self.columns)
        self.known = [-highspy.kHighsInf] * len(self.columns)

    def tell(self, key: Key, low: int, high: int, known: int = 0) -> None:
        """A cell that is shown lies between these; at least `known` even once it is hidden. Before anything is asked."""
        number = self.numbers[key]
        self.bounds[number] = (low, high)
        self.known[number] = known or -highspy.kHighsInf

    def hide(self, key: Key) -> None:
        """Take one number back. What was possible stays so: the ranges already seen are kept."""
        self.hidden.add(key)
        number = self.numbers[key]
        self.bounds[number] = (self.known[number], highspy.kHighsInf)
        self._bound(number, *self.bounds[number])

    def exposed(self) -> Key | None:
        """A hidden cell that the shown numbers tell, or nearly; None when there is none."""
        return next((key for key in sorted(self.hidden, key=sorted) if not self._is_safe(key)), None)

    def _is_safe(self, key: Key) -> bool:
        number = self.numbers[key]
        if self.most[number] - self.least[number] >= self.spread:
            return True
        for more in range(self.spread, -1, -1):
            if self._may_be(number, more) and self._may_be(number, more - self.spread):
                return True
        return False

    def _may_be(self, number: int, change: int) -> bool:
        """Whether a hidden cell may be as many more than it is, or as many less; what is found tells of the others too."""
        count = self.count[number]
        if self.least[number] - count <= change <= self.most[number] - count:
            return True
        low, high = self.bounds[number]
        quick = self.quick  # made before it is asked anything
        if change > 0:
            self._bound(number, count + change, high)
        else:
            self._bound(number, low, count + change)
        found = self._solved(quick)
        if found is not None and np.abs(found - np.rint(found)).max() > WHOLE:
            found = self._solved(self.whole)
        self._bound(number, low, high)
        if found is None:
            return False
        sums = np.add.reduceat(np.rint(found).astype(np.int64)[self._flat], self._starts)
        self.least, self.most = np.minimum(self.least, sums), np.maximum(self.most, sums)
        return True

    def _bound(self, number: int, low: float, high: float) -> None:
        """What a cell may be, in the programs that are there: they count changes."""
        for model in self._made:
            model.changeRowBounds(number, low - self.count[number], high - self.count[number])

    def _solved(self, model: highspy.Highs) -> np.ndarray | None:
        """The unknowns after the fewest changes; None when no change will do."""
        model.run()
        status = model.getModelStatus()
        if status in NOTHING:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"disclosure audit: {model.modelStatusToString(status)}")
        more, less = np.array(model.getSolution().col_value).reshape(2, -1)
        return self.truth + more - less

    @property
    def _made(self) -> list[highspy.Highs]:
        return [self.__dict__[name] for name in ("quick", "whole") if name in self.__dict__]

    @cached_property
    def _flat(self) -> np.ndarray:
        return np.concatenate(self.columns)

    @cached_property
    def _starts(self) -> np.ndarray:
        return np.cumsum([0, *(len(columns) for columns in self.columns)])[:-1]

    @cached_property
    def quick(self) -> highspy.Highs:
        """The program without whole numbers; each question starts from the answer before."""
        size = self.truth.size
        model = Silent()
        model.setOptionValue("presolve", "off")
        # for each unknown, how much more and how much less it would be
        model.addVars(
            2 * size, np.zeros(2 * size), np.concatenate([np.full(size, highspy.kHighsInf), self.truth])
        )
        model.changeColsCost(2 * size, np.arange(2 * size, dtype=np.int32), np.ones(2 * size))
        for columns, (low, high), count in zip(self.columns, self.bounds, self.count, strict=True):
            both, weights = np.concatenate([columns, columns + size]), np.ones(2 * len(columns))
            weights[len(columns) :] = -1
            model.addRow(low - count, high - count, len(both), both, weights)
        for one, other in self.links:
            both = np.concatenate([one, one + size, other, other + size])
            weights = np.repeat([1.0, -1.0, -1.0, 1.0], [len(one), len(one), len(other), len(other)])
            model.addRow(0, 0, len(both), both, weights)
        return model

    @cached_property
    def whole(self) -> highspy.Highs:
        """The program of whole numbers, as the other one is now."""
        size = 2 * self.truth.size
        model = Silent()
        model.setOptionValue("mip_max_nodes", MOST_NODES)
        model.passModel(self.quick.getModel())
        model.changeColsIntegrality(
            size, np.arange(size, dtype=np.int32), np.full(size, highspy.HighsVarType.kInteger)
        )
        return model


class Silent(highspy.Highs):
    """The solver, which otherwise greets on the standard output as soon as it is made: data go there."""

    def enableCallbacks(self) -> None:
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()
