"""What one structure carries."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maillage.initiatives.queries import moderation
from maillage.organisations.access import organisation_to_read


@login_not_required
@require_safe
def carried(request: HttpRequest, slug: str) -> HttpResponse:
    """The public initiatives of one structure."""
    organisation = organisation_to_read(slug)
    page = Paginator(moderation.carried_by(organisation.pk), 30).get_page(request.GET.get("page"))
    return render(request, "initiatives/carried.html", {"organisation": organisation, "page": page})
