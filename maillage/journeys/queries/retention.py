"""Who has not been active for long. Under Purpose.RETENTION."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from maillage.journeys.models import Person

NOTICE = timedelta(days=30)


def kept_for() -> timedelta:
    """How long a file is kept after its last activity."""
    return timedelta(days=settings.JOURNEYS_RETENTION_DAYS)


def to_warn(at: datetime) -> QuerySet[Person, int]:
    """The numbers of the people to warn: inactive long enough, 30 days less, and not warned since. No window: the late are among them."""
    rows = Person.objects.filter(last_activity_at__lte=at - kept_for() + NOTICE, warned_at=None)
    return rows.order_by("pk").values_list("pk", flat=True)


def to_forget(at: datetime) -> QuerySet[Person, int]:
    """The numbers of the people to forget: inactive long enough, and warned 30 days ago at least."""
    rows = Person.objects.filter(last_activity_at__lte=at - kept_for(), warned_at__lte=at - NOTICE)
    return rows.order_by("pk").values_list("pk", flat=True)
