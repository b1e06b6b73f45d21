"""`/api/v1/initiatives`: the collaborative map as data, with the parameters of the list."""

from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from maillage.core.errors import DomainError
from maillage.core.paging import conditional, slice_after
from maillage.initiatives.exports.records import record
from maillage.initiatives.queries.fiche import fiche_by_key
from maillage.initiatives.queries.search import PUBLIC_STATUSES, Criteria, exported
from maillage.initiatives.queries.withdrawn import AT_ONCE, withdrawn

router = Router(tags=["initiatives"])


class Withdrawn(DomainError):
    """The initiative was public and no longer is."""

    status = 410


class Filters(Schema):
    """The search of `/initiatives/`: values of one facet are joined by OR, parameters by AND."""

    q: str = Field("", max_length=200, description="Mots cherchés ; le dernier peut être inachevé")
    commune: str = Field("", description="Code Insee", examples=["95268"])
    epci: str = Field("", description="SIREN de l’EPCI")
    departement: str = Field("", description="Code du département", examples=["95"])
    region: str = Field("", description="Code de la région", examples=["11"])
    qpv: str = Field("", description="Code du quartier prioritaire")
    lon: float | None = Field(None, ge=-180, le=180, description="Longitude en degrés, avec lat")
    lat: float | None = Field(None, ge=-90, le=90, description="Latitude en degrés, avec lon")
    rayon: float | None = Field(None, gt=0, le=300, description="Rayon en kilomètres autour de lon, lat")
    zone: str = Field("", description="Polygone en WKT ou GeoJSON, longitude d’abord")
    bbox: str = Field("", description="ouest,sud,est,nord en degrés")
    theme: list[str] = Field([], description="Code de thème, répété pour plusieurs")
    public: list[str] = Field([], description="Code de public, répété pour plusieurs")
    phase: list[str] = Field([], description="Code de phase, répété pour plusieurs")


class Named(Schema):
    """A territory by its official code."""

    code: str
    nom: str


class QpvNamed(Named):
    """A QPV in one generation of contours."""

    generation: int


class Carrier(Schema):
    """Who carries the initiative."""

    nom: str
    siret: str
    site: str


class Place(Schema):
    """Where it is; `precision` says what the point stands for (address, qpv, commune) or which territory it covers."""

    precision: str
    lon: float | None
    lat: float | None
    adresse: str
    commune: Named | None
    qpv: QpvNamed | None
    departement: Named | None
    region: Named | None


class Contact(Schema):
    """How to reach them, as published."""

    nom: str
    courriel: str
    telephone: str


class Link(Schema):
    """An address and its words."""

    url: str
    libelle: str


class Source(Schema):
    """Where the facts come from."""

    nom: str
    url: str


class Record(Schema):
    """One initiative. `description` is Markdown; `etat` is `published` or `to-confirm`."""

    id: int
    slug: str
    url: str
    titre: str
    resume: str
    description: str
    themes: list[str]
    publics: list[str]
    phases: list[str]
    portee_par: Carrier | None
    partenaires: list[str]
    lieu: Place
    debut: date | None
    fin: date | None
    contact: Contact
    liens: list[Link]
    source: Source
    auteur: str
    licence: str
    exemple: bool
    etat: str
    confirmee_le: date | None
    publiee_le: datetime | None
    modifiee_le: datetime
    version: int


class Records(Schema):
    """A slice of the selection, oldest change first; `next_cursor` is null at the end."""

    items: list[Record]
    total: int
    next_cursor: str | None


class WithdrawnItem(Schema):
    """An initiative that left public view."""

    id: int
    withdrawn_at: datetime
    merged_into: int | None


class WithdrawnList(Schema):
    """Oldest first; when `more`, ask again with `since` = the last `withdrawn_at`."""

    items: list[WithdrawnItem]
    more: bool


class Problem(Schema):
    """RFC 9457, application/problem+json."""

    type: str
    title: str
    status: int
    detail: str


@router.get(
    "", response={200: Records, 400: Problem, 422: Problem}, summary="Chercher ou suivre les initiatives"
)
def initiatives(
    request: HttpRequest,
    filters: Query[Filters],
    updated_since: Annotated[datetime | None, Query(description="Modifiées à cet instant ou après")] = None,
    cursor: Annotated[str, Query(max_length=300, description="next_cursor de la réponse précédente")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> HttpResponse:
    """Les initiatives publiques qui répondent aux filtres, de la plus anciennement modifiée à la plus récente :
    une initiative modifiée pendant la lecture revient, aucune n’est sautée."""
    criteria = Criteria.from_query(request.GET)
    rows = exported(criteria).order_by()
    if updated_since is not None:
        rows = rows.filter(updated_at__gte=_aware(updated_since))
    state = rows.aggregate(total=Count("pk"), latest=Max("updated_at"))

    def build() -> HttpResponse:
        page = slice_after(rows, cursor, size=limit)
        return _json(
            {
                "items": [record(row) for row in page.rows],
                "total": state["total"],
                "next_cursor": page.next_cursor or None,
            }
        )

    return conditional(request, (request.get_full_path(), state["total"], state["latest"]), build)


@router.get("/withdrawn", response={200: WithdrawnList, 422: Problem}, summary="Initiatives retirées")
def withdrawn_since(
    request: HttpRequest,
    since: Annotated[datetime | None, Query(description="Retirées à cet instant ou après")] = None,
) -> HttpResponse:
    """Ce qu’un miroir doit effacer : archivées, supprimées, fusionnées (`merged_into` dit avec laquelle)."""
    found = withdrawn(_aware(since) if since else None, limit=AT_ONCE + 1)
    items = [
        {
            "id": gone.id,
            "withdrawn_at": gone.withdrawn_at.isoformat(),
            "merged_into": gone.merged_into,
        }
        for gone in found[:AT_ONCE]
    ]
    return _json({"items": items, "more": len(found) > AT_ONCE})


@router.get("/{int:key}", response={200: Record, 404: Problem, 410: Problem}, summary="Une initiative")
def initiative(request: HttpRequest, key: int) -> HttpResponse:
    """Une initiative publique ; 410 quand elle a été retirée."""
    row = fiche_by_key(key)
    if row is None or row.status not in PUBLIC_STATUSES:
        if withdrawn(key=key):
            raise Withdrawn(_("Cette initiative a été retirée."))
        raise Http404
    found = row
    return conditional(request, (found.pk, found.version), lambda: _json(record(found)))


def _aware(at: datetime) -> datetime:
    """A moment without a zone is read in the instance's own."""
    return make_aware(at) if is_naive(at) else at


def _json(data: dict[str, Any]) -> HttpResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False})
