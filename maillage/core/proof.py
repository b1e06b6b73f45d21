"""A key sent by mail proves an address: whoever opens its link within 48 hours reads that mailbox.

A row that waits for such a proof inherits `core.models.Provable`; its table's policy lets Purpose.PROOF see it.
"""

from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import DomainError
from maillage.core.keys import hash_of
from maillage.core.models import Provable

PROOF_LASTS = timedelta(hours=48)
Row = TypeVar("Row", bound=Provable)


class ProofOver(DomainError):
    """The link is unknown, or nobody opened it within 48 hours."""

    status = 410


def row_to_prove(model: type[Row], key: UUID, *, at: datetime, over: str) -> Row:
    """The row of a link, proven already or not. Raises ProofOver, which says `over`."""
    with for_purpose(Purpose.PROOF):
        row = model._default_manager.filter(key_hash=hash_of(key)).first()
    if row is None or (row.proven_at is None and at - row.created_at > PROOF_LASTS):
        raise ProofOver(over)
    return row


@transaction.atomic
def prove(model: type[Row], key: UUID, *, at: datetime, over: str, **changes: Any) -> Row:
    """Note that the address is proven since `at`, and write `changes` with it; proving twice changes nothing.

    Raises ProofOver, which says `over`.
    """
    row = row_to_prove(model, key, at=at, over=over)
    with for_purpose(Purpose.PROOF):
        model._default_manager.filter(pk=row.pk, proven_at=None).update(proven_at=at, **changes)
        row.refresh_from_db()
    return row
