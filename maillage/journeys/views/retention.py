"""`/garder-mon-dossier/<token>/`: someone who was warned keeps their file going."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.core.ratelimit import limited
from maillage.journeys.actions.retention import keep_going, person_of


@login_not_required
@never_cache
@limited(times=60, per_seconds=3600)
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: HttpRequest, token: str) -> HttpResponse:
    """One button; reading the link does nothing. Raises KeepLinkOver."""
    if request.method == "POST":
        keep_going(token, at=timezone.now())
    else:
        person_of(token)
    return render(request, "journeys/figures/keep.html", {"kept": request.method == "POST"})
