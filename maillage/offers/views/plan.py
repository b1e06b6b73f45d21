"""`/plan-de-financement/`: a sheet to fill, its balance shown, taken away as PDF or XLSX. Nothing is kept."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.core.ratelimit import client_address, limit
from maillage.offers.forms.plan import PlanForm
from maillage.offers.plan import sheet_of, workbook_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """The empty sheet; once sent, the same with its totals, or the file that its button asks for."""
    if request.method != "POST":
        return render(request, "offers/plan/page.html", {"form": PlanForm()})
    form = PlanForm(request.POST)
    if not form.is_valid():
        return render(request, "offers/plan/page.html", {"form": form}, status=422)
    made = form.plan()
    match request.POST.get("voir"):
        case "pdf":
            limit("plan", client_address(request), times=30, per_seconds=3600)
            address = settings.BASE_URL + reverse("financing:plan")
            return _file(sheet_of(made, address, localdate()), "application/pdf", "pdf")
        case "xlsx":
            limit("plan", client_address(request), times=30, per_seconds=3600)
            return _file(workbook_of(made), XLSX, "xlsx")
        case _:
            return render(
                request, "offers/plan/page.html", {"form": form, "plan": made, "notes": made.notes()}
            )


def _file(content: bytes, kind: str, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="plan-de-financement.{ending}"'
    return response
