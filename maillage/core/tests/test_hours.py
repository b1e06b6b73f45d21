from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.core.hours import (
    WrongHours,
    after_working_days,
    checked_hours,
    is_open,
    next_change,
    openings,
    with_exceptions,
)

PARIS = ZoneInfo("Europe/Paris")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def test_hours_that_do_not_read_are_refused_with_an_example():
    assert checked_hours("  Mo-Fr  09:00-12:00 ") == "Mo-Fr 09:00-12:00"
    assert checked_hours(" ") == ""
    with pytest.raises(WrongHours, match="Mo-Fr 09:00-12:00"):
        checked_hours("lundi de 9h à midi")
    with pytest.raises(WrongHours):
        checked_hours("Mo 09:00-12:00; " * 100)


@given(st.text(max_size=60))
def test_any_text_is_hours_or_refused(text):
    try:
        kept = checked_hours(text)
    except WrongHours:
        assert is_open(text, at("2026-11-24T10:00")) is None or text == ""
    else:
        assert list(openings(kept, at("2026-11-24T00:00"), at("2026-11-26T00:00"))) is not None


def test_a_permanence_is_closed_on_public_holidays_and_follows_its_exceptions():
    hours = with_exceptions("Tu,We 14:00-17:00", {date(2026, 11, 10): "", date(2026, 11, 20): "10:00-12:00"})

    found = list(openings(hours, at("2026-11-09T00:00"), at("2026-11-23T00:00")))

    # the 10th is an exception, the 11th a public holiday
    assert [(o.start, o.end) for o in found] == [
        (at("2026-11-17T14:00"), at("2026-11-17T17:00")),
        (at("2026-11-18T14:00"), at("2026-11-18T17:00")),
        (at("2026-11-20T10:00"), at("2026-11-20T12:00")),
    ]


def test_open_now_and_next_change():
    assert is_open("Mo-Fr 09:00-12:00; PH off", at("2026-11-24T10:00")) is True
    assert is_open("Mo-Fr 09:00-12:00; PH off", at("2026-11-11T10:00")) is False
    assert is_open("", at("2026-11-24T10:00")) is None
    assert is_open("pas des horaires", at("2026-11-24T10:00")) is None
    assert next_change("Mo-Fr 09:00-12:00", at("2026-11-24T10:00")) == at("2026-11-24T12:00")


def test_a_moment_of_any_time_zone_will_do():
    now = datetime(2026, 11, 24, 9, tzinfo=UTC)  # ten o'clock in Paris

    assert is_open("Mo-Fr 09:30-12:00", now) is True
    assert next_change("Mo-Fr 09:30-12:00", now) == at("2026-11-24T12:00")
    assert [o.end for o in openings("Tu 09:30-12:00", now, now + timedelta(days=1))] == [
        at("2026-11-24T12:00")
    ]


@pytest.mark.parametrize(
    ("asked", "days", "due"),
    [
        ("2026-11-25T10:00", 2, "2026-11-27T10:00"),
        ("2026-11-26T23:30", 2, "2026-11-30T23:30"),
        ("2026-11-28T10:00", 1, "2026-11-30T10:00"),
        ("2026-11-10T10:00", 1, "2026-11-12T10:00"),  # the 11th is a public holiday
        ("2025-03-29T02:30", 1, "2025-03-31T02:30"),  # on the 30th, that hour does not exist
    ],
)
def test_working_days_leave_out_week_ends_and_public_holidays(asked, days, due):
    assert after_working_days(at(asked), days) == at(due)
