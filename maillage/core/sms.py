"""Text messages leave like mails: rows of the transaction that causes them, sent by a job through an HTTP gateway.

A gateway takes `POST {"to": "+33…", "text": "…", "id": "…"}` with a bearer token, and answers 2xx (docs/operations.md).
A demo has none: its messages stay in the table, and /demo/boite-d-envoi/ shows them. Without either, nobody is offered one.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from maillage.core import jobs
from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.core.models import OutgoingText
from maillage.core.outbox import claim

log = structlog.get_logger()
WAITS = [timedelta(seconds=s) for s in (30, 120, 600, 3600, 14400)]
LASTS = timedelta(days=2)
PATIENCE_S = 10
# the gateway's fault or ours, not the message's: tried again
FOR_NOW = {401, 403, 404, 408, 425, 429}


def is_offered() -> bool:
    """Whether this instance can send text messages."""
    return bool(settings.SMS_URL or settings.DEMO)


def send_text(to: str, text: str, *, at: datetime, lasts: timedelta = LASTS) -> None:
    """Write one message to a number in its international form; it leaves when the transaction commits.

    After `lasts`, it is no longer sent. Spaces and line ends become single spaces; 480 characters at most.
    """
    row = OutgoingText(to=to, text=" ".join(text.split())[:480], created_at=at, until=at + lasts)
    with transaction.atomic(), for_purpose(Purpose.MAIL):
        row.save()
    if settings.SMS_URL:
        jobs.enqueue("core.deliver_texts")


def deliver_due() -> int:
    """Send every message that is due; returns how many the gateway took. What it took is deleted.

    One that is tried again keeps its `id`, by which the gateway knows it.
    """
    if not settings.SMS_URL:
        return 0
    import httpx  # slow import

    taken = 0
    with httpx.Client(
        timeout=PATIENCE_S, follow_redirects=False, headers=_headers(), trust_env=False
    ) as client:
        while row := _claim():
            taken += _deliver(client, row)
    return taken


def forget_old_texts(at: datetime) -> int:
    """Delete what nobody took in time, and what a demo has shown for two days; returns how many."""
    return OutgoingText.objects.filter(until__lt=at - LASTS).delete()[0]


def _claim() -> OutgoingText | None:
    now = timezone.now()
    return claim(OutgoingText.objects.filter(due_at__lte=now, until__gt=now), WAITS, at=now)


def _deliver(client: object, row: OutgoingText) -> bool:
    """Whether the gateway took the message. What it refuses for good is deleted: a wrong number stays wrong."""
    import httpx  # slow import

    status = 0
    try:
        body = {
            "to": row.to,
            "text": row.text,
            "id": f"{urlsplit(settings.BASE_URL).hostname}-{row.pk}-{row.created_at:%Y%m%d%H%M%S%f}",
        }
        status = client.post(settings.SMS_URL, json=body).status_code  # type: ignore[attr-defined]
    except httpx.HTTPError as error:
        log.warning("text.refused", text=row.pk, attempt=row.attempts, error=type(error).__name__)
    else:
        taken = 200 <= status < 300
        log.info("text.sent" if taken else "text.refused", text=row.pk, attempt=row.attempts, status=status)
    lost = 400 <= status < 500 and status not in FOR_NOW
    with acting_as(None, purpose=Purpose.MAIL):
        if 200 <= status < 300 or lost:
            OutgoingText.objects.filter(pk=row.pk).delete()
        else:
            jobs.enqueue("core.deliver_texts", after=row.due_at - timezone.now())
    return 200 <= status < 300


def _headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.SMS_TOKEN}"} if settings.SMS_TOKEN else {}
