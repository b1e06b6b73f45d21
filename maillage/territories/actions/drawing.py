"""The communes' contours generalised for drawing, with no gap between neighbours.

All levels come from one coverage of communes: it is mended, simplified as a whole (so that a shared edge stays
shared), then merged into EPCI, départements and régions. Each border is kept once, with what it separates.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import islice
from struct import pack

import numpy as np
import shapely
from django.db import connection, transaction
from numpy.typing import NDArray

from maillage.territories.models import Border, Contour, Drawing
from maillage.territories.sql import statement

EARTH = 20037508.342789244  # half the side of the Web Mercator square, in metres
LAST_ZOOM = 18
RECIPE = "4"  # raise it when this file draws otherwise
NARROW_M = 60.0  # a hole between communes narrower than this is a fault of the source
LABEL_ZOOMS = range(5, 14)
LEAST_POPULATION = {
    5: 100_000,
    6: 40_000,
    7: 20_000,
    8: 8_000,
    9: 3_000,
    10: 800,
}  # of a commune named at this zoom
LLIVIA = shapely.Point(220_000, 5_230_000)  # a Spanish town: the one true hole in France (EPSG:3857)

Shapes = NDArray[np.object_]
Codes = NDArray[np.object_]


@dataclass(frozen=True)
class Band:
    """A range of zooms drawn with one generalisation, made of what is the smallest unit to see there.

    `tolerance_m`: vertices whose triangle is smaller than its square go; about a pixel or two (0: none goes).
    """

    min_zoom: int
    max_zoom: int
    tolerance_m: float
    unit: Border.Level

    @property
    def smallest_m2(self) -> float:
        """An island under two pixels by two, at the band's last zoom, is not drawn."""
        return (2 * 2 * EARTH / 256 / 2**self.max_zoom) ** 2


BANDS = (
    Band(0, 5, 6000, Border.Level.DEPARTEMENT),
    Band(6, 6, 3000, Border.Level.DEPARTEMENT),
    Band(7, 7, 1500, Border.Level.DEPARTEMENT),
    Band(8, 8, 900, Border.Level.EPCI),
    Band(9, 9, 600, Border.Level.COMMUNE),
    Band(10, LAST_ZOOM, 0, Border.Level.COMMUNE),
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
def draw_territories(*, meanwhile: Callable[[], object] = lambda: None) -> None:
    """Draw every territory again when the communes, or the way to draw them, have changed; else change nothing.

    `meanwhile` is called once, while other threads compute the shapes: it may use the database, which they do not.
    """
    coverage, digest = _communes()
    if Drawing.objects.filter(layer="contours", version=digest).exists():
        meanwhile()
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM territories_contour; DELETE FROM territories_border; DELETE FROM territories_label"
        )
    # the shapes are half of the work and hold no lock of Python's
    with ThreadPoolExecutor(max_workers=2) as pool:
        coming = pool.submit(_generalised, coverage, pool)
        meanwhile()
        _place_labels()
        for done in as_completed(coming.result()):
            _draw(*done.result())
    Drawing.objects.update_or_create(layer="contours", defaults={"version": digest})


def _generalised(coverage: Coverage, pool: Executor) -> list[Future[tuple[Band, Coverage, Shapes]]]:
    """What each band draws, on its way; the costly bands start first."""
    if not len(coverage.shapes):
        return []
    communes = replace(coverage, shapes=mended(coverage.shapes))
    coming = []
    for level in (Border.Level.COMMUNE, Border.Level.EPCI, Border.Level.DEPARTEMENT):
        units = _units(communes, level)
        coming += [pool.submit(_simplified, band, units) for band in BANDS if band.unit == level]
    return coming


def mended(shapes: Shapes) -> Shapes:
    """The same coverage with no overlap, no sliver and no hole between neighbours. Only faulty places are touched."""
    faulty = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes, gap_width=NARROW_M))
    shapes, takers = _filled(_cleaned(shapes, np.flatnonzero(faulty)))
    return _cleaned(shapes, takers)


