"""Which web addresses of public services are to be visited, and which services show them."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from maillage.offers.models import Service

AGAIN = timedelta(days=14)
AGAIN_WHEN_FAILING = timedelta(hours=6)

_DUE = """
WITH held AS (
    SELECT lien_mobilisation AS url FROM offers_service WHERE status = 'published' AND gone_on IS NULL AND lien_mobilisation <> ''
    UNION SELECT lien_source FROM offers_service WHERE status = 'published' AND gone_on IS NULL AND lien_source <> ''
)
SELECT held.url FROM held LEFT JOIN offers_linkcheck c USING (url)
WHERE held.url ~* '^https?://'
  AND (c.checked_at IS NULL OR c.checked_at <= CASE WHEN c.failing_since IS NULL THEN %(again)s ELSE %(failing)s END)
ORDER BY c.failing_since IS NOT NULL DESC, c.checked_at NULLS FIRST, held.url LIMIT %(limit)s
"""


def due_links(at: datetime, *, limit: int) -> list[str]:
    """The addresses to visit: never seen, seen two weeks ago, or failing six hours ago; doubts first."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"again": at - AGAIN, "failing": at - AGAIN_WHEN_FAILING, "limit": limit})
        return [url for (url,) in cursor.fetchall()]


def services_with(url: str) -> QuerySet[Service]:
    """The public services that show this address."""
    return Service.objects.filter(
        Q(lien_mobilisation=url) | Q(lien_source=url), status=Service.Status.PUBLISHED, gone_on__isnull=True
    ).order_by("pk")
