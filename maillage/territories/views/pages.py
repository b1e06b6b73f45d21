"""The pages of the territories: search one, know where one is, and a light page for each."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from maillage.territories import queries
from maillage.territories.queries import InvalidPosition, PlaceFound
from maillage.territories.territory_map import territory_map


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The search box and, with `q`, the places that it may mean."""
    text = request.GET.get("q", "").strip()[:200]
    if text == "" and {"lon", "lat"} <= request.GET.keys():
        return redirect(f"{reverse('territories:where')}?{request.GET.urlencode()}")
    found = [(place, _href(place)) for place in queries.search_anything(text, 20)] if text else []
    return render(request, "territories/index.html", {"text": text, "found": found})


@login_not_required
@require_safe
def where(request: HttpRequest) -> HttpResponse:
    """What is at the point of `lon` and `lat`."""
    if not {"lon", "lat"} <= request.GET.keys():
        return redirect("territories:index")
    try:
        lon, lat = queries.position(request.GET["lon"], request.GET["lat"])
        found = queries.locate(lon, lat)
    except InvalidPosition as error:
        return render(request, "territories/where.html", {"error": str(error)}, status=error.status)
    point = {"lon": f"{lon:g}", "lat": f"{lat:g}"}
    context = {"here": found, "point": urlencode(point), "on_map": _on_map(**point, rayon="10")}
    return render(request, "territories/where.html", context)


@login_not_required
@require_safe
def commune(request: HttpRequest, code: str) -> HttpResponse:
    """One commune; an arrondissement has its page too."""
    found = queries.commune(code)
    if found is None:
        raise Http404
    context = {
        "commune": found,
        "picture": territory_map("commune", found.code, found.nom),
        # the map knows communes, not their arrondissements
        "on_map": _on_map(commune=found.parent_id or found.code),
    }
    return render(request, "territories/commune.html", context)


@login_not_required
@require_safe
def epci(request: HttpRequest, code: str) -> HttpResponse:
    """One EPCI, its communes and their QPV."""
    found = queries.epci(code)
    if found is None:
        raise Http404
    communes = list(found.communes.all())
    context = {
        "epci": found,
        "communes": communes,
        "population": sum(one.population or 0 for one in communes),
        "with_qpv": [one for one in communes if one.qpv.all()],
        "picture": territory_map("epci", found.code, found.nom),
        "on_map": _on_map(epci=found.code),
    }
    return render(request, "territories/epci.html", context)


@login_not_required
@require_safe
def qpv(request: HttpRequest, generation: int, code: str) -> HttpResponse:
    """One QPV in one generation, marked when its outline is only an example."""
    found = queries.qpv(generation, code)
    if found is None:
        raise Http404
    context = {
        "qpv": found,
        "picture": territory_map(
            "qpv", found.code, found.nom, generation=found.generation, dashed=found.is_schematic
        ),
        "on_map": _on_map(qpv=found.code),
    }
    return render(request, "territories/qpv.html", context)


def _on_map(**search: str) -> str:
    """The address of the map with this search."""
    return f"/carte/?{urlencode(search)}"


def _href(place: PlaceFound) -> str:
    """The page of a place found by the search."""
    if place.kind == "qpv":
        return reverse("territories:qpv", args=[place.generation, place.code])
    if place.kind == "adresse":
        return f"{reverse('territories:where')}?{urlencode({'lon': f'{place.lon:.5f}', 'lat': f'{place.lat:.5f}'})}"
    return reverse(f"territories:{place.kind}", args=[place.code])
