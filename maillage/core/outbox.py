"""What mails and text messages share: rows that wait to leave, claimed one at a time, tried again later and later."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import QuerySet

from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.core.models import OutgoingMail, OutgoingText

Row = TypeVar("Row", OutgoingMail, OutgoingText)


def claim(due: QuerySet[Row], waits: Sequence[timedelta], *, at: datetime) -> Row | None:
    """The first of the rows `due`, to be tried again in its turn of `waits` unless it leaves; None when there is none.

    It is claimed in a transaction of its own: a worker killed before the answer tries again after the back-off, and two
    workers never send one row at once.
    """
    with acting_as(None, purpose=Purpose.MAIL):
        row = due.select_for_update(skip_locked=True).order_by("created_at", "pk").first()
        if row is not None:
            row.due_at = at + waits[min(row.attempts, len(waits) - 1)]
            row.attempts += 1
            row.save(update_fields=["due_at", "attempts"])
    return row


def latest(model: type[Row], count: int = 50) -> list[Row]:
    """The last rows of the demo's outbox, newest first."""
    with for_purpose(Purpose.MAIL):
        return list(model._default_manager.order_by("-created_at", "-pk")[:count])
