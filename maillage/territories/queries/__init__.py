"""Reads of the territories: what is at a point, and what a name means."""

from maillage.territories.queries.assignment import Assigned, UnusablePoints, assign
from maillage.territories.queries.by_code import names_by_code
from maillage.territories.queries.called import Called, places_called
from maillage.territories.queries.location import (
    InvalidPosition,
    Location,
    NearestQpv,
    Place,
    QpvHere,
    locate,
    position,
)
from maillage.territories.queries.meant import Meant, place_meant
from maillage.territories.queries.names import PlaceFound, search_anything, search_places
from maillage.territories.queries.surroundings import Surroundings, around_commune, around_point, is_near
from maillage.territories.queries.territory import commune, epci, qpv

__all__ = [
    "Assigned",
    "Called",
    "InvalidPosition",
    "Location",
    "Meant",
    "NearestQpv",
    "Place",
    "PlaceFound",
    "QpvHere",
    "Surroundings",
    "UnusablePoints",
    "around_commune",
    "around_point",
    "assign",
    "commune",
    "epci",
    "is_near",
    "locate",
    "names_by_code",
    "place_meant",
    "places_called",
    "position",
    "qpv",
    "search_anything",
    "search_places",
]
