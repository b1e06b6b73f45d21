"""The communes' contours generalised for drawing, with no gap between neighbours.

All levels come from one coverage of communes: it is mended, simplified as a whole (so that a shared edge stays
shared), then merged into EPCI, départements and régions. Each border is kept once, with what it separates.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import shapely
from django.db import connection, transaction
from numpy.typing import NDArray

from maillage.territories.models import Border, Contour, Drawing
from maillage.territories.sql import statement

EARTH = 20037508.342789244  # half the side of the Web Mercator square, in metres
LAST_ZOOM = 18
RECIPE = "1"  # raise it when this file draws otherwise
NARROW_M = 60.0  # a hole between communes narrower than this is a fault of the source
LABEL_ZOOMS = range(5, 14)

Shapes = NDArray[np.object_]
Codes = NDArray[np.object_]


@dataclass(frozen=True)
class Band:
    """A range of zooms drawn with one generalisation. `tolerance_m`: about a pixel of its last zoom (0: as it is)."""

    min_zoom: int
    max_zoom: int
    tolerance_m: float
    communes: bool

    @property
    def smallest_m2(self) -> float:
        """An island under two pixels by two, at the band's last zoom, is not drawn."""
        return (2 * 2 * EARTH / 256 / 2**self.max_zoom) ** 2


BANDS = (
    Band(0, 5, 3500, communes=False),
    Band(6, 7, 1000, communes=False),
    Band(8, 9, 450, communes=True),
    Band(10, LAST_ZOOM, 0, communes=True),
)


@dataclass(frozen=True)
class Coverage:
    """Communes side by side: their codes, what they belong to, and their shapes (EPSG:3857)."""

    commune: Codes
    epci: Codes
    departement: Codes
    region: Codes
    shapes: Shapes


@transaction.atomic
def draw_territories() -> None:
    """Draw every territory again when the communes, or the way to draw them, have changed; else change nothing."""
    coverage, digest = _communes()
    if Drawing.objects.filter(layer="contours", version=digest).exists():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM territories_contour; DELETE FROM territories_border; DELETE FROM territories_label"
        )
    if len(coverage.shapes):
        coverage = Coverage(
            coverage.commune,
            coverage.epci,
            coverage.departement,
            coverage.region,
            mended(coverage.shapes),
        )
        for band in BANDS:
            _draw(band, coverage)
        _place_labels()
    Drawing.objects.update_or_create(layer="contours", defaults={"version": digest})


def mended(shapes: Shapes) -> Shapes:
    """The same coverage with no overlap and no sliver between neighbours. Only faulty places are touched."""
    faulty = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes, gap_width=NARROW_M))
    if not faulty.any():
        return shapes
    around = np.unique(shapely.STRtree(shapes).query(shapes[faulty], predicate="intersects")[1])
    shapes = shapes.copy()
    # no snapping: the edges towards untouched neighbours must stay as they are
    shapes[around] = shapely.coverage_clean(shapes[around], gap_width=NARROW_M, snapping_distance=0)
    return shapes


