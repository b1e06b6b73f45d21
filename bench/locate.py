"""Ten million points in 1 600 contours the size of a QPV: how fast, how much memory, and exact or not.

`./bin/bench locate [points]`. The contours are those of communes, shrunk to the size of a neighbourhood, given as many
corners as an official contour and placed in towns; half of the points fall inside one. PostGIS is asked about a large
sample and about points made on and beside the edges. Then `locate`, one point at a time.
"""

import resource
import tempfile
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
import shapely.affinity
from django.db import connection, transaction

from bench.report import Figure, at_least, at_most, p95, told
from maillage.territories.grid import ContourIndex
from maillage.territories.queries import assign, locate

CONTOURS = 1_600
BATCH = 1_000_000
SAMPLE = 200_000
ONES = 300
BESIDE_DEGREES = (0, 1e-15, 1e-12, 1e-9, 1e-7, 1e-5)  # a degree of latitude is 111 km


def figures(points: str = "10000000") -> Iterable[Figure]:
    """Points a second and a core, agreement with PostGIS, and the whole `territories assign` on a file."""
    random = np.random.default_rng(2024)
    communes, contours = towns_and_contours(random)
    lon, lat = in_boxes(contours, int(points), random)

    start = time.process_time()
    index = ContourIndex(contours)
    yield told("index of the contours", time.process_time() - start, "s")
    yield told("corners of a contour, median", float(np.median(shapely.get_num_coordinates(contours))), "")
    speed, found = measured(index, lon, lat)
    yield at_least("QPV", speed, "points/s/core", 2_000_000)
    yield told("points inside a contour", float((found >= 0).mean()), "share")
    yield at_least("communes", measured(ContourIndex(communes), lon, lat)[0], "points/s/core", 2_000_000)

    sample = random.choice(len(lon), min(SAMPLE, len(lon)), replace=False)
    yield at_most(
        "random points where PostGIS disagrees",
        disagreements(contours, index, lon[sample], lat[sample]),
        "",
        0,
    )
    x, y = beside_edges(contours, random)
    yield told("points made on and beside edges", len(x), "")
    yield at_most(
        "points beside an edge where PostGIS disagrees", disagreements(contours, index, x, y), "", 0
    )

    del index, found
    yield at_most("one point, p95", p95(one_by_one(contours, lon[:ONES], lat[:ONES])), "ms", 20)
    yield from of_a_file(lon[: 2 * BATCH], lat[: 2 * BATCH])


def towns_and_contours(random: np.random.Generator) -> tuple[list[shapely.Geometry], list[shapely.Geometry]]:
    """The contours of all communes, and CONTOURS valid ones of 400 m to 1,8 km placed in towns of 10 000 people or more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsBinary(contour), population >= 10000, ST_X(town_hall), ST_Y(town_hall)"
            " FROM territories_commune WHERE kind = 'COM' AND contour IS NOT NULL ORDER BY code"
        )
        rows = cursor.fetchall()
    communes = list(shapely.from_wkb([bytes(row[0]) for row in rows]))
    towns = [(x, y) for _shape, is_town, x, y in rows if is_town]
    made: list[shapely.Geometry] = []
    while len(made) < CONTOURS:
        shape = communes[random.integers(len(communes))]
        west, south, east, north = shape.bounds
        size, middle = random.uniform(0.005, 0.02), np.array([(west + east) / 2, (south + north) / 2])
        place = np.array(towns[random.integers(len(towns))]) + random.normal(size=2) * 0.015
        small = shapely.affinity.affine_transform(
            shape, _shrink(size / max(east - west, north - south), middle, place)
        )
        fine = shapely.segmentize(small, small.length / random.integers(60, 250))
        rough = shapely.transform(fine, partial(_wobble, size=size))
        if rough.is_valid:
            made.append(rough)
    return communes, made


def _shrink(factor: float, middle: np.ndarray, place: np.ndarray) -> list[float]:
    """The affine matrix that brings `middle` to `place` and multiplies sizes by `factor`."""
    return [factor, 0, 0, factor, *(place - factor * middle)]


def _wobble(corners: np.ndarray, size: float) -> np.ndarray:
    """Corners moved by a few metres, the same one always alike, so that rings stay closed."""
    return corners + size * 0.003 * np.sin(corners[:, ::-1] * (40 / size))


def in_boxes(
    contours: list[shapely.Geometry], count: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Points spread evenly in the boxes of the contours."""
    boxes = shapely.bounds(np.array(contours, dtype=object))[random.integers(len(contours), size=count)]
    lon = boxes[:, 0] + random.random(count) * (boxes[:, 2] - boxes[:, 0])
    return lon, boxes[:, 1] + random.random(count) * (boxes[:, 3] - boxes[:, 1])


