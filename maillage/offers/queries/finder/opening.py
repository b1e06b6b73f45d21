"""Whether a door is open, and when it next opens: read once, remembered until it changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils.timezone import get_default_timezone

from maillage.core.hours import is_open, openings, with_exceptions

AHEAD = timedelta(days=35)  # what is held once a month
MOST_REMEMBERED = 20_000
UNKNOWN, LATER = 4, 5


@dataclass(frozen=True, slots=True)
class Opening:
    """The state of a door: `open_now` is None when its hours are not known; times are in the instance's time zone."""

    open_now: bool | None = None
    closes_at: datetime | None = None  # None too when it is open for longer than AHEAD
    next_opening: datetime | None = None  # None too when it is later than AHEAD

    def level(self, at: datetime) -> int:
        """At `at`, in the instance's time zone. 0: open now. 1: opens today. 2: tomorrow. 3: within a week. 4: not known. 5: later, or never."""
        if self.open_now is None:
            return UNKNOWN
        if self.open_now:
            return 0
        if self.next_opening is None:
            return LATER
        # both in the instance's time zone
        days = (self.next_opening.date() - at.date()).days
        return 1 if days == 0 else 2 if days == 1 else 3 if days <= 7 else LATER


# hours, exceptions and days → since when and until when this is true
_remembered: dict[tuple[object, ...], tuple[datetime, datetime, Opening]] = {}


def opening(hours: str, at: datetime) -> Opening:
    """The state at this moment of a door with these hours (opening_hours syntax), closed on the public holidays that
    they do not name."""
    if not hours:
        return Opening()
    return _kept((hours,), at, lambda: _read(_with_holidays(hours), at, at + AHEAD))


def permanence_opening(
    hours: str, exceptions: Mapping[str, str], starts_on: date | None, ends_on: date | None, at: datetime
) -> Opening:
    """The same for a permanence: its exceptions (ISO day → hours, "" when closed) and the days between which it is held."""
    key = (hours, *exceptions.items(), starts_on, ends_on)
    return _kept(key, at, lambda: _permanence(hours, exceptions, starts_on, ends_on, at))


def _kept(key: tuple[object, ...], at: datetime, find: Callable[[], Opening]) -> Opening:
    """What was found for `key`, as long as the door neither opens nor closes, else `find()`."""
    if (known := _remembered.get(key)) and known[0] <= at < known[1]:
        return known[2]
    found = find()
    until = found.closes_at or found.next_opening or at + timedelta(hours=1)
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[key] = (at, until, found)
    return found


def _permanence(
    hours: str, exceptions: Mapping[str, str], starts_on: date | None, ends_on: date | None, at: datetime
) -> Opening:
    text = with_exceptions(hours, {date.fromisoformat(day): kept for day, kept in exceptions.items()})
    first, last = at, at + AHEAD
    if starts_on:
        first = max(first, _midnight(starts_on))
    if ends_on:
        last = min(last, _midnight(ends_on + timedelta(days=1)))
    if first >= last:
        return Opening(open_now=False)
    found = _read(text, first, last)
    if first > at and found.open_now:  # the first day begins with an open door
        return Opening(open_now=False, next_opening=first)
    return found


def _read(text: str, at: datetime, end: datetime) -> Opening:
    if is_open(text, at) is None:
        return Opening()
    stretch = next(openings(text, at, end), None)
    if stretch is None:
        return Opening(open_now=False)
    if stretch.start <= at:
        return Opening(open_now=True, closes_at=stretch.end if stretch.end < end else None)
    return Opening(open_now=False, next_opening=stretch.start)


@lru_cache(maxsize=MOST_REMEMBERED)
def _with_holidays(hours: str) -> str:
    return with_exceptions(hours, {})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), get_default_timezone())
