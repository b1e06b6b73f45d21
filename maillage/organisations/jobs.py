"""Timed work of organisations (hours in UTC)."""

import structlog
from django.utils import timezone

from maillage.core.acting import Purpose
from maillage.core.jobs import job
from maillage.organisations.actions.calls import forget_calls, tell_late_calls

log = structlog.get_logger()


@job("organisations.late-calls", purpose=Purpose.ADMINISTRATION, cron="10 7 * * 1-5")
def late_calls() -> None:
    """Tell those on duty which calls are late."""
    log.info("organisations.late-calls", count=tell_late_calls(at=timezone.now()))


@job("organisations.forget-calls", purpose=Purpose.ADMINISTRATION, cron="45 3 * * *")
def forget() -> None:
    """Forget the call-backs that have served."""
    log.info("organisations.forget-calls", count=forget_calls(at=timezone.now()))
