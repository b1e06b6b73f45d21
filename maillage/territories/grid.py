"""Which contour covers each of millions of points: exact, and mostly by looking a cell up.

The contours are drawn on a fine grid. A cell that no edge touches is wholly inside or outside every contour: the
answer of its points is written in it. In a cell that an edge touches, the few candidates are asked one by one with
GEOS, whose robust arithmetic gives PostGIS's own answer, on the edge included. The fine cells are kept in tiles, and
only where there are contours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CELLS = 4_000_000  # about; more is faster to ask, slower to build
TILE = 64  # cells a side
MOST_TILES = 20_000_000  # room for France from the Antilles to La Réunion; untouched ones take no memory
CONTOURS_AT_ONCE = 2_000
MARGIN = 1e-4  # of a cell: what lies that near an edge is asked, so rounding cannot misplace it
OUTSIDE = 0


class ContourIndex:
    """The contours of one layer, ready to be asked.

    Takes    contours: valid polygons or multipolygons, (lon, lat) in degrees; the order is the order of preference
             where several cover a point
    Keeps    about 4 bytes a cell, some 20 to 100 MB for France
    """

    def __init__(self, contours: Sequence[shapely.Geometry], *, cells: int = CELLS) -> None:
        self._contours = np.array(contours, dtype=object)
        if len(self._contours) == 0:
            return
        shapely.prepare(self._contours)
        boxes = shapely.bounds(self._contours)
        self._west, self._south = boxes[:, 0].min(), boxes[:, 1].min()
        area = float(((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum())
        width, height = boxes[:, 2].max() - self._west, boxes[:, 3].max() - self._south
        finest = TILE * np.sqrt(MOST_TILES / (width * height))
        self._per_degree = float(min(np.sqrt(cells / area), finest))
        self._columns = int(width * self._per_degree) // TILE + 1
        self._rows = int(height * self._per_degree) // TILE + 1
        self._fill()

    def find(self, lon: Floats, lat: Floats) -> NDArray[np.int32]:
        """The rank of the first contour that covers each point, its edge included; -1 where none does.

        `lon`, `lat`: degrees, arrays of one length. A point that is not finite is nowhere.
        """
        lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        if len(self._contours) == 0:
            return np.full(lon.shape, -1, np.int32)
        answer: NDArray[np.int32] = self._cells(lon, lat) - 1
        asked = np.flatnonzero(answer < -1)
        if len(asked):
            answer[asked] = self._ask(-answer[asked] - 2, lon[asked], lat[asked])
        return answer

    def _cells(self, lon: Floats, lat: Floats) -> NDArray[np.int32]:
        """What is written in the cell of each point: OUTSIDE, rank + 1, or -1 - list of candidates."""
        with np.errstate(invalid="ignore"):
            x = (lon - self._west) * self._per_degree
            y = (lat - self._south) * self._per_degree
            # a little outside the box belongs to its first and last cells, which edges touch
            there = (x > -1) & (y > -1) & (x < self._columns * TILE) & (y < self._rows * TILE)
        if there.all():
            return self._written(x, y)
        cells = np.zeros(len(x), np.int32)
        cells[there] = self._written(x[there], y[there])
        return cells

    def _written(self, x: Floats, y: Floats) -> NDArray[np.int32]:
        column, row = x.astype(np.int32), y.astype(np.int32)
        tile = self._tiles[(row >> 6) * self._columns + (column >> 6)]
        found: NDArray[np.int32] = self._fine[(tile << 12) + ((row & 63) << 6) + (column & 63)]
        return found

    def _ask(self, lists: NDArray[np.int32], lon: Floats, lat: Floats) -> NDArray[np.int32]:
        """The first of each point's candidates that covers it, asking each contour once for all its points."""
        answer = np.full(len(lists), -1, np.int32)
        place = self._starts[lists]
        open_points = np.arange(len(lists))
        while len(open_points):
            candidates = self._candidates[place[open_points]]
            order = np.argsort(candidates, kind="stable")
            ranks, starts = np.unique(candidates[order], return_index=True)
            for rank, (start, end) in zip(ranks, pairwise([*starts, len(order)]), strict=True):
                some = open_points[order[start:end]]
                inside = shapely.intersects_xy(self._contours[rank], lon[some], lat[some])
                answer[some[inside]] = rank
            place[open_points] += 1
            more = (answer[open_points] < 0) & (place[open_points] < self._starts[lists[open_points] + 1])
            open_points = open_points[more]
        return answer

    def _fill(self) -> None:
        """Write the cells, some contours at a time: what it takes to draw an edge is many times the edge."""
        drawn = [self._drawn(start) for start in range(0, len(self._contours), CONTOURS_AT_ONCE)]
        cells, ranks, whole = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
        del drawn
        order = np.lexsort((ranks, cells))
        cells, ranks, whole = cells[order], ranks[order], whole[order]
        each, first = np.unique(cells, return_index=True)
        values = np.where(whole[first], ranks[first] + 1, 0).astype(np.int32)
        values[~whole[first]] = -1 - self._keep_candidates(cells, ranks, first[~whole[first]])
        self._lay(each, values)

    def _drawn(self, start: int) -> tuple[Ints, NDArray[np.int32], NDArray[np.bool_]]:
        """The cells of the CONTOURS_AT_ONCE contours from rank `start` on: number, rank, whether wholly inside."""
        some = self._contours[start : start + CONTOURS_AT_ONCE]
        edges = _edges(some, self._west, self._south, self._per_degree)
        touched, covered = _touched(edges), _covered(edges)
        # a cell touched by its own contour's edge is not wholly inside it, even when its middle is
        inside = ~np.isin(_pair(covered), _pair(touched), assume_unique=True)
        cells = np.concatenate([touched.cell, covered.cell[inside]])
        ranks = np.concatenate([touched.rank, covered.rank[inside]]) + start
        whole = np.concatenate([np.zeros(len(touched.cell), bool), np.ones(int(inside.sum()), bool)])
        return cells, ranks.astype(np.int32), whole

    def _keep_candidates(self, cells: Ints, ranks: NDArray[np.int32], firsts: Ints) -> NDArray[np.int32]:
        """Number the lists of candidates of the cells that start at `firsts`; cells share equal lists."""
        ends = np.searchsorted(cells, cells[firsts], side="right")
        numbers: dict[bytes, int] = {}
        kept: list[NDArray[np.int32]] = []
        found = np.empty(len(firsts), np.int32)
        for at, (start, end) in enumerate(zip(firsts, ends, strict=True)):
            candidates = ranks[start:end]
            number = numbers.setdefault(candidates.tobytes(), len(numbers))
            if number == len(kept):
                kept.append(candidates)
            found[at] = number
        self._starts = np.cumsum([0, *(len(candidates) for candidates in kept)])
        self._candidates = np.concatenate(kept) if kept else np.empty(0, np.int32)
        return found

    def _lay(self, cells: Ints, values: NDArray[np.int32]) -> None:
        """Lay the cells out in tiles; tile 0 is the empty one, shared by all the places without contour."""
        row, column = np.divmod(cells, _WIDTH)
        tile = (row // TILE) * self._columns + column // TILE
        used, number = np.unique(tile, return_inverse=True)
        self._tiles = np.zeros(self._rows * self._columns, np.int32)
        self._tiles[used] = np.arange(1, len(used) + 1)
        self._fine = np.full((len(used) + 1) * TILE * TILE, OUTSIDE, np.int32)
        self._fine[(number + 1) * TILE * TILE + (row % TILE) * TILE + column % TILE] = values


_WIDTH = 1 << 24  # columns that a cell's number has room for


@dataclass(frozen=True)
class _Edges:
    """The edges of all contours, in cells from the grid's corner; `rank` says whose."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    rank: Ints


@dataclass(frozen=True)
class _Cells:
    """Cells, each with a contour; a pair comes once."""

    cell: Ints
    rank: Ints


def _edges(contours: NDArray[np.object_], west: float, south: float, per_degree: float) -> _Edges:
    parts, rank_of_part = shapely.get_parts(contours, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    x, y = (points[:, 0] - west) * per_degree, (points[:, 1] - south) * per_degree
    same = ring[1:] == ring[:-1]
    return _Edges(
        x[:-1][same], y[:-1][same], x[1:][same], y[1:][same], rank_of_part[part_of_ring[ring[1:][same]]]
    )


def _touched(edges: _Edges) -> _Cells:
    """Every cell that an edge touches, or nearly (MARGIN)."""
    low, high = np.minimum(edges.x0, edges.x1) - MARGIN, np.maximum(edges.x0, edges.x1) + MARGIN
    left, right = np.maximum(np.floor(low), 0), np.maximum(np.floor(high), 0)
    edge, column = _ranges(left, right)
    # the part of the edge within the column
    x0, y0, x1, y1 = edges.x0[edge], edges.y0[edge], edges.x1[edge], edges.y1[edge]
    width = x1 - x0
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(np.abs(width) < MARGIN, 0, (y1 - y0) / width)
    at_left = np.clip(column - MARGIN, np.minimum(x0, x1), np.maximum(x0, x1))
    at_right = np.clip(column + 1 + MARGIN, np.minimum(x0, x1), np.maximum(x0, x1))
    steep = np.abs(width) < MARGIN
    ya = np.where(steep, y0, y0 + (at_left - x0) * slope)
    yb = np.where(steep, y1, y0 + (at_right - x0) * slope)
    bottom = np.maximum(np.floor(np.minimum(ya, yb) - MARGIN), 0)
    top = np.maximum(np.floor(np.maximum(ya, yb) + MARGIN), 0)
    piece, row = _ranges(bottom, top)
    return _once(row * _WIDTH + column[piece], edges.rank[edge[piece]])


def _covered(edges: _Edges) -> _Cells:
    """Every cell whose middle is inside a contour, by the crossings of its row's middle line."""
    # half-open: a vertex on the line belongs to one of its two edges
    low = np.ceil(np.minimum(edges.y0, edges.y1) - 0.5)
    high = np.ceil(np.maximum(edges.y0, edges.y1) - 0.5) - 1
    edge, row = _ranges(low, high)
    x0, y0, x1, y1 = edges.x0[edge], edges.y0[edge], edges.x1[edge], edges.y1[edge]
    x = x0 + (row + 0.5 - y0) / (y1 - y0) * (x1 - x0)
    order = np.lexsort((x, row, edges.rank[edge]))
    x, row, rank = x[order], row[order], edges.rank[edge][order]
    span, column = _ranges(np.ceil(x[::2] - 0.5), np.ceil(x[1::2] - 0.5) - 1)
    return _once(row[::2][span] * _WIDTH + column, rank[::2][span])


def _ranges(first: Floats, last: Floats) -> tuple[Ints, Ints]:
    """The whole numbers from `first` to `last`, both included, of each range: (which range, number)."""
    first = first.astype(np.int64)
    count = np.maximum(last.astype(np.int64) - first + 1, 0)
    which = np.repeat(np.arange(len(first)), count)
    within = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    return which, first[which] + within


def _once(cell: Ints, rank: Ints) -> _Cells:
    order = np.lexsort((cell, rank))
    cell, rank = cell[order], rank[order]
    new = np.ones(len(cell), bool)
    new[1:] = (cell[1:] != cell[:-1]) | (rank[1:] != rank[:-1])
    return _Cells(cell[new], rank[new])


def _pair(cells: _Cells) -> Ints:
    """Each cell and contour as one comparable number."""
    pairs: Ints = (cells.rank << 45) + cells.cell
    return pairs
