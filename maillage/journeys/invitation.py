"""An appointment as a calendar reads it (iCalendar, RFC 5545 and 5546): pure, the clock comes from outside."""

from datetime import UTC, datetime
from email.utils import parseaddr
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress

from maillage.journeys.models import Appointment


class Invitation(NamedTuple):
    """What a mail carries: « REQUEST » or « CANCEL », and the text of the calendar."""

    method: str
    text: str

    @property
    def media_type(self) -> str:
        return f"text/calendar; method={self.method}"


def invitation(
    row: Appointment, *, summary: str, organiser: str, to: str, cancelled: bool, at: datetime
) -> Invitation:
    """The event of `row` for the one address `to`, written at `at`; `cancelled` takes it out of that calendar.

    The other party's address is not in it.
    """
    method = "CANCEL" if cancelled else "REQUEST"
    event = Event()
    event.add("uid", f"{row.uid}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("sequence", row.sequence)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", row.starts_at.astimezone(UTC))
    event.add("dtend", row.ends_at.astimezone(UTC))
    event.add("summary", summary)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    if row.place:
        event.add("location", row.place)
    event.add("organizer", _address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], CN=organiser))
    event.add("attendee", _address(to, RSVP="FALSE", PARTSTAT="ACCEPTED"))
    calendar = Calendar()
    calendar.add("prodid", "-//Maillage//rendez-vous//FR")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return Invitation(method, calendar.to_ical().decode())


def _address(mail: str, **parameters: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{mail}")
    found.params.update(parameters)
    return found
