"""What the front door shows, read from the other apps."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.safestring import SafeString

from maillage.initiatives.map_view import small_map
from maillage.initiatives.models import Initiative, Theme
from maillage.initiatives.queries.criteria import UnknownCriterion
from maillage.initiatives.queries.search import Criteria, facets, find


@dataclass(frozen=True)
class ThemeCount:
    """A theme and how many public initiatives it has."""

    theme: Theme
    count: int


@dataclass(frozen=True)
class Overview:
    """How many public initiatives there are, whole and by theme (an initiative may have several)."""

    total: int
    themes: list[ThemeCount]


def overview(place: str = "") -> Overview:
    """The figures of the front door; `place` keeps them to a territory, as a query does (« epci=244400404 »)."""
    counts = facets(_within(place))
    return Overview(
        counts.total, [ThemeCount(theme, counts.themes.get(theme.code, 0)) for theme in Theme.objects.all()]
    )


def latest(place: str = "", number: int = 3) -> QuerySet[Initiative]:
    """The last initiatives published, latest first."""
    return find(_within(place).with_(sort="date"))[:number]


def local_view(place: str = "") -> SafeString:
    """The small map of a territory, or of mainland France, with its groups of initiatives, as SVG; each leads to the map."""
    return small_map(_within(place), path="/carte/", width=352, height=406)


def _within(place: str) -> Criteria:
    """The search of a territory; the whole country when the territory is gone, as merged EPCI are."""
    try:
        return Criteria.from_query(QueryDict(place))
    except UnknownCriterion:
        return Criteria()
