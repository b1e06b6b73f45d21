"""Reading files that others made: any of a few formats in, one line-by-line report out. Knows no domain word."""

from maillage.core.imports.report import Rejection, Report

__all__ = ["Rejection", "Report"]
