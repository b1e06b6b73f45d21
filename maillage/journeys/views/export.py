"""A file of people: for a reason, told to them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from maillage.core.ratelimit import limit
from maillage.journeys import access
from maillage.journeys.forms.export import ExportForm
from maillage.journeys.openings import note_opening
from maillage.journeys.queries.export import as_csv, people_of


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Whom a structure follows, as CSV, once a reason is typed: each file in it is logged as opened for that reason."""
    reader = access.professional(request)
    form = ExportForm(request.POST or None, structures=reader.organisations)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "structures": reader.organisations}
        return render(request, "journeys/people/export.html", context, status=422 if form.errors else 200)
    limit("people-export", reader.user.pk, times=10, per_seconds=86_400)
    organisation_id = access.organisation_to_export(request, form.cleaned_data["structure"])
    now = timezone.now()
    follows = people_of(organisation_id, at=now)
    why = _("Export : %(why)s") % {"why": form.cleaned_data["why"]}
    people = [follow.person_id for follow in follows]
    note_opening(request, *people, organisation_id=organisation_id, why=why, at=now)
    return HttpResponse(
        as_csv(follows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="personnes-{now:%Y-%m-%d}.csv"'},
    )
