"""How long work tells how far it has come, and learns that it is not wanted any more.

key = progress.start("initiatives.import", label=_("Import de fiches"), owner_id=user.pk).key
enqueue("initiatives.import", progress=str(key), …)

with progress.reporting(key) as report:      # in the job
    for row in report.over(rows, total=n): …
    report.result = {"url": "/…", "created": 12}
"""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from django.db import connections, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.core.models import Progress

Item = TypeVar("Item")
SECONDS_BETWEEN_WRITES = 0.5

WRITE = """
UPDATE core_progress SET state = %(state)s, done = %(done)s, total = %(total)s, message = %(message)s,
    result = %(result)s::jsonb, changed_at = %(now)s
WHERE key = %(key)s RETURNING cancel_asked
"""


class Cancelled(DomainError):
    """The person who asked for the work does not want it any more."""

    status = 409


class Report:
    """What one run of the work says; written at most twice a second, on a connection of its own, so that it shows
    while the work's transaction is still open."""

    def __init__(self, key: UUID | str) -> None:
        self.key = key
        self.done = self.total = 0
        self.message = ""
        self.result: dict[str, Any] | None = None
        self._connection = connections["default"].copy()
        self._written_at = 0.0

    def advance(self, by: int = 1, message: str | None = None) -> None:
        """Say that `by` more items are done. Raises Cancelled when the work is not wanted any more."""
        self.done += by
        if message is not None:
            self.message = message
        if time.monotonic() - self._written_at >= SECONDS_BETWEEN_WRITES:
            self.write(Progress.State.RUNNING)

    def over(self, items: Iterable[Item], *, total: int) -> Iterator[Item]:
        """`items`, each counted once it is done."""
        self.total = total
        for item in items:
            yield item
            self.advance()

    def write(self, state: str) -> None:
        """Write now. Raises Cancelled."""
        self._written_at = time.monotonic()
        with self._connection.cursor() as cursor:
            cursor.execute(
                WRITE,
                {
                    "state": state,
                    "done": self.done,
                    "total": self.total,
                    "message": self.message[:500],
                    "result": json.dumps(self.result) if self.result is not None else None,
                    "now": timezone.now(),
                    "key": str(self.key),
                },
            )
            row = cursor.fetchone()
        if row and row[0] and state == Progress.State.RUNNING:
            raise Cancelled(_("Ce travail a été annulé."))

    def close(self) -> None:
        self._connection.close()


def start(kind: str, *, label: str, owner_id: int | None = None, total: int = 0) -> Progress:
    """A new work to follow at /travaux/<key>/; with an owner, only that user sees it."""
    return Progress.objects.create(kind=kind, label=label, owner_id=owner_id, total=total)


@contextmanager
def reporting(key: UUID | str) -> Iterator[Report]:
    """Follow one run: running inside, then done, failed (with the rule's sentence) or cancelled.

    A cancelled work ends quietly, after its own transaction was undone if the block holds it; other errors rise.
    """
    report = Report(key)
    try:
        report.write(Progress.State.RUNNING)
        yield report
    except Cancelled as error:
        report.message = str(error)
        report.write(Progress.State.CANCELLED)
    except DomainError as error:
        report.message = str(error)
        report.write(Progress.State.FAILED)
        raise
    except BaseException:
        report.message = _("Le travail s’est arrêté sur une erreur de notre côté. Elle est notée.")
        report.write(Progress.State.FAILED)
        raise
    else:
        report.write(Progress.State.DONE)
    finally:
        report.close()


def work_of(key: UUID, user_id: int | None) -> Progress:
    """The work of that key, if the user may see it. Raises Http404 otherwise, so that its existence does not leak."""
    found = Progress.objects.filter(pk=key).first()
    if found is None or (found.owner_id is not None and found.owner_id != user_id):
        raise Http404
    return found


@transaction.atomic
def cancel(work: Progress) -> None:
    """Ask the work to stop at its next step; at once when it has not started."""
    Progress.objects.filter(pk=work.pk).update(cancel_asked=True)
    Progress.objects.filter(pk=work.pk, state=Progress.State.WAITING).update(
        state=Progress.State.CANCELLED, message=_("Ce travail a été annulé.")
    )
