"""One-time codes: who holds a phone or a mailbox reads the code sent there, and proves it by typing it.

The page that asks does the same work and gives the same answer whether the address is known or not: only the job that
sends the code looks. The browser keeps the row's key in its session; without that key a code opens nothing.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID

import structlog
from django.db import transaction

from maillage.core import jobs
from maillage.core.acting import Purpose, Subject, for_purpose
from maillage.core.models import OneTimeCode
from maillage.core.ratelimit import hashed, limit

log = structlog.get_logger()
LASTS = timedelta(minutes=10)
TRIES = 5
HOUR, DAY = 3600, 86_400


@transaction.atomic
def ask_code(
    kind: str, address: str, *, client: str, job: str, at: datetime, subject: Subject | None = None
) -> UUID:
    """Ask for a code of `kind` for `address` (a number in international form, a mail address in lower case).

    `job` is the name of the job that sends it, with the key that this returns. With `subject`, who asks is known, and proves
    an address that may be new. One network address (`client`) asks ten
    times an hour, one address gets five codes an hour, ten a day: TooMany, known or not.
    """
    limit("code", kind, "from", client, times=10, per_seconds=HOUR)
    limit("code", kind, "to", address, times=5, per_seconds=HOUR)
    limit("code", kind, "to-day", address, times=10, per_seconds=DAY)
    with for_purpose(Purpose.PROOF):
        row = OneTimeCode.objects.create(kind=kind, address=address, subject=str(subject or ""), asked_at=at)
    jobs.enqueue(job, key=str(row.key))
    return row.key


@transaction.atomic
def send_code(
    key: UUID,
    *,
    find: Callable[[str], Subject | None],
    deliver: Callable[[str, str], None],
    at: datetime,
) -> bool:
    """Make the code of a row and `deliver(address, code)` it, if `find(address)` knows someone; forget the address anyway.

    Called by the job; a second run finds nothing left to do. Whether a code left.
    """
    with for_purpose(Purpose.PROOF):
        row = OneTimeCode.objects.select_for_update().filter(pk=key).exclude(address="").first()
    if row is None or at - row.asked_at > LASTS:
        return False
    subject = Subject.read(row.subject) or find(row.address)
    address, row.address = row.address, ""
    if subject:
        code = f"{secrets.randbelow(10**6):06}"
        row.subject, row.code_hash = str(subject), _hash(row, code)
        deliver(address, code)
    with for_purpose(Purpose.PROOF):
        row.save()
    log.info("code.asked", kind=row.kind, sent=bool(subject))
    return bool(subject)


@transaction.atomic
def check_code(key: UUID, kind: str, code: str, *, client: str, at: datetime) -> Subject | None:
    """Who the typed `code` proves to be there; None for a wrong code, one older than ten minutes, or a sixth try.

    A right code serves once. The row is held: of two tries at once, both are counted. Raises TooMany past thirty tries an
    hour from one network address (`client`).
    """
    limit("code", kind, "tries", client, times=30, per_seconds=HOUR)
    with for_purpose(Purpose.PROOF):
        row = OneTimeCode.objects.select_for_update().filter(pk=key, kind=kind).first()
        if row is None:
            return None
        row.tries += 1
        # the same comparison where no code was sent: a row without a hash takes as long as another
        same = compare_digest(row.code_hash or "-" * 64, _hash(row, "".join(code.split())))
        right = same and row.tries <= TRIES and at - row.asked_at <= LASTS
        if right:
            row.delete()
        elif row.tries <= TRIES:
            row.save(update_fields=["tries"])
    return Subject.read(row.subject) if right else None


def forget_old_codes(at: datetime) -> int:
    """Delete the codes that open nothing any more; returns how many."""
    with for_purpose(Purpose.PROOF):
        return OneTimeCode.objects.filter(asked_at__lt=at - LASTS).delete()[0]


def _hash(row: OneTimeCode, code: str) -> str:
    return hashed(("one-time-code", row.key.hex, code))
