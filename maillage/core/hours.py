"""Opening hours as OpenStreetMap writes them (« Mo-Fr 08:30-12:30; PH off »), read with the French public holidays.

Times are the instance's own (settings.TIME_ZONE). Syntax: https://wiki.openstreetmap.org/wiki/FR:Key:opening_hours
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined] # its stub forgets it

from maillage.core.errors import DomainError

LONGEST = 500
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class WrongHours(DomainError):
    """Words that are no opening hours."""


class Opening(NamedTuple):
    """One stretch of open time, in the instance's time zone, and what the hours say about it."""

    start: datetime
    end: datetime
    note: str = ""


def checked_hours(text: str) -> str:
    """`text` without needless spaces, once it reads as opening hours; "" for none. Raises WrongHours."""
    text = " ".join(text.split())
    if not text:
        return ""
    try:
        if len(text) > LONGEST:
            raise WrongHours
        _read(text)
    except (ParserError, WrongHours) as error:
        raise WrongHours(
            _(
                "Ces horaires ne se lisent pas. Écrivez les jours en deux lettres anglaises (Mo, Tu, We, Th, Fr, Sa, Su) "
                "puis les heures, par exemple « Mo-Fr 09:00-12:00,14:00-17:00; PH off » (PH : jours fériés)."
            )
        ) from error
    return text


def with_exceptions(text: str, exceptions: dict[date, str], *, open_on_holidays: bool = False) -> str:
    """The hours `text` changed on some days: day → hours of that day (« 14:00-16:00 »), "" when closed."""
    rules = [text] if text else []
    if rules and not open_on_holidays and "PH" not in text:
        rules.append("PH off")
    rules += [
        f"{day.year} {MONTHS[day.month - 1]} {day.day:02} {hours or 'off'}"
        for day, hours in sorted(exceptions.items())
    ]
    return "; ".join(rules)


def openings(text: str, start: datetime, end: datetime) -> Iterator[Opening]:
    """Every stretch of open time between two moments, in order; none when `text` is empty or cannot be read."""
    if not (found := _readable(text)):
        return
    start, end = localtime(start), localtime(end)
    for begins, ends, state, note in found.intervals(start, end):
        if str(state) == "open" and ends is not None:
            yield Opening(max(begins, start), min(ends, end), str(note or ""))


def is_open(text: str, at: datetime) -> bool | None:
    """Whether it is open at this moment; None when the hours are not known."""
    found = _readable(text)
    here = localtime(at)  # the reader knows no offset, only zones by their name
    if found is None or found.is_unknown(here):
        return None
    return bool(found.is_open(here))


def next_change(text: str, at: datetime) -> datetime | None:
    """When the doors next open or close after `at`; None when never, or unknown."""
    found = _readable(text)
    return found.next_change(localtime(at)) if found else None


def _readable(text: str) -> OpeningHours | None:
    try:
        return _read(text) if text else None
    except ParserError:
        return None


@lru_cache(maxsize=2048)
def _read(text: str) -> OpeningHours:
    return OpeningHours(text, timezone=ZoneInfo(settings.TIME_ZONE), country="FR", max_interval_days=366)


def after_working_days(at: datetime, days: int) -> datetime:
    """The same time `days` working days after `at`: Monday to Friday, but for the French public holidays."""
    while days > 0:
        at += timedelta(days=1)
        days -= is_working_day(localtime(at).date())
    return at


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool:
    """Whether people work that day: Monday to Friday, but for the French public holidays."""
    # at noon: an hour of the night may not exist, the day that clocks go forward
    noon = datetime.combine(day, time(12), ZoneInfo(settings.TIME_ZONE))
    return bool(_read("Mo-Fr; PH off").is_open(noon))
