"""The log of every file opened: who, whose, when, why. Kept apart, append-only; a page leaves only once it is written.

GET is read only in this software, so what a view opens is noted on the request, and written in a transaction of its own
before the answer leaves. If that fails, the answer is an error: no log, no page.
"""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from maillage.core.acting import acting_as
from maillage.core.middleware import SUBJECT_KEY
from maillage.journeys.models import OpeningEvent

Next = Callable[[HttpRequest], HttpResponse]
LONGEST = OpeningEvent._meta.get_field("why").max_length


def note_opening(
    request: HttpRequest,
    person_id: int,
    *,
    organisation_id: int | None,
    why: str,
    at: datetime | None = None,
) -> None:
    """Note that the view shows what is kept about a person to who is signed in, of this structure if any, and why."""
    opening = OpeningEvent(
        person_number=person_id,
        user_number=int(request.user.pk or 0),
        organisation_number=organisation_id,
        at=at or timezone.now(),
        why=why[:LONGEST],
    )
    _openings(request).append(opening)


def _openings(request: HttpRequest) -> list[OpeningEvent]:
    if not hasattr(request, "openings"):
        request.openings = []  # type: ignore[attr-defined]
    return request.openings  # type: ignore[attr-defined]


class OpeningMiddleware:
    """Write what the view opened, around the view's own transaction; and keep the pages of who proved that a file is
    theirs out of every cache."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        openings = _openings(request)
        if openings:
            with acting_as(openings[0].user_number):
                OpeningEvent.objects.bulk_create(openings)
        if openings or (request.session.accessed and request.session.get(SUBJECT_KEY)):
            add_never_cache_headers(response)
        return response
