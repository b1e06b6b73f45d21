"""OGC API – Features, Core with GeoJSON (OGC 17-069r4) at `/api/ogc/`: the map in QGIS and other desktop tools."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.gis.db.models import Extent
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maillage.core.errors import DomainError
from maillage.initiatives.exports.records import address
from maillage.initiatives.models import Initiative
from maillage.initiatives.queries.criteria import UnknownCriterion
from maillage.initiatives.queries.fiche import fiche_by_key
from maillage.initiatives.queries.search import PUBLIC_STATUSES, Criteria, exported, matching
from maillage.initiatives.views.ogc_openapi import FILTERS, openapi

GEOJSON = "application/geo+json"
JSON = "application/json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
LIMIT_DEFAULT, LIMIT_MAX, OFFSET_MAX = 100, 1_000, 10_000_000
CONFORMANCE = [
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "geojson", "oas30")
]


class BadParameter(DomainError):
    """The standard asks for 400."""

    status = 400


def _url(path: str = "") -> str:
    return f"{settings.BASE_URL}/api/ogc/{path}"


def _link(path: str, rel: str, content_type: str, title: str = "") -> dict[str, str]:
    link = {"href": _url(path), "rel": rel, "type": content_type}
    return {**link, "title": title} if title else link


def _json(data: dict[str, Any], content_type: str = JSON) -> HttpResponse:
    return HttpResponse(json.dumps(data, ensure_ascii=False), content_type=content_type)


@login_not_required
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """The door: links to the description, the conformance and the collections."""
    return _json(
        {
            "title": "Maillage",
            "description": _("Les initiatives de la carte collaborative."),
            "links": [
                _link("", "self", JSON),
                _link("api", "service-desc", OPENAPI),
                _link("conformance", "conformance", JSON),
                _link("collections", "data", JSON),
            ],
        }
    )


@login_not_required
@require_safe
def api_description(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.0 document."""
    return _json(openapi(_url().rstrip("/")), OPENAPI)


@login_not_required
@require_safe
def conformance(request: HttpRequest) -> HttpResponse:
    """What of the standard is kept."""
    return _json({"conformsTo": CONFORMANCE})


@login_not_required
@require_safe
def collections(request: HttpRequest) -> HttpResponse:
    """The one collection."""
    return _json({"links": [_link("collections", "self", JSON)], "collections": [_collection()]})


@login_not_required
@require_safe
def collection(request: HttpRequest) -> HttpResponse:
    """The collection of initiatives."""
    return _json(_collection())


def _collection() -> dict[str, Any]:
    box = matching(Criteria()).aggregate(box=Extent("point"))["box"]
    extent = {"spatial": {"bbox": [list(box or (-180, -90, 180, 90))], "crs": CRS84}}
    return {
        "id": "initiatives",
        "title": _("Initiatives"),
        "description": _("Ce qui marche pour entreprendre dans les quartiers prioritaires."),
        "extent": extent,
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            _link("collections/initiatives", "self", JSON),
            _link("collections/initiatives/items", "items", GEOJSON, _("Initiatives")),
        ],
    }


@login_not_required
@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """Features of the selection, by key, in slices of `limit` from `offset`."""
    query = request.GET
    for name in query:
        if name not in {"bbox", "bbox-crs", "datetime", "limit", "offset", *FILTERS}:
            raise BadParameter(_("Paramètre inconnu : « %(name)s ».") % {"name": name[:40]})
    if query.get("bbox-crs", CRS84) != CRS84:
        raise BadParameter(_("Paramètre « bbox-crs » : seul CRS84 (longitude, latitude) est offert."))
    limit = min(_whole(query, "limit", LIMIT_DEFAULT, 1), LIMIT_MAX)
    offset = _whole(query, "offset", 0, 0)
    rows = _during(exported(_criteria(query)), query.get("datetime", "")).order_by("pk")
    total = rows.order_by().count()
    found = list(rows[offset : offset + limit])
    asked = {name: query.getlist(name) for name in query if name not in {"limit", "offset"}}

    def at(start: int, rel: str) -> dict[str, str]:
        parameters = urlencode({**asked, "limit": limit, "offset": start}, doseq=True)
        return _link(f"collections/initiatives/items?{parameters}", rel, GEOJSON)

    links = [at(offset, "self")]
    if offset + len(found) < total and found:
        links.append(at(offset + limit, "next"))
    if offset:
        links.append(at(max(offset - limit, 0), "prev"))
    links.append(_link("collections/initiatives", "collection", JSON))
    return _json(
        {
            "type": "FeatureCollection",
            "features": [_feature(row) for row in found],
            "links": links,
            "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "numberMatched": total,
            "numberReturned": len(found),
        },
        GEOJSON,
    )


