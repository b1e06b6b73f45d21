"""`/api/v1/structures` and `/api/v1/services`: what is on offer, in data·inclusion's v1 shape."""

from datetime import datetime
from typing import Annotated, Any

from data_inclusion.schema import v1
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Field, Query, Router, Schema

from maillage.core.paging import conditional, followed
from maillage.offers.inclusion import service_record, structure_record
from maillage.offers.queries.services import (
    Selection,
    exported_service,
    exported_services,
    exported_structure,
    exported_structures,
)

structures = Router(tags=["structures"])
services = Router(tags=["services"])


class Filters(Schema):
    """One territory at most, by its official code, and words."""

    q: str = Field("", max_length=200, description="Mots cherchés ; le dernier peut être inachevé")
    commune: str = Field("", description="Code Insee", examples=["95268"])
    epci: str = Field("", description="SIREN de l’EPCI")
    departement: str = Field("", description="Code du département", examples=["95"])
    region: str = Field("", description="Code de la région", examples=["11"])
    qpv: str = Field("", description="Code d’un quartier prioritaire", examples=["QN09505M"])
    territoire: str = Field(
        "", max_length=60, description="Adresse courte d’une bannière : tout son territoire"
    )
    structure: str = Field("", max_length=220, description="Adresse courte d’une structure (son « slug »)")


class Structures(Schema):
    """A slice of the selection, oldest change first; `next_cursor` is null at the end.

    To follow changes, ask later with `updated_since` = the `settled_until` of the first slice.
    """

    items: list[v1.Structure]
    total: int
    next_cursor: str | None
    settled_until: datetime


class Services(Schema):
    """A slice of the selection, oldest change first; `next_cursor` is null at the end.

    To follow changes, ask later with `updated_since` = the `settled_until` of the first slice.
    """

    items: list[v1.Service]
    total: int
    next_cursor: str | None
    settled_until: datetime


class Problem(Schema):
    """RFC 9457, application/problem+json."""

    type: str
    title: str
    status: int
    detail: str


Since = Annotated[datetime | None, Query(description="Modifiées à cet instant ou après")]
Cursor = Annotated[str, Query(max_length=300, description="next_cursor de la réponse précédente")]
Limit = Annotated[int, Query(ge=1, le=200)]


@structures.get(
    "", response={200: Structures, 400: Problem, 422: Problem}, summary="Chercher ou suivre les structures"
)
def list_structures(
    request: HttpRequest,
    filters: Query[Filters],
    updated_since: Since = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> HttpResponse:
    """Les structures, au format data·inclusion v1, de la plus anciennement modifiée à la plus récente."""
    rows = exported_structures(Selection.from_query(request.GET))
    return followed(request, rows, structure_record, since=updated_since, cursor=cursor, limit=limit)


@structures.get(
    "/{str:key}", response={200: v1.Structure, 404: Problem}, summary="Une structure, par son identifiant"
)
def structure(request: HttpRequest, key: str) -> HttpResponse:
    """Une structure, par son identifiant data·inclusion (`source--numéro`)."""
    row = exported_structure(key)
    if row is None:
        raise Http404
    return conditional(request, (row.pk, row.version), lambda: _json(structure_record(row)))


@services.get(
    "", response={200: Services, 400: Problem, 422: Problem}, summary="Chercher ou suivre les services"
)
def list_services(
    request: HttpRequest,
    filters: Query[Filters],
    updated_since: Since = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> HttpResponse:
    """Les services publics, au format data·inclusion v1, du plus anciennement modifié au plus récent : un service
    modifié pendant la lecture revient, aucun n’est sauté. Un territoire donne ce qui s’y trouve et ce qui le nomme."""
    rows = exported_services(Selection.from_query(request.GET))
    return followed(request, rows, service_record, since=updated_since, cursor=cursor, limit=limit)


@services.get(
    "/{str:key}", response={200: v1.Service, 404: Problem}, summary="Un service, par son identifiant"
)
def service(request: HttpRequest, key: str) -> HttpResponse:
    """Un service public, par son identifiant data·inclusion (`source--numéro`)."""
    row = exported_service(key)
    if row is None:
        raise Http404
    return conditional(
        request, (row.pk, row.version, row.structure.version), lambda: _json(service_record(row))
    )


def _json(data: dict[str, Any]) -> HttpResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False})
