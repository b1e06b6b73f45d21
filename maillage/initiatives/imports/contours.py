"""Which commune and which neighbourhood cover the points of a large file: exact, thousands at a time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from django.db import connection

from maillage.territories.grid import ContourIndex

COMMUNES = "SELECT code, ST_AsBinary(contour) FROM territories_commune WHERE kind = 'COM' AND contour IS NOT NULL ORDER BY code"
QPV = "SELECT id, ST_AsBinary(contour) FROM territories_qpv ORDER BY generation DESC, code"
CELLS = 1_000_000
ROWS_AT_ONCE = 2_000


class Contours:
    """The same answers as sql/import_lying.sql. Takes a second or two to make, then two millionths of one a point."""

    def __init__(self) -> None:
        self._communes, self._commune_index = _read(COMMUNES)
        self._qpv, self._qpv_index = _read(QPV)

    def find(self, lon: Sequence[float], lat: Sequence[float]) -> tuple[list[str | None], list[int | None]]:
        """Commune code and neighbourhood key of each point (degrees, WGS 84), None where there is none or no point (NaN).

        On a border, the smallest code; of several neighbourhoods, the one of the latest generation.
        """
        x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        return (
            [self._communes[rank] if rank >= 0 else None for rank in self._commune_index.find(x, y).tolist()],
            [self._qpv[rank] if rank >= 0 else None for rank in self._qpv_index.find(x, y).tolist()],
        )


def _read(statement: str) -> tuple[list[Any], ContourIndex]:
    keys: list[Any] = []
    shapes: list[shapely.Geometry] = []
    # a server's cursor: the whole answer, as text, weighs several times the contours
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            keys += [key for key, _shape in rows]
            shapes += list(shapely.from_wkb([bytes(shape) for _key, shape in rows]))
    return keys, ContourIndex(shapes, cells=CELLS)
