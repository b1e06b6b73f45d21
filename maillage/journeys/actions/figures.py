"""Publish the figures of a year: once a month, the same for whoever asks."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import DomainError
from maillage.journeys.models import Publication
from maillage.journeys.queries.figures import Year, figures_of, years_counted
from maillage.journeys.queries.published import document_of, territory_of

MOST_YEARS = 10
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


def years_asked(since: str, until: str, at: datetime) -> range:
    """The civil years from one to the other, « 2025 » or « 2025-01-01 » to « 2026 » or « 2026-12-31 »; the last counted if nothing is asked.

    Raises WrongPeriod for part of a year: two periods a few days apart would tell of the people in between.
    """
    last = (closing(at) - timedelta(days=1)).year
    first_year, last_year = _year(since, "01-01"), _year(until, "12-31")
    asked = range(first_year or min(last_year or last, last), (last_year or last) + 1)
    if not asked or len(asked) > MOST_YEARS or asked[-1] > last:
        raise WrongPeriod(
            _("Demandez une à %(most)s années, jusqu’à %(last)s : les chiffres se publient par année civile.")
            % {"most": MOST_YEARS, "last": last}
        )
    return asked


def _year(text: str, bound: str) -> int | None:
    if not text:
        return None
    year, dash, rest = text.partition("-")
    if len(year) == 4 and year.isdecimal() and (not dash or rest == bound):
        return int(year)
    raise WrongPeriod(
        _("Les chiffres se publient par année civile : écrivez 2026, ou du 2026-01-01 au 2026-12-31.")
    )


def figures_document(*, years: Iterable[int], banner: str, epci: str, at: datetime) -> dict[str, Any]:
    """The published figures of one territory (a banner's slug, an EPCI's code, neither: everywhere), year after year.

    Makes what this month has not published yet. `figures` is None for a year in which the territory is too small to be
    named. Raises WrongPeriod, NoSuchTerritory.
    """
    territory = territory_of(banner=banner, epci=epci)
    return document_of([publish_year(year, at) for year in years], territory)
