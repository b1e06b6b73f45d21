"""Mail leaves with the transaction that causes it, or not at all."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from maillage.core.models import OutgoingMail


class OutboxBackend(BaseEmailBackend):
    """Django's door to the outbox: a row a recipient, sent later by a job."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        OutgoingMail.objects.bulk_create(
            OutgoingMail(to=to, subject=str(m.subject)[:200], text=str(m.body))
            for m in email_messages
            for to in m.recipients()
        )
        return len(email_messages)