@login_not_required
@require_safe
def item(request: HttpRequest, key: str) -> HttpResponse:
    """One feature."""
    row = fiche_by_key(int(key)) if key.isdecimal() and len(key) < 19 else None
    if row is None or row.status not in PUBLIC_STATUSES:
        raise Http404
    links = [
        _link(f"collections/initiatives/items/{row.pk}", "self", GEOJSON),
        _link("collections/initiatives", "collection", JSON),
        {"href": address(row), "rel": "alternate", "type": "text/html"},
    ]
    return _json({**_feature(row), "links": links}, GEOJSON)


def _criteria(query: QueryDict) -> Criteria:
    changed = query.copy()
    if box := query.get("bbox", ""):
        numbers = box.split(",")
        # with heights: minx, miny, minz, maxx, maxy, maxz
        flat = [numbers[i] for i in (0, 1, 3, 4)] if len(numbers) == 6 else numbers
        changed["bbox"] = ",".join(flat)
    try:
        return Criteria.from_query(changed)
    except UnknownCriterion as error:
        raise BadParameter(str(error)) from error


def _whole(query: QueryDict, name: str, default: int, least: int) -> int:
    raw = query.get(name, "")
    if not raw:
        return default
    if not raw.isascii() or not raw.isdecimal() or not least <= int(raw[:12]) <= OFFSET_MAX:
        raise BadParameter(_("Paramètre « %(name)s » : il faut un nombre entier.") % {"name": name})
    return int(raw)


def _during(rows: QuerySet[Initiative], moment: str) -> QuerySet[Initiative]:
    """Initiatives whose dates meet an instant, or an interval open with « .. »; without dates they always do."""
    if not moment:
        return rows
    start, slash, end = moment.partition("/")
    bounds = [_day(part) for part in ((start, end) if slash else (start, start))]
    if slash and bounds[0] and bounds[1] and bounds[0] > bounds[1]:
        raise BadParameter(_("Paramètre « datetime » : la fin précède le début."))
    if bounds[1]:
        rows = rows.filter(Q(starts_on__isnull=True) | Q(starts_on__lte=bounds[1]))
    if bounds[0]:
        rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=bounds[0]))
    return rows


def _day(text: str) -> Any:
    if text in {"", ".."}:
        return None
    try:
        moment = parse_datetime(text.replace(" ", "+"))
        day = moment.date() if moment and "T" in text.upper() else parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise BadParameter(_("Paramètre « datetime » : il faut une date ou un intervalle (RFC 3339)."))
    return day


def _feature(row: Initiative) -> dict[str, Any]:
    """Flat properties: desktop tools show them as columns."""
    point = row.point
    return {
        "type": "Feature",
        "id": row.pk,
        "geometry": point and {"type": "Point", "coordinates": [round(point.x, 7), round(point.y, 7)]},
        "properties": {
            "titre": row.title,
            "resume": row.summary,
            "themes": row.themes,
            "publics": row.publics,
            "phases": row.phases,
            "portee_par": row.carrier.name if row.carrier else None,
            "precision": row.scope,
            "commune": row.commune.nom if row.commune else None,
            "code_insee": row.commune.code if row.commune else None,
            "qpv": row.qpv.code if row.qpv else None,
            "adresse": row.address,
            "debut": row.starts_on and row.starts_on.isoformat(),
            "fin": row.ends_on and row.ends_on.isoformat(),
            "source": row.source_name,
            "licence": row.licence,
            "exemple": row.is_example,
            "etat": row.status,
            "confirmee_le": row.confirmed_on and row.confirmed_on.isoformat(),
            "modifiee_le": row.updated_at.isoformat(),
            "url": address(row),
        },
    }
