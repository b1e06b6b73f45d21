"""Reads of the territories: what is at a point, and what a name means."""

from maillage.territories.queries.location import (
    InvalidPosition,
    Location,
    NearestQpv,
    Place,
    QpvHere,
    locate,
    position,
)
from maillage.territories.queries.names import PlaceFound, search_places

__all__ = [
    "InvalidPosition",
    "Location",
    "NearestQpv",
    "Place",
    "PlaceFound",
    "QpvHere",
    "locate",
    "position",
    "search_places",
]
