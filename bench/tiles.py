"""Tiles of the base map through the real server: drawn for the first time, then kept ones, many at once.

`./bin/bench tiles [requests]`. The tiles are those that a reader sees who opens France and comes nearer to towns of
every size, from zoom 5 to 14, by the addresses and with the encodings of a browser.
"""

import http.client
import os
import random
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from bench.report import Figure, at_least, at_most, median, p95, told
from bench.site import serving
from maillage.core.tiles import KEPT_TO_ZOOM
from maillage.territories.basemap import mercator
from maillage.territories.models import Commune
from maillage.territories.queries.basemap import EARTH, drawing_versions

ZOOMS = range(5, 15)
TOWNS = 12
AROUND = (-1, 0, 1)  # three tiles by three, about a screen of a telephone
CLIENTS = 8
BROWSER = {
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "fr",
    "Accept": "image/svg+xml,*/*",
}
Tile = tuple[int, int, int]


def figures(requests: str = "4000") -> Iterable[Figure]:
    """Milliseconds and bytes of tiles drawn first, by zoom, then kept tiles a second."""
    tiles = tiles_of_a_visit()
    # in the bench's own folder: nothing else is there to lose
    version = drawing_versions()["contours"]
    with serving() as base:
        forgotten(version)
        times, sizes = drawn_first(base, version, tiles)
        for zoom in ZOOMS:
            yield told(f"zoom {zoom}, drawn first, p95", p95(times[zoom]), "ms")
            yield told(f"zoom {zoom}, bytes, most", max(sizes[zoom]), "bytes")
        yield at_most(
            "tile, bytes, p95", p95([size for found in sizes.values() for size in found]), "bytes", 10_000
        )
        kept = [tile for tile in tiles if tile[0] <= KEPT_TO_ZOOM]
        before, start = busy_s(), time.perf_counter()
        each = asked(base, version, random.Random(2024).choices(kept, k=int(requests)))
        seconds = time.perf_counter() - start
        yield at_least(f"kept tiles, {CLIENTS} clients", len(each) / seconds, "tiles/s", 400)
        yield told("kept tile, processor of the server", (busy_s() - before) / len(each) * 1000, "ms")
        yield told("kept tile, median", median(each), "ms")
        yield told("kept tile, p95", p95(each), "ms")


def tiles_of_a_visit() -> list[Tile]:
    """Each tile once, from the farthest to the nearest."""
    choice = random.Random(2024)
    halls = list(Commune.objects.filter(kind="COM").order_by("code").values_list("town_hall", flat=True))
    towns = [mercator(hall.x, hall.y) for hall in choice.sample(halls, TOWNS)]
    found = {}
    for zoom in ZOOMS:
        side = 2 * EARTH / 2**zoom
        for x, y in towns:
            column, row = int((x + EARTH) // side), int((EARTH - y) // side)
            found.update({(zoom, column + dx, row + dy): None for dx in AROUND for dy in AROUND})
    return list(found)


def forgotten(version: str) -> None:
    """Remove the tiles kept by a former run."""
    from maillage.core.tiles import tile_folder

    for kept in tile_folder("contours", version).glob("*"):
        kept.unlink()


def drawn_first(
    base: str, version: str, tiles: list[Tile]
) -> tuple[dict[int, list[float]], dict[int, list[int]]]:
    """Milliseconds and bytes of each tile, by zoom, one request at a time."""
    times: dict[int, list[float]] = {zoom: [] for zoom in ZOOMS}
    sizes: dict[int, list[int]] = {zoom: [] for zoom in ZOOMS}
    for tile, milliseconds, size in answers(base, version, [tiles[0], *tiles]):
        times[tile[0]].append(milliseconds)
        sizes[tile[0]].append(size)
    return times, sizes


def asked(base: str, version: str, tiles: list[Tile]) -> list[float]:
    """Milliseconds of each tile, asked by CLIENTS at once."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        parts = pool.map(
            lambda part: [milliseconds for _tile, milliseconds, _size in answers(base, version, part)],
            [tiles[at::CLIENTS] for at in range(CLIENTS)],
        )
        return [value for part in parts for value in part]


def answers(base: str, version: str, tiles: Iterable[Tile]) -> Iterator[tuple[Tile, float, int]]:
    """Each tile over one connection, with milliseconds and bytes. Raises RuntimeError for what is no cacheable tile."""
    server = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
    try:
        for tile in tiles:
            z, x, y = tile
            start = time.perf_counter()
            server.request("GET", f"/tuiles/contours/{z}/{x}/{y}.svg?v={version}", headers=BROWSER)
            answer = server.getresponse()
            size = len(answer.read())
            milliseconds = (time.perf_counter() - start) * 1000
            if answer.status != 200 or "immutable" not in answer.headers["Cache-Control"]:
                raise RuntimeError(f"{tile} : {answer.status} {answer.headers}")
            yield tile, milliseconds, size
    finally:
        server.close()


def busy_s() -> float:
    """Seconds of processor that the processes started by this one have used; 0 where Linux does not say."""
    found, waiting = 0.0, _children(os.getpid())
    while waiting:
        pid = waiting.pop()
        waiting += _children(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            found += int(task.read_text().split()[0]) / 1e9
    return found


def _children(pid: int) -> list[int]:
    """The processes that `pid` started, whichever of its threads did."""
    return [int(n) for task in Path(f"/proc/{pid}/task").glob("*/children") for n in task.read_text().split()]
