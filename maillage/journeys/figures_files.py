"""Published figures as files that a spreadsheet opens without running anything: period and note inside."""

import csv
import io
from collections.abc import Iterable, Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from maillage.core.disclosure import note
from maillage.initiatives.exports.tables import harmless
from maillage.journeys.figures_in_words import Table, shown
from maillage.journeys.models import Publication

Row = list[str | int]


def csv_file(territory: str, made: Publication, tables: Iterable[Table]) -> bytes:
    """CSV as French spreadsheets read it: UTF-8 with its mark, semicolons."""
    buffer = io.StringIO()
    buffer.write("\ufeff")
    lines = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    for row in _rows(territory, made, tables):
        lines.writerow([harmless(cell) for cell in row])
    return buffer.getvalue().encode()


def xlsx_file(territory: str, made: Publication, tables: Iterable[Table]) -> bytes:
    """The same on one sheet."""
    from openpyxl import Workbook  # slow import

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Chiffres %(year)s") % {"year": made.year})
    sheet.column_dimensions["A"].width = 48
    for row in _rows(territory, made, tables):
        sheet.append([harmless(cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _rows(territory: str, made: Publication, tables: Iterable[Table]) -> Iterator[Row]:
    yield [_("Territoire"), territory]
    yield [_("Année"), made.year]
    yield [_("Compté avant le"), date_format(made.closed_on, "j F Y")]
    if made.figures["has_examples"]:
        yield [_("Attention"), _("exemples : ces chiffres comptent des personnes inventées")]
    yield [_("À savoir"), note()]
    for table in tables:
        yield []
        yield [table.title, *table.columns]
        for line in table.lines:
            yield [line.label, *(shown(count) if count is None else count for count in line.counts)]
