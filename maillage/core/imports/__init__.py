"""Reading files that others made: any of a few formats in, one line-by-line report out. Knows no domain word.

`open_source` gives the rows of a file one by one, so that memory does not grow with it; `values` reads French cells;
`columns` tells which column is which field; a `Report` says what became of every line.
"""

from maillage.core.imports.columns import BadMapping, Field, guess, overridden
from maillage.core.imports.errors import BadFile
from maillage.core.imports.opening import open_source
from maillage.core.imports.report import Rejection, Report
from maillage.core.imports.sniffing import FORMATS
from maillage.core.imports.source import Row, Source
from maillage.core.imports.values import BadValue

__all__ = [
    "FORMATS",
    "BadFile",
    "BadMapping",
    "BadValue",
    "Field",
    "Rejection",
    "Report",
    "Row",
    "Source",
    "guess",
    "open_source",
    "overridden",
]
