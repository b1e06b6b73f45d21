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

__all__ = ["InvalidPosition", "Location", "NearestQpv", "Place", "QpvHere", "locate", "position"]
