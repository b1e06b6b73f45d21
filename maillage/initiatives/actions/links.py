"""Visit the links and sources of public fiches, and tell owners about dead ones, once per failure."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from maillage.core import links
from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.initiatives import mails
from maillage.initiatives.actions.freshness import freshness_token
from maillage.initiatives.models import Initiative, LinkCheck
from maillage.initiatives.queries.freshness import owner_addresses
from maillage.initiatives.queries.links import due_links, fiches_with

PER_RUN = 2_000
PATIENCE_S = 1_800  # a run is over by the next hour, however slow the servers are
PAUSE_S = 1.0  # between two visits to one server
# a server may be down for an hour: only a second look, or a plain « gone », is told
SECOND_LOOK = timedelta(hours=6)


def check_links(
    *,
    now: Callable[[], datetime],
    per_run: int = PER_RUN,
    pause_s: float = PAUSE_S,
    patience_s: float = PATIENCE_S,
) -> dict[str, int]:
    """Visit what is due, for `patience_s` seconds at most: {"visited", "dead", "told"}. Each link is its own transaction: a run
    that stops keeps what it learnt, and the next one goes on.
    """
    with acting_as(None, read_only=True):
        urls = due_links(now(), limit=per_run)
    counts = {"visited": 0, "dead": 0, "told": 0}
    for url, status in links.visits(urls, pause_s=pause_s, patience_s=patience_s):
        with acting_as(None, purpose=Purpose.FRESHNESS):
            counts["told"] += note_visit(url=url, status=status, at=now())
        counts["visited"] += 1
        counts["dead"] += links.is_dead(status)
    return counts


@transaction.atomic
def note_visit(*, url: str, status: int | None, at: datetime) -> int:
    """Keep what a visit said; how many owners were told. One failure is told once, until the link answers again."""
    row, _made = LinkCheck.objects.select_for_update().get_or_create(url=url)
    row.checked_at, row.status = at, status
    told = 0
    if not links.is_dead(status):
        row.failing_since = row.told_at = None
    else:
        row.failing_since = row.failing_since or at
        sure = status in links.SURELY_GONE or at - row.failing_since >= SECOND_LOOK
        if sure and row.told_at is None:
            row.told_at = at
            told = sum(_tell(fiche, url) for fiche in fiches_with(url))
    row.save()
    return told


def _tell(fiche: Initiative, url: str) -> int:
    with for_purpose(Purpose.FRESHNESS):
        addresses = owner_addresses(fiche)
    for to in addresses:
        correct = mails.address("correct-by-link", freshness_token(fiche.pk))
        mails.send_dead_links(fiche, to, [url], correct)
    return len(addresses)
