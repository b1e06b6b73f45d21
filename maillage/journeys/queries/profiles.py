"""What is counted of people, referrals and brakes, one row each or some alike: for figures, and for what is kept.

Never shown: published through core.disclosure only (`queries.figures`), or kept as facts when someone is forgotten.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.db import connection
from django.utils.timezone import localdate

from maillage.core.hours_in_words import is_holiday
from maillage.journeys.models import Answered
from maillage.journeys.sql import statement


class Profile(NamedTuple):
    """One person who was met; the columns of `Fact`, in the order of sql/profiles.sql."""

    quarter: date
    epci_code: str
    banner_number: int | None
    commune_code: str
    qpv_code: str
    in_qpv: bool | None
    gender: str
    age_class: str
    situation: str
    phase: str
    stage: int
    business: int
    jobs: int


class Answer(NamedTuple):
    """Some referrals alike; `answered` is "" while the structure still has time."""

    quarter: date
    epci_code: str
    banner_number: int | None
    to_organisation_number: int
    answered: str
    days: int | None
    times: int


class Brakes(NamedTuple):
    """Some brakes alike."""

    quarter: date
    epci_code: str
    banner_number: int | None
    brake: str
    lifted: bool
    times: int


@dataclass(frozen=True)
class Span:
    """What happened from `since` on and before `before`, as it was known at `at`; of one person, or of everybody."""

    since: datetime
    before: datetime
    at: datetime
    person_id: int | None = None

    def parameters(self) -> dict[str, Any]:
        return {
            "since": self.since,
            "before": self.before,
            "at": self.at,
            "zone": settings.TIME_ZONE,
            "person": self.person_id,
        }


def profiles(span: Span) -> Iterator[Profile]:
    """The people met in the span. Under a purpose that reads everybody (statistics, retention)."""
    return (Profile(*row) for row in _rows("profiles", span))


def answers(span: Span) -> Iterator[Answer]:
    """The referrals sent in the span, but for those that were cancelled before any answer."""
    for quarter, epci, banner, to, sent_on, answered_on, promised, times in _rows("answers", span):
        days = working_days(sent_on, answered_on or localdate(span.at))
        if answered_on is None:
            answered, known = (Answered.NEVER if days > promised else ""), None
        else:
            answered, known = (Answered.IN_TIME if days <= promised else Answered.LATE), days
        yield Answer(quarter, epci, banner, to, str(answered), known, times)


def brakes(span: Span) -> Iterator[Brakes]:
    """The brakes raised in the span."""
    return (Brakes(*row) for row in _rows("brakes", span))


def working_days(start: date, end: date) -> int:
    """How many working days came after `start`, up to `end` included; none when it came first."""
    if end <= start:
        return 0
    away = [holiday for year in range(start.year, end.year + 1) for holiday in holidays(year)]
    return int(np.busday_count(start + timedelta(days=1), end + timedelta(days=1), holidays=away))


@cache
def holidays(year: int) -> tuple[date, ...]:
    """The public holidays of one year."""
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range(366))
    return tuple(day for day in days if day.year == year and is_holiday(day))


def _rows(name: str, span: Span) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement(name), span.parameters())
        yield from cursor.fetchall()
