"""Which links are to be visited, and which fiches hold them."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from maillage.initiatives.access import PUBLIC
from maillage.initiatives.models import Initiative

# who keeps a fiche is told within a day: a look, the next run, a second look six hours later, the run after
AGAIN = timedelta(hours=15)
AGAIN_WHEN_FAILING = timedelta(hours=6)

_DUE = """
WITH held AS (
    SELECT link ->> 'url' AS url FROM initiatives_initiative, jsonb_array_elements(links) AS link WHERE status = ANY(%(public)s)
    UNION SELECT source_url FROM initiatives_initiative WHERE status = ANY(%(public)s) AND source_url <> ''
)
SELECT held.url FROM held LEFT JOIN initiatives_linkcheck c USING (url)
WHERE held.url ~* '^https?://' AND length(held.url) <= 500
  AND (c.checked_at IS NULL OR c.checked_at <= CASE WHEN c.failing_since IS NULL OR c.told_at IS NOT NULL THEN %(again)s ELSE %(failing)s END)
ORDER BY c.failing_since IS NOT NULL AND c.told_at IS NULL DESC, c.checked_at NULLS FIRST, held.url LIMIT %(limit)s
"""


def due_links(at: datetime, *, limit: int) -> list[str]:
    """The web addresses of public fiches to visit: never seen, seen 15 hours ago, or found failing six hours ago; doubts first."""
    with connection.cursor() as cursor:
        cursor.execute(
            _DUE,
            {"public": list(PUBLIC), "again": at - AGAIN, "failing": at - AGAIN_WHEN_FAILING, "limit": limit},
        )
        return [url for (url,) in cursor.fetchall()]


def fiches_with(url: str) -> QuerySet[Initiative]:
    """The public fiches that show this address, as a link or as their source."""
    return Initiative.objects.filter(
        Q(source_url=url) | Q(links__contains=[{"url": url}]), status__in=PUBLIC
    ).order_by("pk")
