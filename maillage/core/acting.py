"""Who acts, and why: the identity and the purpose that row-level security reads.

Policies read two settings of the transaction: `maillage.user_id` and `maillage.purpose`. A purpose is a named use
of personal data that needs no user, such as signing someone in or sending the digests (docs/data-protection.md).
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from enum import StrEnum

import pghistory
from django.db import DEFAULT_DB_ALIAS, connections, transaction


class Purpose(StrEnum):
    """Why a transaction may see personal rows that are not the acting user's own."""

    NONE = ""
    SIGN_IN = "sign-in"
    MAIL = "mail"
    FRESHNESS = "freshness"
    DIGEST = "digest"
    PROOF = "proof"
    CALL_BACK = "call-back"
    ADMINISTRATION = "administration"


@contextmanager
def acting_as(
    user_id: int | None,
    *,
    purpose: Purpose = Purpose.NONE,
    read_only: bool = False,
    using: str = DEFAULT_DB_ALIAS,
) -> Iterator[None]:
    """Open one transaction in the name of one user (None: an anonymous visitor).

    The settings end with the transaction, so a pooler is safe; `durable` keeps an identity from outliving its
    block. With `read_only` (GET, HEAD) PostgreSQL itself refuses any write. The history notes the user's number.
    """
    with transaction.atomic(durable=True, using=using), connections[using].cursor() as cursor:
        identify(cursor, user_id, purpose)
        if read_only:
            cursor.execute("SET TRANSACTION READ ONLY")
        # who only reads leaves nothing to note, and each statement would pay for it
        with nullcontext() if read_only else pghistory.context(user=user_id, purpose=purpose.value):
            yield
        # inside a test's transaction, the setting would otherwise outlive the block
        if not connections[using].needs_rollback:
            identify(cursor, None, Purpose.NONE)


@contextmanager
def for_purpose(purpose: Purpose, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Inside a transaction, let one step see what `purpose` allows, then take it back."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT maillage_purpose()")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('maillage.purpose', %s, true)", [purpose.value])
        try:
            yield
        finally:
            if not connections[using].needs_rollback:
                cursor.execute("SELECT set_config('maillage.purpose', %s, true)", [before])


def identify(cursor: object, user_id: int | None, purpose: Purpose) -> None:
    """Set both settings for the rest of the transaction of `cursor`."""
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT set_config('maillage.user_id', %s, true), set_config('maillage.purpose', %s, true)",
        [str(user_id or ""), purpose.value],
    )
