"""Writes of the territories: the reference tables and the contours of the QPV."""

from maillage.territories.actions.load import load_territories

__all__ = ["load_territories"]
