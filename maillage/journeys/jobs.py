"""Timed work of the journeys (hours in UTC)."""

import structlog
from django.utils import timezone

from maillage.core.acting import Purpose
from maillage.core.jobs import job
from maillage.journeys.actions import documents
from maillage.journeys.actions.follow_up import announce, run

log = structlog.get_logger()


@job("journeys.announce", purpose=Purpose.FOLLOW_UP)
def announce_referral(referral_id: int) -> None:
    """Tell a structure that someone is sent to it; told already, nothing more is written."""
    announce(referral_id=referral_id, at=timezone.now())


@job("journeys.follow-up", cron="25 5-17 * * *", one_transaction=False)
def follow_up() -> None:
    """Remind, call in the coordinator, propose what comes next, tell people of refusals."""
    log.info("journeys.follow-up", **run(timezone.now()))


@job("journeys.sweep-documents", purpose=Purpose.RETENTION, cron="40 2 * * *")
def sweep_documents() -> None:
    """Delete encrypted files that no row tells of any more."""
    log.info("journeys.sweep-documents", deleted=documents.sweep(timezone.now()))
