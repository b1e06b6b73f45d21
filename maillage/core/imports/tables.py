"""CSV and spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from maillage.core.imports.encodings import encoding_of
from maillage.core.imports.errors import BadFile
from maillage.core.imports.source import Row, Source
from maillage.core.imports.values import one_line
from maillage.core.imports.zips import open_zip

SEPARATORS = ";,\t|"
LONGEST_CELL = 2**20


class CsvSource(Source):
    """A CSV file: UTF-8 with or without byte-order mark, UTF-16 or Windows' code page; « ; », « , », tab or « | »."""

    format = "csv"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        csv.field_size_limit(LONGEST_CELL)
        self.encoding = encoding_of(path)
        with self._opened() as file:
            start = file.read(LONGEST_CELL)
        self.separator = separator_of(start)
        self._position = 0
        try:
            # an open quote may swallow the start of the file: the header is then no header
            header: list[str] = next(
                (cells for cells in self._cells(io.StringIO(start, newline="")) if any(cells)), []
            )
        except csv.Error as error:
            raise broken_quotes(1) from error
        self._columns = named(header)

    @property
    def columns(self) -> list[str]:
        return self._columns

    def rows(self) -> Iterator[Row]:
        columns, width = self._columns, len(self._columns)
        end, header = 0, True
        with self._opened() as file:
            reader = self._cells(file)
            skipped = 1 if self._sep_line else 0
            try:
                for cells in reader:
                    start, end = end + 1, reader.line_num
                    if not any(cells):
                        continue
                    if header:
                        header = False
                        continue
                    if start % 512 == 0:
                        self._position = file.buffer.tell()  # type: ignore[attr-defined]
                    if len(cells) > width and any(cells[width:]):
                        yield Row(start + skipped, {}, None, too_wide(len(cells), width))
                    else:
                        yield Row(start + skipped, dict(zip(columns, cells, strict=False)))
            except csv.Error as error:
                raise broken_quotes(end + 1) from error
        self._position = self.size

    def _opened(self) -> io.TextIOWrapper:
        return self.path.open(encoding=self.encoding, newline="")

    def _cells(self, file: Iterable[str]) -> Any:
        return csv.reader(self._without_sep_line(iter(file)), delimiter=self.separator)

    def _without_sep_line(self, lines: Iterator[str]) -> Iterator[str]:
        """Without Excel's own first line « sep=; »."""
        first = next(lines, "")
        self._sep_line = first.startswith("sep=")
        if not self._sep_line:
            yield first
        yield from lines

    def read_share(self) -> float:
        return self._position / self.size if self.size else 1.0


def broken_quotes(line: int) -> BadFile:
    return BadFile(
        _(
            "À partir de la ligne %(line)s, le fichier ne se lit plus : un guillemet est sans doute ouvert "
            "et jamais fermé. Corrigez cette ligne."
        )
        % {"line": line}
    )


def separator_of(start: str) -> str:
    """The separator that cuts the header into most cells; quotes are respected."""
    first = next((line for line in io.StringIO(start, newline="") if line.strip()), "")
    if first.startswith("sep=") and len(first) > 4:
        return first[4]
    cut = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in SEPARATORS}
    return max(SEPARATORS, key=lambda mark: cut[mark])


def named(header: list[Any]) -> list[str]:
    """The header as column names: the empty ones called « colonne 3 », a repeated one kept apart by its rank."""
    names: list[str] = []
    for rank, cell in enumerate(header, 1):
        name = one_line(cell) or _("colonne %(rank)s") % {"rank": rank}
        names.append(name if name not in names else f"{name} ({rank})")
    if not any(one_line(cell) for cell in header):
        raise BadFile(
            _("La première ligne doit donner le nom des colonnes (par exemple : nom;description;lat;lon).")
        )
    return names


def too_wide(cells: int, width: int) -> str:
    return _(
        "%(cells)s cellules au lieu de %(width)s : mettez entre guillemets le texte qui contient le séparateur"
    ) % {"cells": cells, "width": width}


class XlsxSource(Source):
    """The first sheet that has something in it of an Excel or LibreOffice workbook (.xlsx).

    `left_out` names the other ones that a person sees.
    """

    format = "xlsx"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        with path.open("rb") as file:
            open_zip(file)
        self._read = 0
        self._total = 0
        self._header_line = 1
        self._sheet = ""
        self._others: list[str] = []
        for line, cells in self._cells():
            if any(cell not in (None, "") for cell in cells):
                self._header_line = line
                last = max(i for i, cell in enumerate(cells) if cell not in (None, ""))
                self._columns = named(list(cells[: last + 1]))
                break
        else:
            raise BadFile(_("Ce classeur est vide. Vérifiez qu’il a été enregistré, puis réessayez."))
        if self._others:
            self.left_out = _(
                "Seule la feuille « %(sheet)s » est lue. Pour prendre aussi %(others)s, enregistrez chaque feuille à part."
            ) % {"sheet": self._sheet, "others": ", ".join(f"« {title} »" for title in self._others)}

    @property
    def columns(self) -> list[str]:
        return self._columns

    def rows(self) -> Iterator[Row]:
        width = len(self._columns)
        for line, cells in self._cells():
            if line <= self._header_line or not any(cell not in (None, "") for cell in cells):
                continue
            self._read = line
            yield Row(line, dict(zip(self._columns, cells[:width], strict=False)))
        self._read = self._total

    def _cells(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        import openpyxl  # slow import
        from openpyxl.utils.exceptions import InvalidFileException

        try:
            # a file and not its path: openpyxl believes names, and an upload may have any
            file = self.path.open("rb")
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            try:
                for rank, sheet in enumerate(book.worksheets, 1):
                    self._total = sheet.max_row or 0
                    self._sheet, self._others = sheet.title, seen_sheets(book.worksheets[rank:])
                    found = False
                    for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                        found = found or any(cell not in (None, "") for cell in cells)
                        yield line, cells
                    if found:
                        return
            finally:
                book.close()
                file.close()
        except (InvalidFileException, KeyError, ValueError, OSError, SyntaxError) as error:
            raise BadFile(
                _(
                    "Ce classeur est abîmé. Ouvrez-le, enregistrez-le de nouveau au format .xlsx ou CSV, puis réessayez."
                )
            ) from error

    def read_share(self) -> float:
        return min(1.0, self._read / self._total) if self._total else 0.0


def seen_sheets(sheets: Iterable[Any]) -> list[str]:
    """The titles of the sheets that are not hidden and have something in one of their first rows."""
    return [
        sheet.title
        for sheet in sheets
        if sheet.sheet_state == "visible"
        and any(
            cell not in (None, "")
            for cells in sheet.iter_rows(max_row=20, values_only=True)
            for cell in cells
        )
    ]
