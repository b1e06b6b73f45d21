"""The lines of a file, some thousands at a time, checked and ready for PostgreSQL to copy.

One chunk is made in a thread while PostgreSQL works on the one before: neither waits for the other, and memory holds
no more than two, however long the file.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import nan
from typing import Any

from django.utils import translation
from psycopg import Connection

from maillage.core.imports import Row, Source
from maillage.initiatives.imports.checks import STAGED, Checker, RowRefused
from maillage.initiatives.imports.contours import Contours
from maillage.initiatives.sql import statement

LINES = 20_000
# controls that no text keeps (core.imports.values.text), so that only backslashes and ends of lines need escaping
BETWEEN, NULL = "\x1f", "\x1e"
FORMAT, BINARY = "(DELIMITER E'\\x1f', NULL E'\\x1e')", "(FORMAT binary)"
COLUMNS = (*STAGED, "lies_in", "qpv")
AT_LON = STAGED.index("lon")
SECONDS_A_TURN = 0.0005  # how long the thread that checks may keep the one that feeds PostgreSQL waiting


class Chunk:
    """Some lines of a file: those to take, as text for COPY, and what is wrong with the others."""

    def __init__(self) -> None:
        self.read = self.rejected = self.repaired = 0
        self.problems: list[tuple[int, str, str]] = []
        self.share = 1.0  # of the file, once this chunk is read
        # once the chunk is whole, its lines as COPY incoming (columns) takes them in this format
        self.rows, self.format = b"", FORMAT
        self.columns: tuple[str, ...] = COLUMNS
        self._lines: list[str] = []
        self._lon: list[float] = []
        self._lat: list[float] = []
        self._named: dict[tuple[str, str], tuple[int, int, bool]] = {}

    def take(self, row: Row, checker: Checker) -> None:
        """Check one line and keep it, or why it cannot be kept."""
        self.read += 1
        try:
            staged, repaired = checker.staged(row, self._carried)
        except RowRefused as refused:
            self.rejected += 1
            self.problems += [(row.line, problem.field, problem.reason) for problem in refused.problems]
            return
        self.repaired += repaired
        self._lines.append(copied(staged))
        lon, lat = staged[AT_LON : AT_LON + 2]
        self._lon.append(nan if lon is None else lon)
        self._lat.append(nan if lat is None else lat)

    def finish(self, contours: Contours | None) -> "Chunk":
        """Write `rows`, and give the chunk back; without `contours`, the places of its lines are still to be found."""
        if contours is None:
            lines = [f"{line}{BETWEEN}{NULL}{BETWEEN}{NULL}\n" for line in self._lines]
        else:
            places = zip(self._lines, *contours.find(self._lon, self._lat), strict=True)
            lines = [
                f"{line}{BETWEEN}{NULL if commune is None else commune}{BETWEEN}{NULL if qpv is None else qpv}\n"
                for line, commune, qpv in places
            ]
        self.rows = "".join(lines).encode()
        self._lines, self._lon, self._lat = [], [], []
        return self

    def organisations(self) -> Iterator[tuple[int, str, str, int, bool]]:
        """Number, name, SIRET, first line and mark of each organisation that the lines name."""
        for (name, siret), (number, line, is_example) in self._named.items():
            yield number, name, siret, line, is_example

    def _carried(self, name: str, siret: str, line: int, is_example: bool) -> int:
        return self._named.setdefault((name, siret), (len(self._named), line, is_example))[0]


def copied(values: tuple[Any, ...]) -> str:
    """One line of COPY in FORMAT, without its end."""
    line = BETWEEN.join([NULL if v is None else v if v.__class__ is str else str(v) for v in values])
    if "\\" in line:
        line = line.replace("\\", "\\\\")
    return line.replace("\n", "\\n") if "\n" in line else line


def chunks(source: Source, checker: Checker, contours: Contours | None) -> Iterator[Chunk]:
    """The whole file in finished chunks of LINES, the last one perhaps empty. Raises BadFile where the file breaks off."""
    chunk = Chunk()
    for row in source.rows():
        chunk.take(row, checker)
        if chunk.read == LINES:
            chunk.share = source.read_share()
            yield chunk.finish(contours)
            chunk = Chunk()
    yield chunk.finish(contours)


def worded(made: Iterator[Chunk], beside: Connection[Any]) -> Iterator[Chunk]:
    """The same chunks, their lines with the vectors of their words.

    `beside` is another connection than the one that takes the chunks: what depends on a line alone is computed by
    another process of PostgreSQL, on another processor where there is one.
    """
    columns = ", ".join(COLUMNS)
    for chunk in made:
        with beside.transaction(), beside.cursor() as cursor:
            cursor.execute(statement("import_incoming"))
            with cursor.copy(f"COPY incoming ({columns}) FROM STDIN {FORMAT}") as copy:
                copy.write(chunk.rows)
            with cursor.copy(statement("import_worded").format(columns=columns)) as copy:
                chunk.rows = b"".join(copy)
        chunk.columns, chunk.format = (*COLUMNS, "search"), BINARY
        yield chunk


@contextmanager
def one_ahead(made: Iterator[Chunk]) -> Iterator[Iterator[Chunk]]:
    """The same chunks, each made in a thread while the one before is used. The maker must ask nothing of Django's connection."""
    language, turn = translation.get_language() or "fr", sys.getswitchinterval()

    def following() -> Chunk | None:
        with translation.override(language):
            return next(made, None)

    def each() -> Iterator[Chunk]:
        coming = pool.submit(following)
        while (chunk := coming.result()) is not None:
            coming = pool.submit(following)
            yield chunk

    with ThreadPoolExecutor(1, "import") as pool:
        sys.setswitchinterval(SECONDS_A_TURN)
        try:
            yield each()
        finally:
            sys.setswitchinterval(turn)
