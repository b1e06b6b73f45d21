"""Publish the figures of a year: once a month, the same for whoever asks."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import DomainError
from maillage.journeys.models import Publication
from maillage.journeys.queries.figures import Year, figures_of, years_counted

LOCK = 8105  # of our own: two publications of one month never differ


class WrongPeriod(DomainError):
    """Figures are published by whole civil years, of which a month at least is over."""


def closing(at: datetime) -> date:
    """The first day of the month of `at`: what happened from then on is not counted yet."""
    return timezone.localdate(at).replace(day=1)


@transaction.atomic
def publish_year(year: int, at: datetime) -> Publication:
    """The figures of `year` as they were at the end of the last whole month; made once, then the same until the next.

    Raises WrongPeriod for a year to come, or of which no month is over.
    """
    closed_on = closing(at)
    if date(year, 1, 1) >= closed_on:
        raise WrongPeriod(
            _("Les chiffres de %(year)s seront publiés une fois un mois écoulé.") % {"year": year}
        )
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, year])
    found = Publication.objects.filter(year=year, closed_on=closed_on).first()
    if found is None:
        with for_purpose(Purpose.STATISTICS):
            figures = figures_of(Year(year, closed_on))
        found = Publication.objects.create(year=year, closed_on=closed_on, made_at=at, figures=figures)
    return found


def publish(at: datetime) -> int:
    """Publish every year that something is counted of, and that this month has not published; how many it made."""
    closed_on = closing(at)
    with for_purpose(Purpose.STATISTICS):
        years = [year for year in years_counted() if date(year, 1, 1) < closed_on]
    made = set(Publication.objects.filter(closed_on=closed_on).values_list("year", flat=True))
    for year in years:
        publish_year(year, at)
    return len(set(years) - made)
