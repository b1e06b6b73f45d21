"""Timed work of the journeys (hours in UTC)."""

from uuid import UUID

import structlog
from django.utils import timezone

from maillage.core.acting import Purpose
from maillage.core.codes import send_code
from maillage.core.jobs import job
from maillage.journeys.actions import documents
from maillage.journeys.actions.consents import forget_unanswered
from maillage.journeys.actions.figures import publish
from maillage.journeys.actions.follow_up import announce, run
from maillage.journeys.actions.retention import purge
from maillage.journeys.actions.self_referral import JOB, send_proof
from maillage.journeys.mails.consents import send_entry_code
from maillage.journeys.queries.consents import subject_reached_by

log = structlog.get_logger()


@job("journeys.announce", purpose=Purpose.FOLLOW_UP)
def announce_referral(referral_id: int) -> None:
    """Tell a structure that someone is sent to it; told already, nothing more is written."""
    announce(referral_id=referral_id, at=timezone.now())


@job(JOB)
def send_contact_code(key: str) -> None:
    """Send the code that proves a number or an address."""
    send_proof(key=UUID(key), at=timezone.now())


@job("journeys.follow-up", cron="25 5-17 * * *", one_transaction=False)
def follow_up() -> None:
    """Remind, call in the coordinator, propose what comes next, tell people of refusals."""
    log.info("journeys.follow-up", **run(timezone.now()))


@job("journeys.sweep-documents", purpose=Purpose.RETENTION, cron="40 2 * * *")
def sweep_documents() -> None:
    """Delete encrypted files that no row tells of any more."""
    log.info("journeys.sweep-documents", deleted=documents.sweep(timezone.now()))


@job("journeys.send-entry-code", retries=1)
def send_entry(key: str) -> None:
    """Send the code that was asked for, if someone has this number or this address."""
    now = timezone.now()
    send_code(
        UUID(key),
        find=subject_reached_by,
        deliver=lambda address, code: send_entry_code(address, code, at=now),
        at=now,
    )


@job("journeys.forget-unanswered", cron="11 3 * * *", purpose=Purpose.RETENTION)
def forget_silent() -> None:
    """Delete the people who never said whether their file may be kept."""
    forget_unanswered(timezone.now())


@job("journeys.purge", cron="20 3 * * *", one_transaction=False)
def forget_people() -> None:
    """Warn those whose file will soon go, forget those who were warned."""
    purge(timezone.now())


@job("journeys.figures", purpose=Purpose.STATISTICS, cron="50 3 * * *")
def publish_figures() -> None:
    """Publish the figures of each year, once a month."""
    log.info("journeys.figures", published=publish(timezone.now()))