def borders(
    shapes: Shapes, belongs: Sequence[tuple[Border.Level, Codes]]
) -> Iterator[tuple[Border.Level, Shapes]]:
    """Each edge of the coverage `shapes` once, as lines, by what it separates.

    `belongs` goes from the largest level to the smallest: the codes of what each shape is part of.
    """
    rings, shape_of_ring = _rings(shapes)
    points, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    _, vertex = np.unique(points.view(np.complex128).ravel(), return_inverse=True)
    starts = np.flatnonzero(ring_of_point[:-1] == ring_of_point[1:])  # the last point of a ring starts no edge
    low, high = np.minimum(vertex[starts], vertex[starts + 1]), np.maximum(vertex[starts], vertex[starts + 1])
    _, first, edge = np.unique(low * (vertex.max() + 1) + high, return_index=True, return_inverse=True)
    owner = shape_of_ring[ring_of_point[starts]]
    one = np.full(len(first), -1)
    other = np.full(len(first), -1)
    one[edge] = owner  # the last owner that writes
    other[edge[::-1]] = owner[::-1]  # the first
    level = np.full(len(first), int(Border.Level.COAST))
    inside = one != other
    for kind, codes in reversed(belongs):
        differs = np.zeros(len(first), dtype=bool)
        differs[inside] = codes[one[inside]] != codes[other[inside]]
        level[differs] = int(kind)
    kept = np.zeros(len(starts), dtype=bool)
    kept[first] = True
    # edges kept of one ring, following one another at one level, make a line
    of_edge = np.where(kept, level[edge], -1)
    new = np.ones(len(starts), dtype=bool)
    new[1:] = (
        (of_edge[1:] != of_edge[:-1]) | (np.diff(starts) != 1) | (np.diff(ring_of_point[starts]) != 0)
    )
    line_of_edge = np.cumsum(new) - 1
    begin = np.flatnonzero(new)
    size = np.diff(np.append(begin, len(starts)))
    wanted = of_edge[begin] >= 0
    for kind in (Border.Level.COAST, *(k for k, _ in belongs)):
        lines = np.flatnonzero(wanted & (of_edge[begin] == int(kind)))
        if not len(lines):
            continue
        edges = np.flatnonzero(np.isin(line_of_edge, lines))
        # a line of n edges has n + 1 points
        at = np.concatenate([starts[edges], starts[begin[lines] + size[lines] - 1] + 1])
        line = np.concatenate([line_of_edge[edges], lines])
        order = np.lexsort((at, line))
        _, index = np.unique(line[order], return_inverse=True)
        yield kind, shapely.linestrings(points[at[order]], indices=index)


def _rings(shapes: Shapes) -> tuple[Shapes, NDArray[np.int64]]:
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    return rings, shape_of_part[part_of_ring]


def _communes() -> tuple[Coverage, str]:
    """The communes that have a contour, and a digest of them with the tools that draw."""
    with connection.cursor() as cursor:
        cursor.execute(statement("drawn_communes"))
        rows = cursor.fetchall()
    digest = hashlib.sha256(f"{RECIPE} {version('shapely')} {shapely.geos_version_string}".encode())
    for row in rows:
        digest.update(repr(row[:5]).encode())
        digest.update(row[5])
    columns = [np.array([row[i] for row in rows], dtype=object) for i in range(4)]
    shapes = np.array([shapely.from_wkb(bytes(row[5])) for row in rows], dtype=object)
    if len(shapes):
        shapes = shapely.transform(shapes, _mercator)
    return Coverage(*columns, shapes=shapes), digest.hexdigest()[:10]


def _mercator(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Web Mercator metres of lon/lat degrees."""
    return np.column_stack(
        [
            points[:, 0] * EARTH / 180,
            np.log(np.tan((90 + points[:, 1]) * np.pi / 360)) * EARTH / np.pi,
        ]
    )


def _merged(codes: Codes, shapes: Shapes) -> tuple[Codes, Shapes, NDArray[np.int64]]:
    """The shapes merged by code (none: left out); their codes, and the place of one shape of each."""
    known = np.flatnonzero(codes != "")
    order = known[np.argsort(codes[known].astype(str), kind="stable")]
    names, begin = np.unique(codes[order].astype(str), return_index=True)
    groups = np.split(order, begin[1:])
    merged = np.array([shapely.coverage_union_all(shapes[group]) for group in groups], dtype=object)
    return names.astype(object), merged, order[begin]


def _without_islets(shapes: Shapes, smallest_m2: float) -> Shapes:
    """The shapes without their small islands; the largest part of each stays, whatever its size."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    area = shapely.area(parts)
    order = np.lexsort((-area, owner))
    largest = np.zeros(len(parts), dtype=bool)
    largest[order[np.unique(owner[order], return_index=True)[1]]] = True
    # a part that touches another shape is no island: without it there would be a hole
    joined = np.zeros(len(parts), dtype=bool)
    pairs = shapely.STRtree(parts).query(parts, predicate="touches")
    joined[pairs[0]] = True
    kept = largest | joined | (area >= smallest_m2)
    return shapely.multipolygons(parts[kept], indices=owner[kept])


def _draw(band: Band, all_communes: Coverage) -> None:
    """Fill the contours and the borders of one band."""
    drawn = all_communes
    if not band.communes:  # the vertices where three communes meet mean nothing here
        codes, shapes, one = _merged(drawn.departement, drawn.shapes)
        shapes = _without_islets(shapes, band.smallest_m2)
        drawn = Coverage(codes, drawn.epci[one], codes, drawn.region[one], shapes)
    shapes = shapely.coverage_simplify(drawn.shapes, band.tolerance_m) if band.tolerance_m else drawn.shapes
    kinds = [(Contour.Kind.DEPARTEMENT, drawn.departement), (Contour.Kind.REGION, drawn.region)]
    levels = [(Border.Level.REGION, drawn.region), (Border.Level.DEPARTEMENT, drawn.departement)]
    if band.communes:
        kinds += [(Contour.Kind.EPCI, drawn.epci)]
        levels += [(Border.Level.EPCI, drawn.epci), (Border.Level.COMMUNE, drawn.commune)]
        _store_contours(band, Contour.Kind.COMMUNE, drawn.commune, shapes)
    for kind, of in kinds:
        codes, merged, _one = _merged(of, shapes)
        _store_contours(band, kind, codes, merged)
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY territories_border (level, min_zoom, max_zoom, shape) FROM STDIN (FORMAT BINARY)"
        ) as copy,
    ):
        copy.set_types(["int2", "int2", "int2", "bytea"])
        for level, lines in borders(shapes, levels):
            for line in _ewkb(lines):
                copy.write_row((int(level), band.min_zoom, band.max_zoom, line))


