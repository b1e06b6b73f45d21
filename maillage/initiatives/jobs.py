"""Timed work of the collaborative map (hours in UTC)."""

import structlog
from django.utils import timezone

from maillage.core.acting import Purpose, acting_as
from maillage.core.jobs import job
from maillage.initiatives.actions.following import send_digest
from maillage.initiatives.actions.freshness import keep_fresh
from maillage.initiatives.actions.links import check_links
from maillage.initiatives.actions.retention import forget
from maillage.initiatives.queries.following import due

log = structlog.get_logger()


@job("initiatives.freshness", purpose=Purpose.FRESHNESS, cron="20 5 * * *")
def freshness() -> None:
    """Ask owners, mark old fiches « à confirmer », withdraw the oldest."""
    log.info("initiatives.freshness", **keep_fresh(today=timezone.localdate()))


@job("initiatives.links", cron="35 * * * *", one_transaction=False)
def links() -> None:
    """Visit links and sources, tell owners about dead ones."""
    log.info("initiatives.links", **check_links(now=timezone.now))


@job("initiatives.digests", cron="0 6 * * *", one_transaction=False)
def digests() -> None:
    """Send each follower what is new, one transaction each: a failure stops nobody else's mail."""
    now = timezone.now()
    with acting_as(None, purpose=Purpose.DIGEST, read_only=True):
        numbers = due(now)
    for number in numbers:
        with acting_as(None, purpose=Purpose.DIGEST):
            send_digest(subscription_id=number, at=now)
    log.info("initiatives.digests", followers=len(numbers))


@job("initiatives.retention", purpose=Purpose.ADMINISTRATION, cron="40 3 * * *")
def retention() -> None:
    """Forget what is past its time."""
    log.info("initiatives.retention", **forget(at=timezone.now()))
