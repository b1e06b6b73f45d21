"""`/carte/`: the search of the list in another dress, and the groups that its map shows."""

import math
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maillage.initiatives.map_view import as_json, map_of, symbols, zoom_of
from maillage.initiatives.models import Theme
from maillage.initiatives.queries.clusters import clusters
from maillage.initiatives.queries.search import Criteria, UnknownCriterion
from maillage.initiatives.views.find import results_page
from maillage.territories.basemap import mercator
from maillage.territories.queries.basemap import Box


@login_not_required
@require_safe
def carte(request: HttpRequest) -> HttpResponse:
    """The list beside its map; htmx gets the results alone. `vue=lon,lat,zoom` moves the map, never the search."""

    def beside(criteria: Criteria, themes: dict[str, Theme]) -> dict[str, Any]:
        view = map_of(criteria, path=request.path, themes=themes, asked=request.GET.get("vue", ""))
        return {"map": view, "symbols": symbols(themes.values()), **view.layers}

    return results_page(request, "initiatives/carte.html", beside)


@login_not_required
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """The groups of the search at a zoom (`z`) in a box (`box`: ouest,sud,est,nord in degrees), as JSON."""
    try:
        criteria = Criteria.from_query(request.GET)
        zoom = zoom_of(request.GET.get("z", "5"))
        box = _box(request.GET.get("box", ""))
    except UnknownCriterion as error:
        return _refused(str(error))
    except ValueError:
        return _refused(_("Indiquez « z » (un zoom de 0 à 18) et « box » (ouest,sud,est,nord en degrés)."))
    response = JsonResponse(
        as_json(clusters(criteria, zoom=zoom, box=box), criteria),
        json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
    )
    response["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response


def _refused(sentence: str) -> HttpResponse:
    return JsonResponse(
        {"type": "about:blank", "title": _("Demande à corriger"), "status": 400, "detail": sentence},
        status=400,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def _box(raw: str) -> Box | None:
    """The box in metres (EPSG:3857); None when none is given. Raises ValueError."""
    if not raw:
        return None
    west, south, east, north = (float(part) for part in raw[:200].split(","))
    if not (all(map(math.isfinite, (west, south, east, north))) and west <= east and south <= north):
        raise ValueError(raw)
    return Box(*mercator(max(-360.0, west), max(-90.0, south)), *mercator(min(360.0, east), min(90.0, north)))