def _cleaned(shapes: Shapes, faulty: NDArray[np.int64]) -> Shapes:
    """The coverage with the faulty shapes and their neighbours made to fit one another."""
    if not len(faulty):
        return shapes
    shapes = shapes.copy()
    around = np.unique(shapely.STRtree(shapes).query(shapes[faulty], predicate="intersects")[1])
    # no snapping: the edges towards untouched neighbours must stay as they are
    shapes[around] = shapely.coverage_clean(  # type: ignore[attr-defined]
        shapes[around], gap_width=NARROW_M, snapping_distance=0
    )
    return shapes


def _filled(shapes: Shapes) -> tuple[Shapes, NDArray[np.int64]]:
    """Give each hole of the whole to the neighbour along its longest side; the places of those that took one.

    All of France belongs to a commune: a hole is a commune merged into a neighbour whose contour did not follow.
    """
    parts = shapely.get_parts(shapely.coverage_union_all(shapes))
    rings, part = shapely.get_rings(parts, return_index=True)
    is_hole = np.append(False, part[1:] == part[:-1])
    holes = shapely.polygons(rings[is_hole])
    holes = holes[~shapely.dwithin(holes, LLIVIA, 8_000)]
    tree = shapely.STRtree(shapes)
    shapes = shapes.copy()
    takers = []
    for hole in holes:
        near = tree.query(hole, predicate="intersects")
        shared = shapely.length(shapely.intersection(shapely.boundary(shapes[near]), hole.exterior))
        taker = near[np.argmax(shared)]
        shapes[taker] = shapely.coverage_union(shapes[taker], hole)
        takers.append(taker)
    return shapes, np.array(takers, dtype=np.int64)


def borders(
    shapes: Shapes, belongs: Sequence[tuple[Border.Level, Codes]]
) -> Iterator[tuple[Border.Level, Shapes]]:
    """Each edge of the coverage `shapes` once, as lines, by what it separates.

    `belongs` goes from the largest level to the smallest: the codes of what each shape is part of.
    """
    rings, shape_of_ring = _rings(shapes)
    points, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    _, vertex = np.unique(points.view(np.complex128).ravel(), return_inverse=True)
    starts = np.flatnonzero(
        ring_of_point[:-1] == ring_of_point[1:]
    )  # the last point of a ring starts no edge
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
    new[1:] = (of_edge[1:] != of_edge[:-1]) | (np.diff(starts) != 1) | (np.diff(ring_of_point[starts]) != 0)
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
    commune, epci, departement, region = (np.array([row[i] for row in rows], dtype=object) for i in range(4))
    shapes = shapely.from_wkb(np.array([bytes(row[5]) for row in rows], dtype=object))
    if len(shapes):
        shapes = shapely.transform(shapes, _mercator)
    return Coverage(commune, epci, departement, region, shapes), digest.hexdigest()[:10]


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
    return np.asarray(shapely.multipolygons(parts[kept], indices=owner[kept]), dtype=object)


def _units(communes: Coverage, level: Border.Level) -> Coverage:
    """The communes merged into what a band draws: the vertices where three communes meet mean nothing there."""
    if level == Border.Level.COMMUNE:
        return communes
    unit = communes.departement
    if level == Border.Level.EPCI:  # an EPCI may lie in two départements
        unit = communes.epci + "/" + unit
    _codes, shapes, one = _merged(unit, communes.shapes)
    return Coverage(
        communes.commune[one], communes.epci[one], communes.departement[one], communes.region[one], shapes
    )


def _simplified(band: Band, units: Coverage) -> tuple[Band, Coverage, Shapes]:
    """The band, what it draws, islets aside, and its shapes once generalised."""
    drawn = units
    if band.unit < Border.Level.COMMUNE:
        drawn = replace(units, shapes=_without_islets(units.shapes, band.smallest_m2))
    shapes = shapely.coverage_simplify(drawn.shapes, band.tolerance_m) if band.tolerance_m else drawn.shapes
    return band, drawn, shapes


