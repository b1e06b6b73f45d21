"""The log of every file opened: who, whose, when, why. Kept apart, append-only; a page leaves only once it is written.

GET is read only in this software, so the log is written in a transaction of its own before the answer leaves
(core.afterwards). If that fails, the answer is an error: no log, no page.
"""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from maillage.core.afterwards import afterwards
from maillage.journeys.models import OpeningEvent

LONGEST = OpeningEvent._meta.get_field("why").max_length


def note_opening(
    request: HttpRequest,
    *people: int,
    organisation_id: int | None,
    why: str,
    at: datetime | None = None,
) -> None:
    """Note that the view shows what is kept about `people` (their numbers) to who is signed in, of this structure if any, and why.

    It is written whatever becomes of the page.
    """
    openings = [
        OpeningEvent(
            person_number=person,
            user_number=int(request.user.pk or 0),
            organisation_number=organisation_id,
            at=at or timezone.now(),
            why=why[:LONGEST],
        )
        for person in people
    ]
    afterwards(lambda: OpeningEvent.objects.bulk_create(openings), in_any_case=True)
