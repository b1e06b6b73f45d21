"""Figures, their targets, and the JSON that `./bin/bench NAME` prints."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured value beside its target; without a target it informs and cannot fail."""

    name: str
    value: float
    unit: str
    target: str = ""
    ok: bool = True

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"value": round(self.value, 3)}


def at_most(name: str, value: float, unit: str, limit: float) -> Figure:
    """A figure that must not exceed `limit`."""
    return Figure(name, value, unit, f"≤ {limit:g}", value <= limit)


def at_least(name: str, value: float, unit: str, limit: float) -> Figure:
    """A figure that must reach `limit`."""
    return Figure(name, value, unit, f"≥ {limit:g}", value >= limit)


def told(name: str, value: float, unit: str) -> Figure:
    """A figure without a target."""
    return Figure(name, value, unit)


def percentile(values: Sequence[float], share: float) -> float:
    """The value under which `share` (0 to 1) of `values` lie, interpolated. Raises ValueError when there are none."""
    if not values:
        raise ValueError("no value")
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=1000, method="inclusive")[min(998, max(0, round(share * 1000) - 1))]


def median(values: Sequence[float]) -> float:
    return percentile(values, 0.5)


def p95(values: Sequence[float]) -> float:
    return percentile(values, 0.95)


def timings_ms(work: Callable[[], object], times: int, *, warm_up: int = 2) -> list[float]:
    """Wall-clock milliseconds of `times` runs of `work`, after `warm_up` that are not counted."""
    for _ in range(warm_up):
        work()
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    return found


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Seconds since the block began: `with stopwatch() as seconds: …; seconds()`."""
    start = time.perf_counter()
    yield lambda: time.perf_counter() - start
