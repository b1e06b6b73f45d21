"""Timed work of organisations (hours in UTC)."""

import structlog
from django.utils import timezone

from maillage.core.acting import Purpose
from maillage.core.jobs import job
from maillage.organisations.actions.calls import forget_calls, tell_late_calls
from maillage.organisations.actions.claims import forget_claims

log = structlog.get_logger()


@job("organisations.late-calls", purpose=Purpose.ADMINISTRATION, cron="10 7 * * 1-5")
def late_calls() -> None:
    """Tell those on duty which calls are late."""
    log.info("organisations.late-calls", count=tell_late_calls(at=timezone.now()))


@job("organisations.retention", purpose=Purpose.ADMINISTRATION, cron="45 3 * * *")
def retention() -> None:
    """Forget the call-backs and the claims that have served."""
    now = timezone.now()
    log.info("organisations.retention", calls=forget_calls(at=now), claims=forget_claims(at=now))
