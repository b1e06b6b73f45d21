"""Tables that a spreadsheet opens without running anything."""

import csv
import io
import re
import tempfile
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from maillage.initiatives.exports.records import Columns
from maillage.initiatives.models import Initiative, Theme

# a cell that starts so is a formula to a spreadsheet: an apostrophe makes it text again
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
ROWS_AT_ONCE = 500
CELL_MAX = 32_767
FORBIDDEN_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def harmless(value: Any) -> Any:
    """The cell's value, as text when a spreadsheet would compute it."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value


def csv_file(rows: QuerySet[Initiative]) -> Iterator[bytes]:
    """CSV as French spreadsheets read it: UTF-8 with its mark, semicolons, one header line."""
    columns = _columns()
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(columns.headers)
    for n, row in enumerate(rows.iterator(ROWS_AT_ONCE), 1):
        writer.writerow(harmless(cell) for cell in columns.cells(row))
        if n % ROWS_AT_ONCE == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def xlsx_file(rows: QuerySet[Initiative]) -> Iterator[bytes]:
    """One sheet; rows pass through a temporary file, never all in memory."""
    from openpyxl import Workbook  # slow import

    columns = _columns()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Initiatives")
    sheet.freeze_panes = "C2"
    sheet.append(columns.headers)
    for row in rows.iterator(ROWS_AT_ONCE):
        sheet.append([_for_xlsx(cell) for cell in columns.cells(row)])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(64 * 1024):
            yield chunk


def _for_xlsx(value: Any) -> Any:
    value = harmless(value)
    return FORBIDDEN_IN_XML.sub("", value)[:CELL_MAX] if isinstance(value, str) else value


def _columns() -> Columns:
    return Columns(dict(Theme.objects.values_list("code", "name")))
