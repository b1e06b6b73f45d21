"""The financing plan of a project: what it needs against what pays for it. Pure: nothing of it is kept anywhere."""

from maillage.offers.plan.balance import NEEDS, RESOURCES, Entry, Line, Note, Plan
from maillage.offers.plan.book import workbook_of
from maillage.offers.plan.sheet import sheet_of

__all__ = ["NEEDS", "RESOURCES", "Entry", "Line", "Note", "Plan", "sheet_of", "workbook_of"]
