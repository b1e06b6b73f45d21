"""Tiles kept on disk, already compressed: a tile that was drawn once is served without the database."""

import gzip
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

KEPT_TO_ZOOM = 12  # deeper tiles are drawn in milliseconds, and there are too many of them to keep
VERSION = re.compile(r"[0-9a-f]{6,16}")
A_YEAR = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=300"
EMPTY = b'<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"/>'
ENCODINGS = (
    ("br", lambda data: brotli.compress(data, quality=9)),
    ("gzip", lambda data: gzip.compress(data, 9)),
)


class TileOutside(ValueError):
    """No such tile: z, x or y is out of range."""


def check_tile(z: int, x: int, y: int, *, last_zoom: int) -> None:
    """Raise TileOutside unless x and y (from the north-west) are a tile of zoom z."""
    if not (0 <= z <= last_zoom and 0 <= x < 2**z and 0 <= y < 2**z):
        raise TileOutside


def tile_folder(layer: str, version: str) -> Path:
    """Where the tiles of one version of a layer are kept; the folder can be removed at any time."""
    return Path(settings.DATA_DIR) / "tiles" / f"{layer}-{version}"


def kept_tile(request: HttpRequest, layer: str, z: int, x: int, y: int) -> HttpResponse | None:
    """The tile asked for by a versioned address (`?v=`), from the disk; None when it has to be drawn."""
    version = request.GET.get("v", "")
    if not VERSION.fullmatch(version) or z > KEPT_TO_ZOOM:
        return None
    encoding = _encoding(request)
    try:
        data = (tile_folder(layer, version) / f"{z}-{x}-{y}.{encoding or 'gzip'}").read_bytes()
    except FileNotFoundError:
        return None
    return _answer(data if encoding else gzip.decompress(data), encoding, A_YEAR)


def drawn_tile(
    request: HttpRequest, layer: str, version: str, tile: tuple[int, int, int], draw: Callable[[], str | None]
) -> HttpResponse:
    """The tile as `draw` makes it now, kept on disk for the next one. `version` is the data's present one.

    Only an address with the present version may be cached for good; empty tiles are not kept.
    """
    content = draw()
    current = request.GET.get("v") == version
    caching = A_YEAR if current else A_WHILE
    encoding = _encoding(request)
    data = content.encode() if content else EMPTY
    packed = {name: pack(data) for name, pack in ENCODINGS if content or name == encoding}
    if current and content and tile[0] <= KEPT_TO_ZOOM:
        _keep(layer, version, tile, packed)
    return _answer(packed[encoding] if encoding else data, encoding, caching)


def _keep(layer: str, version: str, tile: tuple[int, int, int], packed: dict[str, bytes]) -> None:
    """Write atomically; a first tile of a new version removes the older versions. A full disk costs speed only."""
    folder = tile_folder(layer, version)
    try:
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            for old in folder.parent.glob(f"{layer}-*"):
                if old != folder and VERSION.fullmatch(old.name.removeprefix(f"{layer}-")):
                    shutil.rmtree(old, ignore_errors=True)
        z, x, y = tile
        for encoding, data in packed.items():
            handle, name = tempfile.mkstemp(dir=folder)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(name, folder / f"{z}-{x}-{y}.{encoding}")
    except OSError:
        return


def _encoding(request: HttpRequest) -> str:
    """The best of our encodings that the browser accepts, or '' for none."""
    accepted = {
        name.strip().partition(";")[0]
        for name in request.headers.get("Accept-Encoding", "").lower().split(",")
    }
    return next((name for name, _pack in ENCODINGS if name in accepted), "")


def _answer(data: bytes, encoding: str, caching: str) -> HttpResponse:
    response = HttpResponse(data, content_type="image/svg+xml; charset=utf-8")
    response["Cache-Control"] = caching
    if encoding:
        response["Content-Encoding"] = encoding
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
