"""Timed work of the offers (hours in UTC)."""

import structlog
from django.utils import timezone

from maillage.core.acting import Purpose
from maillage.core.jobs import job
from maillage.offers.actions.freshness import keep_fresh
from maillage.offers.actions.links import check_links
from maillage.offers.actions.quality import find_faults
from maillage.offers.actions.reports import forget

log = structlog.get_logger()


@job("offers.freshness", purpose=Purpose.FRESHNESS, cron="35 5 * * *")
def freshness() -> None:
    """Ask those who keep services, withdraw the oldest."""
    log.info("offers.freshness", **keep_fresh(today=timezone.localdate()))


@job("offers.links", cron="50 * * * *", one_transaction=False)
def links() -> None:
    """Visit the links of services, tell who keeps them about dead ones."""
    log.info("offers.links", **check_links(now=timezone.now))


@job("offers.quality", cron="10 4 * * *")
def quality() -> None:
    """Find again what does not hold together."""
    log.info("offers.quality", count=find_faults(at=timezone.now()))


@job("offers.retention", purpose=Purpose.ADMINISTRATION, cron="55 3 * * *")
def retention() -> None:
    """Forget what is past its time."""
    log.info("offers.retention", **forget(at=timezone.now()))
