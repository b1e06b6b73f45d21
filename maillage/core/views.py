"""Pages about the machinery itself: a long work's progress, the demo's outbox."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from maillage.core import progress
from maillage.core.models import OutgoingMail, OutgoingText
from maillage.core.outbox import latest


@login_not_required
@never_cache
@require_GET
def work(request: HttpRequest, key: UUID) -> HttpResponse:
    """How far a long work has come; htmx asks for the part, a page without script refreshes itself."""
    found = progress.work_of(key, request.user.pk)
    htmx = bool(request.headers.get("HX-Request"))
    response = render(request, "core/_work.html" if htmx else "core/work.html", {"work": found})
    response["Vary"] = "HX-Request"
    if htmx and found.is_over:
        # the whole page again: title, heading and refresh follow the state
        response["HX-Refresh"] = "true"
    return response


@login_not_required
@require_POST
def cancel_work(request: HttpRequest, key: UUID) -> HttpResponse:
    progress.cancel(progress.work_of(key, request.user.pk))
    return HttpResponseRedirect(reverse("work", args=[key]))


@login_not_required
@never_cache
@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """The demo's mails and text messages, which leave for nowhere."""
    if not settings.DEMO or settings.SMTP_URL:
        raise Http404
    found = {"mails": latest(OutgoingMail), "texts": latest(OutgoingText)}
    return render(request, "core/outbox.html", found)
