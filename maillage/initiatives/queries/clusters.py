"""What the map shows of a search: groups counted in PostGIS on the very set that the list shows, never each row."""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, F, FloatField, Func, Max, Min, Q, Sum, When

from maillage.initiatives.models import Initiative
from maillage.initiatives.queries.search import Criteria, matching
from maillage.territories.queries.basemap import EARTH, TILE_PX, Box

CELL_PX = 96
LAST_ZOOM = 18


@dataclass
class Cluster:
    """Initiatives near one another: how many, their mean place and their bounds (EPSG:3857), and their themes.

    `themes` counts first themes by code, the most frequent first. A cluster of one carries its initiative.
    """

    count: int
    x: float
    y: float
    bounds: Box
    themes: dict[str, int] = field(default_factory=dict)
    initiative: int | None = None  # its key, when it is alone
    slug: str = ""
    title: str = ""

    @property
    def radius_px(self) -> int:
        """How large it is drawn: a group of thousands is seen before a group of two."""
        if self.count == 1:
            return 15
        return 15 + min(15, round(2.2 * math.log2(self.count)))


@dataclass(frozen=True)
class Clusters:
    """The groups of one view. `total` is what the list counts; `unplaced` of them have no point on any map."""

    groups: list[Cluster]
    total: int
    unplaced: int

    @property
    def shown(self) -> int:
        """How many initiatives the groups of this view stand for."""
        return sum(group.count for group in self.groups)


def clusters(criteria: Criteria, *, zoom: float, box: Box | None = None) -> Clusters:
    """What answers `criteria`, grouped by cells of CELL_PX pixels at `zoom`, then no group drawn over another.

    `box` (EPSG:3857) limits the groups to the cells that it touches, whole, and to those around them, which may join
    theirs: a group is the same in every view that shows it. Without it, everywhere. The largest groups come first.
    """
    cell = CELL_PX * 2 * EARTH / TILE_PX / 2 ** min(zoom, LAST_ZOOM)
    # map_x is null where the point is: with the point itself, the index alone would no longer do
    shown = Q(map_x__isnull=False)
    if box:
        shown &= Q(
            map_x__range=(_down(box.xmin, cell) - cell, _down(box.xmax, cell) + 2 * cell),
            map_y__range=(_down(box.ymin, cell) - cell, _down(box.ymax, cell) + 2 * cell),
        )
    found = matching(criteria).order_by()
    counted = None
    if box and criteria.without("sort") == Criteria():
        # nothing is asked: the map's own index counts everything without a fiche read, and finds the box at once
        counted = found.aggregate(n=Count("pk"), placed=Count("map_x"))
        found = found.filter(shown)
    # otherwise in one scan: what is not shown is one row more, without a cell
    rows = list(
        found.annotate(
            column=Case(When(shown, then=_cell("map_x", cell))),
            row=Case(When(shown, then=_cell("map_y", cell))),
            theme=Case(When(shown, then="map_theme")),
        )
        .values("column", "row", "theme")
        .annotate(
            n=Count("pk"),
            placed=Count("map_x"),
            one=Min("pk"),
            sum_x=Sum("map_x"),
            sum_y=Sum("map_y"),
            west=Min("map_x"),
            east=Max("map_x"),
            south=Min("map_y"),
            north=Max("map_y"),
        )
    )
    cells: dict[tuple[float | None, float | None], list[Any]] = defaultdict(list)
    for row in rows:
        cells[row["column"], row["row"]].append(row)
    cells.pop((None, None), None)
    groups = _apart([_group(parts) for parts in cells.values()], m_per_px=cell / CELL_PX)
    _name_the_lonely(groups)
    total, placed = (sum(row[name] for row in ([counted] if counted else rows)) for name in ("n", "placed"))
    return Clusters(groups, total, total - placed)


def _down(value: float, cell: float) -> float:
    return math.floor(value / cell) * cell


def _cell(name: str, cell: float) -> Func:
    return Func(F(name), template=f"floor(%(expressions)s / {cell:.6f}::float8)", output_field=FloatField())


def _group(parts: list[Any]) -> Cluster:
    count = int(sum(part["n"] for part in parts))
    return Cluster(
        count,
        float(sum(part["sum_x"] for part in parts)) / count,
        float(sum(part["sum_y"] for part in parts)) / count,
        Box(
            min(part["west"] for part in parts),
            min(part["south"] for part in parts),
            max(part["east"] for part in parts),
            max(part["north"] for part in parts),
        ),
        {
            str(part["theme"] or ""): int(part["n"])
            for part in sorted(parts, key=lambda p: (-p["n"], p["theme"] or ""))
        },
        int(parts[0]["one"]) if count == 1 else None,
    )


def _apart(groups: list[Cluster], m_per_px: float) -> list[Cluster]:
    """The groups, the largest first, those that would be drawn over another joined to it."""
    kept: list[Cluster] = []
    for group in sorted(groups, key=lambda g: (-g.count, g.x, g.y)):
        for other in kept:
            reach = (other.radius_px + group.radius_px) * m_per_px
            if math.hypot(other.x - group.x, other.y - group.y) < reach:
                _join(other, group)
                break
        else:
            kept.append(group)
    return sorted(kept, key=lambda g: (-g.count, g.x, g.y))


def _join(group: Cluster, other: Cluster) -> None:
    count = group.count + other.count
    group.x = (group.x * group.count + other.x * other.count) / count
    group.y = (group.y * group.count + other.y * other.count) / count
    group.count, group.initiative = count, None
    a, b = group.bounds, other.bounds
    group.bounds = Box(min(a.xmin, b.xmin), min(a.ymin, b.ymin), max(a.xmax, b.xmax), max(a.ymax, b.ymax))
    themes = defaultdict(int, group.themes)
    for code, n in other.themes.items():
        themes[code] += n
    group.themes = dict(sorted(themes.items(), key=lambda item: (-item[1], item[0])))


def _name_the_lonely(groups: list[Cluster]) -> None:
    lonely = {group.initiative: group for group in groups if group.initiative}
    for key, slug, title in Initiative.objects.filter(pk__in=lonely).values_list("pk", "slug", "title"):
        lonely[key].slug, lonely[key].title = slug, title