def beside_edges(
    contours: list[shapely.Geometry], random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Every corner, and for each edge a point on it and some at BESIDE_DEGREES from it."""
    kept = []
    for contour in contours:
        corners = shapely.get_coordinates(contour)
        on = corners[:-1] + random.random((len(corners) - 1, 1)) * np.diff(corners, axis=0)
        kept += [corners, *(on + random.normal(size=on.shape) * step for step in BESIDE_DEGREES)]
    points = np.vstack(kept)
    return points[:, 0], points[:, 1]


def measured(index: ContourIndex, lon: np.ndarray, lat: np.ndarray) -> tuple[float, np.ndarray]:
    """Points a second of one core, and the answers."""
    start = time.process_time()
    found = [index.find(lon[at : at + BATCH], lat[at : at + BATCH]) for at in range(0, len(lon), BATCH)]
    return len(lon) / (time.process_time() - start), np.concatenate(found)


def disagreements(
    contours: list[shapely.Geometry], index: ContourIndex, lon: np.ndarray, lat: np.ndarray
) -> int:
    """How many of the points PostGIS puts elsewhere."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_contour (rank integer, shape geometry) ON COMMIT DROP")
        with cursor.copy("COPY bench_contour FROM STDIN") as copy:
            for rank, shape in enumerate(contours):
                copy.write_row((rank, shapely.to_wkb(shape, hex=True)))
        cursor.execute("CREATE INDEX ON bench_contour USING gist (shape)")
        cursor.execute("CREATE TEMPORARY TABLE bench_point (line integer, x float8, y float8) ON COMMIT DROP")
        with cursor.copy("COPY bench_point FROM STDIN") as copy:
            for line, (x, y) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
                copy.write_row((line, x, y))
        cursor.execute(
            "SELECT p.line, min(c.rank) FROM bench_point p JOIN bench_contour c"
            " ON ST_Intersects(c.shape, ST_MakePoint(p.x, p.y)) GROUP BY p.line"
        )
        expected = np.full(len(lon), -1)
        for line, rank in cursor.fetchall():
            expected[line] = rank
    return int((index.find(lon, lat) != expected).sum())


def one_by_one(contours: list[shapely.Geometry], lon: np.ndarray, lat: np.ndarray) -> list[float]:
    """Milliseconds of `locate` for each point, with the contours as QPV; nothing of them stays."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM territories_qpv")
        with cursor.copy(
            "COPY territories_qpv (code, generation, nom, contour, is_schematic) FROM STDIN"
        ) as copy:
            for rank, shape in enumerate(contours):
                drawn = shapely.to_wkb(shapely.multipolygons(shapely.get_parts(shape)), hex=True)
                copy.write_row((f"QN{rank:05}M", 2024, "Banc d'essai", f"SRID=4326;{drawn}", False))
        times = []
        for x, y in zip(lon.tolist(), lat.tolist(), strict=True):
            start = time.perf_counter()
            locate(x, y)
            times.append((time.perf_counter() - start) * 1000)
        transaction.set_rollback(True)
    return times


def of_a_file(lon: np.ndarray, lat: np.ndarray) -> Iterable[Figure]:
    """`territories assign` from Parquet to Parquet, contours read from the database included."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.parquet", Path(folder) / "out.parquet"
        pq.write_table(pa.table({"lon": lon, "lat": lat}), source)
        start = time.perf_counter()
        done = assign(source, target, lon="lon", lat="lat")
        yield told("territories assign, file to file", done.rows / (time.perf_counter() - start), "rows/s")
    yield told("memory, most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")
