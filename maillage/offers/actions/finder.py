"""What the finder writes: a mail, nothing else."""

from datetime import datetime

from django.db import transaction

from maillage.offers.mails.finder import send_answer
from maillage.offers.queries.finder import find
from maillage.offers.situation import Situation


@transaction.atomic
def mail_answer(situation: Situation, *, to: str, at: datetime) -> None:
    """Send to `to` the answer of the moment; the address is kept in the outbox alone."""
    send_answer(find(situation, at=at), to)
