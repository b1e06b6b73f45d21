"""Where a situation is."""

from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.offers.situation import Situation, Whereabouts
from maillage.territories import queries as territories

EVERYWHERE = "france"
FRANCE = (EVERYWHERE, "99100")  # Insee's code of the country
# an address on a boundary is geocoded on either side of it, and contours are drawn to some tens of metres
BOUNDARY_M = 200


class NoPlace(DomainError):
    """The point or the commune is no place where people are served."""


def whereabouts(situation: Situation) -> Whereabouts:
    """The territories around the point, or around the commune when there is no point; only "france" without either.

    Raises NoPlace at sea, abroad, for an unknown commune and for a point more than BOUNDARY_M out of the commune that
    comes with it (nearer, it is taken for in it: the address was geocoded on the boundary);
    InvalidPosition when longitude and latitude are no place on Earth or are exchanged.
    """
    if situation.lon is not None and situation.lat is not None:
        return _at_point(situation.lon, situation.lat, situation.commune)
    if situation.commune:
        return _at_commune(situation.commune)
    return Whereabouts(zones=FRANCE)


def _at_point(lon: float, lat: float, commune: str) -> Whereabouts:
    lon, lat = territories.position(lon, lat)
    found = territories.around_point(lon, lat)
    if found is None:
        territories.locate(lon, lat)  # says so when they are exchanged
        raise NoPlace(
            _(
                "Ce point n’est dans aucune commune de France : en mer ou à l’étranger. Donnez un point à terre, ou le code d’une commune."
            )
        )
    if commune and commune not in found.codes and not _is_part(commune, found.commune):
        if territories.is_near(commune, lon, lat, BOUNDARY_M):
            asked = _at_commune(commune)
            return Whereabouts(asked.commune, asked.nom, asked.zones, found.qpv, lon, lat)
        raise NoPlace(
            _(
                "Ce point est dans la commune %(nom)s (%(code)s), pas dans %(asked)s. Gardez le point ou la commune."
            )
            % {"nom": found.nom, "code": found.commune, "asked": commune}
        )
    return Whereabouts(found.commune, found.nom, (*found.codes, *FRANCE), found.qpv, lon, lat)


def _is_part(arrondissement: str, commune: str) -> bool:
    found = territories.around_commune(arrondissement)
    return found is not None and commune in found.codes


def _at_commune(code: str) -> Whereabouts:
    found = territories.around_commune(code)
    if found is None:
        raise NoPlace(
            _(
                "Aucune commune n’a le code Insee %(code)s. Cherchez-la par son nom : /api/v1/territories/search."
            )
            % {"code": code}
        )
    return Whereabouts(found.commune, found.nom, (*found.codes, *FRANCE), None, *found.town_hall)
