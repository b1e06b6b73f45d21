"""Writes of the territories: the reference tables and the contours of the QPV."""

from maillage.territories.actions.load import load_territories
from maillage.territories.actions.names import refresh_search_names
from maillage.territories.actions.qpv import import_qpv
from maillage.territories.actions.schematic import forget_schematic_qpv, load_schematic_qpv

__all__ = [
    "forget_schematic_qpv",
    "import_qpv",
    "load_schematic_qpv",
    "load_territories",
    "refresh_search_names",
]
