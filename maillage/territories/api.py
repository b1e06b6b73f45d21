"""`/api/v1/territories/…`: what is at a point, and what a name means."""

from typing import Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from maillage.territories import queries

router = Router(tags=["territoires"])


class Territory(Schema):
    """A territory by its official code: Insee, or SIREN for an EPCI."""

    code: str
    nom: str


class QpvOfGeneration(Territory):
    """A QPV in one generation of contours."""

    generation: int


class NearestQpv(QpvOfGeneration):
    """The nearest QPV: 0 m inside, metres on the spheroid."""

    distance_m: float


class LocationAnswer(Schema):
    """What is at the point; a territory is null at sea and abroad, a commune also where its contour is not published."""

    commune: Territory | None
    epci: Territory | None
    departement: Territory | None
    region: Territory | None
    qpv: list[QpvOfGeneration]
    nearest_qpv: NearestQpv | None


@router.get("/locate", response=LocationAnswer, summary="Ce qu'il y a en un point")
def locate(
    request: HttpRequest,
    lon: str = Query(..., description="Longitude en degrés (WGS 84)", examples=["2.3522"]),
    lat: str = Query(..., description="Latitude en degrés (WGS 84)", examples=["48.8566"]),
) -> dict[str, object]:
    """Commune, EPCI, département, région, QPV de chaque génération, et QPV le plus proche avec sa distance en mètres."""
    return queries.locate(*queries.position(lon, lat)).as_json()


class PlaceAnswer(Schema):
    """A commune, an EPCI, a QPV or an address; `context` tells namesakes apart."""

    kind: Literal["commune", "epci", "qpv", "adresse"]
    code: str
    nom: str
    context: str
    lon: float
    lat: float


@router.get("/search", response=list[PlaceAnswer], summary="Chercher un lieu par son nom")
def search(
    request: HttpRequest,
    q: str = Query("", description="Début d'un nom, code postal, code officiel ou adresse"),
    limit: int = Query(8, ge=1, le=20),
) -> list[dict[str, object]]:
    """Communes, EPCI et QPV que le texte peut désigner, le plus probable d'abord, puis des adresses."""
    return [place.as_json() for place in queries.search_anything(q, limit)]