def _store_contours(band: Band, kind: Contour.Kind, codes: Codes, shapes: Shapes) -> None:
    single = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    shapes = shapes.copy()
    shapes[single] = shapely.multipolygons(shapes[single], indices=np.arange(single.sum()))
    drawn = ~shapely.is_empty(shapes)
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY territories_contour (kind, code, min_zoom, max_zoom, shape) FROM STDIN (FORMAT BINARY)"
        ) as copy,
    ):
        copy.set_types(["varchar", "varchar", "int2", "int2", "bytea"])
        for code, shape in zip(codes[drawn], _ewkb(shapes[drawn]), strict=True):
            copy.write_row((kind.value, str(code), band.min_zoom, band.max_zoom, shape))


def _ewkb(shapes: Shapes) -> Iterable[bytes]:
    return shapely.to_wkb(shapely.set_srid(shapes, 3857), include_srid=True)


def _place_labels() -> None:
    """Give each commune's name its first zoom: the largest communes first, no name over another (12 px letters)."""
    with connection.cursor() as cursor:
        cursor.execute(statement("label_candidates"))
        rows = cursor.fetchall()
        zooms = _label_zooms([(len(name), x, y) for _code, name, x, y in rows])
        with cursor.copy(
            "COPY territories_label (commune_id, min_zoom, rank, place) FROM STDIN (FORMAT BINARY)"
        ) as copy:
            copy.set_types(["varchar", "int2", "int4", "bytea"])
            places = _ewkb(shapely.points([(x, y) for *_rest, x, y in rows]))
            for rank, ((code, *_rest), zoom, place) in enumerate(zip(rows, zooms, places, strict=True), 1):
                copy.write_row((code, zoom, rank, place))


def _label_zooms(names: list[tuple[int, float, float]]) -> list[int]:
    """For (letters, x, y) from the most to the least important, the first zoom with room for each."""
    found = [LABEL_ZOOMS[-1] + 1] * len(names)
    for zoom in LABEL_ZOOMS:
        px = 256 * 2**zoom / (2 * EARTH)
        # lines of 26 px: a name fills part of up to three of them; kept as sorted spans would cost more than it saves
        rows: dict[int, list[tuple[float, float]]] = {}
        for i, (letters, x, y) in enumerate(names):
            half = letters * 3.6 + 14
            left, right, line = x * px - half, x * px + half, int(y * px // 26)
            if found[i] > zoom and any(
                a < right and left < b for row in (line - 1, line, line + 1) for a, b in rows.get(row, ())
            ):
                continue
            found[i] = min(found[i], zoom)
            rows.setdefault(line, []).append((left, right))
    return found
