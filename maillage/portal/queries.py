"""What the front door shows, read from the other apps."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from maillage.initiatives.map_view import small_map
from maillage.initiatives.models import Initiative, Theme
from maillage.initiatives.queries.search import Criteria, facets, find
from maillage.territories.queries import PlaceFound, search_places

AROUND_KM = 30


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


def place_named(text: str) -> PlaceFound | None:
    """The place that `text` most likely names; None when nothing looks like it."""
    return next(iter(search_places(text, 1)), None)


def france_view() -> SafeString:
    """The small map of mainland France with its groups of initiatives, as SVG; each group leads to the map."""
    return small_map(Criteria(), path="/carte/", width=352, height=406)


def map_address(*, lon: float | None, lat: float | None, phases: tuple[str, ...]) -> str:
    """The address of the map around a place, for some phases.

    `lon`, `lat` in degrees are rounded to 3 decimals (about 100 m): an address is not asked to be exact.
    """
    parameters: list[tuple[str, str]] = []
    if lon is not None and lat is not None:
        parameters += [("lon", f"{lon:.3f}"), ("lat", f"{lat:.3f}"), ("rayon", str(AROUND_KM))]
    parameters += [("phase", phase) for phase in phases]
    return f"/carte/?{urlencode(parameters)}" if parameters else "/carte/"
