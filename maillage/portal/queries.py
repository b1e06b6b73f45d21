"""What the front door shows, read from the other apps."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from maillage.initiatives.map_view import small_map
from maillage.initiatives.models import Initiative, Theme
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


def overview() -> Overview:
    """The figures of the front door."""
    counts = facets(Criteria())
    return Overview(
        counts.total, [ThemeCount(theme, counts.themes.get(theme.code, 0)) for theme in Theme.objects.all()]
    )


def latest(number: int = 3) -> QuerySet[Initiative]:
    """The last initiatives published, latest first."""
    return find(Criteria(sort="date"))[:number]


def france_view() -> SafeString:
    """The small map of mainland France with its groups of initiatives, as SVG; each group leads to the map."""
    return small_map(Criteria(), path="/carte/", width=352, height=406)
