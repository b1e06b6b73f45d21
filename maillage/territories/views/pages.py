"""The pages of the territories: search one, know where one is, and a light page for each."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from maillage.territories import queries
from maillage.territories.queries import InvalidPosition, PlaceFound


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
    on_map = urlencode({"lon": f"{lon:g}", "lat": f"{lat:g}", "rayon": 10})
    return render(request, "territories/where.html", {"here": found, "on_map": on_map})


@login_not_required
@require_safe
def commune(request: HttpRequest, code: str) -> HttpResponse:
    """One commune; an arrondissement has its page too."""
    found = queries.commune(code)
    if found is None:
        raise Http404
    return render(
        request, "territories/commune.html", {"commune": found, "filter": found.parent_id or found.code}
    )


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
    }
    return render(request, "territories/epci.html", context)


@login_not_required
@require_safe
def qpv(request: HttpRequest, generation: int, code: str) -> HttpResponse:
    """One QPV in one generation, marked when its outline is only an example."""
    found = queries.qpv(generation, code)
    if found is None:
        raise Http404
    return render(request, "territories/qpv.html", {"qpv": found})


def _href(place: PlaceFound) -> str:
    """The page of a place found by the search."""
    if place.kind == "qpv":
        return reverse("territories:qpv", args=[place.generation, place.code])
    if place.kind == "adresse":
        return f"{reverse('territories:where')}?{urlencode({'lon': f'{place.lon:.5f}', 'lat': f'{place.lat:.5f}'})}"
    return reverse(f"territories:{place.kind}", args=[place.code])