def _draw(band: Band, drawn: Coverage, shapes: Shapes) -> None:
    """Fill the contours and the borders of one band."""
    levels = [(Border.Level.REGION, drawn.region), (Border.Level.DEPARTEMENT, drawn.departement)]
    if band.unit >= Border.Level.EPCI:
        levels += [(Border.Level.EPCI, drawn.epci)]
    if band.unit == Border.Level.COMMUNE:
        levels += [(Border.Level.COMMUNE, drawn.commune)]
        if band.tolerance_m:  # as they are, communes stand in their own table
            _store_contours(band, Contour.Kind.COMMUNE, drawn.commune, shapes)
    if band.unit == Border.Level.EPCI:
        _store_contours(band, Contour.Kind.EPCI, *_merged(drawn.epci, shapes)[:2])
    departements, merged, one = _merged(drawn.departement, shapes)
    _store_contours(band, Contour.Kind.DEPARTEMENT, departements, merged)
    _store_contours(band, Contour.Kind.REGION, *_merged(drawn.region[one], merged)[:2])
    for level, lines in borders(shapes, levels):
        fixed = _small(level) + _small(band.min_zoom) + _small(band.max_zoom)
        _copy("border (level, min_zoom, max_zoom, shape)", 4, (fixed + _bytes(x) for x in _ewkb(lines)))


def _store_contours(band: Band, kind: Contour.Kind, codes: Codes, shapes: Shapes) -> None:
    single = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    shapes = shapes.copy()
    shapes[single] = shapely.multipolygons(shapes[single], indices=np.arange(single.sum()))
    drawn = ~shapely.is_empty(shapes)
    fixed = _small(band.min_zoom) + _small(band.max_zoom) + _bytes(kind.value.encode())
    _copy(
        "contour (min_zoom, max_zoom, kind, code, shape)",
        5,
        (
            fixed + _bytes(str(code).encode()) + _bytes(shape)
            for code, shape in zip(codes[drawn], _ewkb(shapes[drawn]), strict=True)
        ),
    )


def _ewkb(shapes: Shapes) -> Iterable[bytes]:
    return shapely.to_wkb(shapely.set_srid(shapes, 3857), include_srid=True)


def _place_labels() -> None:
    """Give each commune's name its first zoom: the largest communes first, no name over another (12 px letters)."""
    with connection.cursor() as cursor:
        cursor.execute(statement("label_candidates"))
        rows = cursor.fetchall()
    zooms = _label_zooms([(len(name), x, y, population) for _code, name, x, y, population in rows])
    places = _ewkb(shapely.points([(x, y) for *_rest, x, y, _population in rows]))
    _copy(
        "label (commune_id, min_zoom, rank, place)",
        4,
        (
            _bytes(code.encode()) + _small(zoom) + _bytes(pack(">i", rank)) + _bytes(place)
            for rank, ((code, *_rest), zoom, place) in enumerate(zip(rows, zooms, places, strict=True), 1)
        ),
    )


def _small(value: int) -> bytes:
    return pack(">ih", 2, value)


def _bytes(value: bytes) -> bytes:
    return pack(">i", len(value)) + value


def _copy(into: str, columns: int, rows: Iterable[bytes]) -> None:
    """COPY rows already in PostgreSQL's binary form, which is ten times faster than a row at a time."""
    count = pack(">h", columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY territories_{into} FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(b"PGCOPY\n\xff\r\n\0" + pack(">ii", 0, 0))
        rows = iter(rows)
        while block := list(islice(rows, 5_000)):
            copy.write(b"".join(count + row for row in block))
        copy.write(pack(">h", -1))


def _label_zooms(names: list[tuple[int, float, float, int]]) -> list[int]:
    """For (letters, x, y, population) from the most to the least important, the first zoom with room for each."""
    found = [LABEL_ZOOMS[-1] + 1] * len(names)
    for zoom in LABEL_ZOOMS:
        least = LEAST_POPULATION.get(zoom, 0)
        px = 256 * 2**zoom / (2 * EARTH)
        # lines of 26 px: a name fills part of up to three of them; kept as sorted spans would cost more than it saves
        rows: dict[int, list[tuple[float, float]]] = {}
        # a name that is there further out stays, even beside a larger town that finds room only now
        for i in sorted(range(len(names)), key=lambda i: found[i] > zoom - 1):
            letters, x, y, population = names[i]
            if population < least:
                break
            half = letters * 3.6 + 14
            left, right, line = x * px - half, x * px + half, int(y * px // 26)
            if found[i] >= zoom and any(
                a < right and left < b for row in (line - 1, line, line + 1) for a, b in rows.get(row, ())
            ):
                continue
            found[i] = min(found[i], zoom)
            rows.setdefault(line, []).append((left, right))
    return found
