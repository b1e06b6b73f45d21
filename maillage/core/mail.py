"""Mail leaves with the transaction that causes it, or not at all.

Django's backend writes rows in `core_outgoingmail`; a job sends them over SMTP. A demo has no SMTP: its mails stay
in the table, and /demo/boite-d-envoi/ shows them.
"""

import smtplib
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from maillage.core import jobs
from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.core.models import OutgoingMail
from maillage.core.outbox import claim

log = structlog.get_logger()
WAITS = [timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720, 1440)]
KEPT = timedelta(days=30)
# once it has left, or is given up: its links and codes may still be good, and nobody reads it here any more
EMPTIED: dict[str, object] = {"text": "", "html": "", "headers": {}, "attachments": []}
SMTP_PATIENCE_S = 20
LONGEST_ATTACHMENT = 20_000  # characters


class OutboxBackend(BaseEmailBackend):
    """Django's door to the outbox: a row a recipient, sent later by a job.

    `headers` of the message are kept, and small attachments of text (an invitation); for anything else, send a link.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        rows = [
            OutgoingMail(
                to=to,
                subject=" ".join(str(message.subject).split())[:200],
                text=str(message.body),
                html=_html(message),
                headers=_headers(message),
                attachments=_attachments(message),
            )
            for message in email_messages
            for to in message.recipients()
        ]
        # INSERT … RETURNING reads the row back, which the policy allows to this purpose only
        with transaction.atomic(), for_purpose(Purpose.MAIL):
            OutgoingMail.objects.bulk_create(rows)
        if rows and settings.SMTP_URL:
            jobs.enqueue("core.deliver_mails")
        return len(email_messages)


def deliver_due() -> int:
    """Send every mail that is due, in one SMTP conversation; returns how many were accepted.

    A mail that is tried again keeps its Message-ID. A server that does not answer ends the run: one wait, not one a mail.
    """
    if not settings.SMTP_URL or not _waits():
        return 0
    sent = 0
    connection = smtp()
    try:
        while _is_open(connection) and (mail := _claim()):
            sent += _deliver(connection, mail)
    finally:
        connection.close()
    return sent


def smtp(*, patience_s: float = SMTP_PATIENCE_S) -> EmailBackend:
    """A connection, still closed, to settings.SMTP_URL.

    smtps:// is TLS from the start (port 465 if none is given); smtp:// is STARTTLS, never less, on port 587 (if none is
    given) or with `?starttls`, and in clear elsewhere: a relay of our own network.
    """
    url = urlsplit(settings.SMTP_URL)
    secure = url.scheme == "smtps"
    port = url.port or (465 if secure else 587)
    return EmailBackend(
        host=url.hostname,
        port=port,
        username=unquote(url.username or ""),
        password=unquote(url.password or ""),
        use_ssl=secure,
        use_tls=not secure and (port == 587 or "starttls" in url.query),
        timeout=patience_s,
    )


def forget_old_mails() -> int:
    """Delete what was written a month ago, sent or given up; returns how many."""
    return OutgoingMail.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


def _waits() -> bool:
    with acting_as(None, purpose=Purpose.MAIL, read_only=True):
        return _due(timezone.now()).exists()


def _due(at: datetime) -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(
        Q(due_at__isnull=True) | Q(due_at__lte=at), sent_at=None, given_up_at=None
    )


def _claim() -> OutgoingMail | None:
    now = timezone.now()
    return claim(_due(now), WAITS, at=now)


def _is_open(connection: EmailBackend) -> bool:
    """Whether the server is there, or came; else the mails wait for it without losing an attempt."""
    if connection.connection is None:
        try:
            connection.open()
        except (smtplib.SMTPException, OSError) as error:
            connection.close()
            log.warning("mail.unreachable", code=_code(error), error=type(error).__name__)
            return False
    return True


def _deliver(connection: EmailBackend, mail: OutgoingMail) -> bool:
    """Whether the server took the mail. What it refuses for good, or seven times, is given up."""
    try:
        connection.send_messages([_message(mail)])
    except (smtplib.SMTPException, OSError) as error:
        connection.close()
        code = _code(error)
        lost = 500 <= code < 600 or mail.attempts >= len(WAITS)
        log.warning(
            "mail.refused", mail=mail.pk, attempt=mail.attempts, code=code, error=type(error).__name__
        )
        if lost:
            _mark(mail, given_up_at=timezone.now(), **EMPTIED)
        return False
    _mark(mail, sent_at=timezone.now(), **EMPTIED)
    log.info("mail.sent", mail=mail.pk, attempt=mail.attempts)
    return True


def _mark(mail: OutgoingMail, **values: object) -> None:
    with acting_as(None, purpose=Purpose.MAIL):
        OutgoingMail.objects.filter(pk=mail.pk).update(**values)


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    host = urlsplit(settings.BASE_URL).hostname
    headers = {
        # the same at each attempt: a receiver that got it already can tell
        "Message-ID": f"<mail-{mail.pk}-{mail.created_at:%Y%m%d%H%M%S%f}@{host}>",
        "Date": format_datetime(mail.created_at),
        "Auto-Submitted": "auto-generated",
        **mail.headers,
    }
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for name, media_type, text in mail.attachments:
        message.attach(name, text, media_type)
    return message


def _code(error: Exception) -> int:
    """The server's answer: 5xx is for good. A recipient's own answer counts before the conversation's."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((answer[0] for answer in error.recipients.values()), default=0)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return 0  # ours to mend: the mail is not at fault
    return getattr(error, "smtp_code", 0)


def _html(message: EmailMessage) -> str:
    alternatives = getattr(message, "alternatives", [])
    return next((str(content) for content, kind in alternatives if kind == "text/html"), "")


def _attachments(message: EmailMessage) -> list[list[str]]:
    found = [list(part) for part in message.attachments]
    if any(not kind.startswith("text/") or len(text) > LONGEST_ATTACHMENT for _name, text, kind in found):
        raise ValueError("The outbox keeps small texts only: send a link.")
    return [[name, kind, text] for name, text, kind in found]


def _headers(message: EmailMessage) -> dict[str, str]:
    headers = {name: " ".join(str(value).split()) for name, value in message.extra_headers.items()}
    if message.reply_to:
        headers["Reply-To"] = ", ".join(message.reply_to)
    return headers
