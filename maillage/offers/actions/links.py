"""Visit the web addresses of public services; a dead one is a finding, told once to who keeps the service."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction

from maillage.core import links
from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.offers.mails import keeping as mails
from maillage.offers.models import Finding, FindingKind, LinkCheck, Service
from maillage.offers.queries.keepers import keeper_addresses
from maillage.offers.queries.links import due_links, services_with

PER_RUN = 200
PAUSE_S = 1.0  # between two visits to one server
# a server may be down for an hour: only a second look, or a plain « gone », is told
SECOND_LOOK = timedelta(hours=6)


def check_links(
    *, now: Callable[[], datetime], per_run: int = PER_RUN, pause_s: float = PAUSE_S
) -> dict[str, int]:
    """Visit what is due: {"visited", "dead"}. Each link is its own transaction: a run that stops keeps what it learnt."""
    with acting_as(None, read_only=True):
        urls = due_links(now(), limit=per_run)
    counts = {"visited": 0, "dead": 0}
    for url, status in links.visits(urls, pause_s=pause_s):
        with acting_as(None, purpose=Purpose.FRESHNESS):
            note_visit(url=url, status=status, at=now())
        counts["visited"] += 1
        counts["dead"] += links.is_dead(status)
    return counts


@transaction.atomic
def note_visit(*, url: str, status: int | None, at: datetime) -> None:
    """Keep what a visit said. A link that is surely dead is a finding of each service that shows it, until it answers."""
    row, _made = LinkCheck.objects.select_for_update().get_or_create(url=url)
    row.checked_at, row.status = at, status
    if links.is_dead(status):
        row.failing_since = row.failing_since or at
        if status in links.SURELY_GONE or at - row.failing_since >= SECOND_LOOK:
            _tell(services_with(url), url, at)
    else:
        row.failing_since = None
        Finding.objects.filter(kind=FindingKind.DEAD_LINK, detail=url[:300]).delete()
    row.save()


def _tell(services: Iterable[Service], url: str, at: datetime) -> None:
    for service in services:
        _row, made = Finding.objects.get_or_create(
            service=service,
            kind=FindingKind.DEAD_LINK,
            defaults={"detail": url[:300], "found_on": at.date()},
        )
        if made:
            with for_purpose(Purpose.FRESHNESS):
                addresses = keeper_addresses(service)
            for to in addresses:
                mails.send_dead_links(service, to, [url])
