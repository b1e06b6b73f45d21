"""The plan as a spreadsheet whose totals are formulas, so that it goes on living."""

import re
from io import BytesIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from maillage.offers.plan.balance import Entry, Plan

FORBIDDEN_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
EUROS = '#,##0.00 "€"'  # shown with the separators of the reader's language
SHARE = "0%"
TITLE, HEAD, TOTAL = Font(size=16, bold=True), Font(bold=True, color="FFFFFF"), Font(bold=True)
CANAL, SAND = PatternFill("solid", fgColor="0B5563"), PatternFill("solid", fgColor="EFEBE1")


def workbook_of(plan: Plan) -> bytes:
    """The plan as XLSX: one sheet, amounts as numbers, totals and balance as formulas; typed words stay words."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = _("Plan de financement")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 52, 18
    _words(sheet, 1, 1, plan.name or _("Plan de financement")).font = TITLE
    needed = _part(sheet, 3, _("Besoins"), plan.needs, _("Total des besoins"))
    found = _part(sheet, needed + 2, _("Ressources"), plan.resources, _("Total des ressources"))
    own = "+".join(
        f"B{found - len(plan.resources) + i}" for i, entry in enumerate(plan.resources) if entry.is_own
    )
    _line(sheet, found + 2, _("Ressources moins besoins"), f"=B{found}-B{needed}", EUROS)
    _line(
        sheet,
        found + 3,
        _("Part de votre argent dans les besoins"),
        f"=IF(B{needed}=0,0,({own or 0})/B{needed})",
        SHARE,
    )
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _part(sheet: Worksheet, row: int, title: str, entries: tuple[Entry, ...], total: str) -> int:
    """One title, its entries and their total; gives the row of the total."""
    for column, text in ((1, title), (2, _("Montant en euros"))):
        cell = _words(sheet, row, column, text)
        cell.font, cell.fill = HEAD, CANAL
    for i, entry in enumerate(entries, row + 1):
        _words(sheet, i, 1, entry.label).alignment = Alignment(wrap_text=True, vertical="top")
        amount = sheet.cell(i, 2, float(entry.amount))
        amount.number_format = EUROS
    last = row + len(entries)
    _line(sheet, last + 1, total, f"=SUM(B{row + 1}:B{last})" if entries else "=0", EUROS)
    return last + 1


def _line(sheet: Worksheet, row: int, label: str, formula: str, number_format: str) -> None:
    _words(sheet, row, 1, label).font = TOTAL
    cell = sheet.cell(row, 2, formula)
    cell.font, cell.number_format, cell.fill = TOTAL, number_format, SAND
    sheet.cell(row, 1).fill = SAND


def _words(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """A cell that holds `text` as words, whatever sign it begins with: a spreadsheet never computes it."""
    cell = sheet.cell(row, column, FORBIDDEN_IN_XML.sub("", text))
    assert isinstance(cell, Cell)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell
