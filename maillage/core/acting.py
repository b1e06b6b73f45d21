"""Who acts, and why: the identity and the purpose that row-level security reads.

Policies read three settings of the transaction: `maillage.user_id`, `maillage.purpose` and `maillage.subject`. A purpose
is a named use of personal data that needs no user, such as signing someone in or sending the digests
(docs/data-protection.md). A subject is who or what a transaction is about when nobody is signed in: the person who opens
their own file by a code, the one row that a signed link gives access to.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
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
    CONSENT = "consent"
    FOLLOW_UP = "follow-up"
    STATISTICS = "statistics"
    RETENTION = "retention"


@dataclass(frozen=True)
class Subject:
    """One row by its kind and number, « person 12 »: what someone without an account has proved to be theirs."""

    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.number}"

    @classmethod
    def read(cls, text: str) -> "Subject | None":
        """The subject written « person:12 », as a session keeps it; None for nothing."""
        kind, colon, number = text.partition(":")
        return cls(kind, int(number)) if colon else None


@contextmanager
def acting_as(
    user_id: int | None,
    *,
    purpose: Purpose = Purpose.NONE,
    subject: Subject | None = None,
    read_only: bool = False,
    using: str = DEFAULT_DB_ALIAS,
) -> Iterator[None]:
    """Open one transaction in the name of one user (None: an anonymous visitor).

    The settings end with the transaction, so a pooler is safe; `durable` keeps an identity from outliving its
    block. With `read_only` (GET, HEAD) PostgreSQL itself refuses any write. The history notes the user's number.
    """
    with transaction.atomic(durable=True, using=using), connections[using].cursor() as cursor:
        identify(cursor, user_id, purpose, subject)
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
    with _for_a_while("maillage.purpose", purpose.value, using):
        yield


@contextmanager
def for_subject(subject: Subject | None, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Inside a transaction, let one step see what is `subject`'s, then take it back."""
    with _for_a_while("maillage.subject", str(subject or ""), using):
        yield


@contextmanager
def _for_a_while(setting: str, value: str, using: str) -> Iterator[None]:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [setting])
        before = cursor.fetchone()[0] or ""
        cursor.execute("SELECT set_config(%s, %s, true)", [setting, value])
        try:
            yield
        finally:
            if not connections[using].needs_rollback:
                cursor.execute("SELECT set_config(%s, %s, true)", [setting, before])


def identify(cursor: object, user_id: int | None, purpose: Purpose, subject: Subject | None = None) -> None:
    """Set the three settings for the rest of the transaction of `cursor`."""
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT set_config('maillage.user_id', %s, true), set_config('maillage.purpose', %s, true),"
        " set_config('maillage.subject', %s, true)",
        [str(user_id or ""), purpose.value, str(subject or "")],
    )
