"""`/espace/chiffres/` for those who pay and coordinate; `/delais/` for everybody."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maillage.core.disclosure import note
from maillage.journeys import access
from maillage.journeys.figures_files import csv_file, xlsx_file
from maillage.journeys.figures_in_words import tables_of
from maillage.journeys.queries import published

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """One year of one territory: a sentence, bars and numbers for each subject."""
    access.who_reads_figures(request.user)
    return render(request, "journeys/figures/figures.html", _chosen(request))


@require_safe
def export(request: HttpRequest, ext: str) -> HttpResponse:
    """The same as a file for a spreadsheet, with what was counted, until when, and the note."""
    access.who_reads_figures(request.user)
    chosen = _chosen(request)
    if chosen["made"] is None or not chosen["tables"]:
        raise Http404
    file = csv_file if ext == "csv" else xlsx_file
    content = file(chosen["territory"].name, chosen["made"], chosen["tables"])
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8" if ext == "csv" else XLSX,
        headers={"Content-Disposition": f'attachment; filename="chiffres-{chosen["made"].year}.{ext}"'},
    )


@login_not_required
@require_safe
def delays(request: HttpRequest) -> HttpResponse:
    """How soon networks and structures answer, the last year that was published."""
    made = next(iter(published.publications()), None)
    context: dict[str, Any] = {"made": made, "note": note()}
    if made is not None:
        context |= {
            "everywhere": made.figures["territories"][""]["answers"],
            "networks": published.answering(made, "networks"),
            "structures": published.answering(made, "structures"),
        }
    return render(request, "journeys/figures/delays.html", context)


def _chosen(request: HttpRequest) -> dict[str, Any]:
    """What the address asks for (`annee`, `territoire`), as far as it was published: else the last year, everywhere."""
    found = published.publications()
    year, code = request.GET.get("annee", ""), request.GET.get("territoire", "")
    made = next((one for one in found if str(one.year) == year), found[0] if found else None)
    territories = published.territories_in(made) if made else []
    territory = next(
        (one for one in territories if one.code == code), territories[0] if territories else None
    )
    counts = made.figures["territories"].get(territory.code) if made and territory else None
    return {
        "publications": found,
        "made": made,
        "territories": territories,
        "territory": territory,
        "counts": counts,
        "tables": tables_of(counts, published.place_names(counts)) if counts else [],
        "note": note(),
    }
