"""Timed work of the collaborative map (hours in UTC)."""

import structlog
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, acting_as
from maillage.core.jobs import job
from maillage.core.progress import reporting
from maillage.initiatives.actions.following import send_digest
from maillage.initiatives.actions.freshness import keep_fresh
from maillage.initiatives.actions.incoming import forget_old_files, run_file
from maillage.initiatives.actions.links import check_links
from maillage.initiatives.actions.retention import forget
from maillage.initiatives.models import IncomingFile
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


@job("initiatives.import", one_transaction=False)
def import_file(file: str, progress: str, dry_run: bool) -> None:
    """Check or import a file that a moderator sent, in their name; killed half-way, nothing is written."""
    with acting_as(None, purpose=Purpose.ADMINISTRATION, read_only=True):
        user_id = IncomingFile.objects.values_list("user_id", flat=True).get(pk=file)
    with reporting(progress) as report:
        page = reverse("initiatives:import-file", args=[file])
        report.total, report.result = 100, {"url": page, "label": _("Revenir au fichier")}

        def tell(share: float, step: str) -> None:
            report.done = int(share * 100)
            report.advance(0, step)

        with acting_as(user_id):
            row = run_file(key=file, dry_run=dry_run, at=timezone.now(), tell=tell)
        report.result = {
            "url": page,
            **{name: (row.report or {}).get(name, 0) for name in ("created", "updated", "rejected")},
        }


@job("initiatives.forget-files", purpose=Purpose.ADMINISTRATION, cron="50 3 * * *")
def forget_files() -> None:
    """Delete the files sent to import more than a week ago."""
    log.info("initiatives.forget-files", count=forget_old_files(at=timezone.now()))
