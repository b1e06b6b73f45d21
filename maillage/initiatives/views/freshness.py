"""The one-click links of the freshness mails: a page with one button, whose POST answers."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.initiatives.actions import freshness


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, what: str, token: str) -> HttpResponse:
    """« À jour », « corriger » or « archiver », for the fiche of a signed link."""
    initiative = freshness.fiche_of_token(token)
    if what == "correct":
        return redirect("initiatives:correct-by-link", token=token)
    if what not in freshness.ANSWERS:
        raise Http404
    done = request.method == "POST"
    if done and what == "confirm":
        initiative = freshness.confirm_initiative(initiative_id=initiative.pk, at=timezone.now())
    elif done:
        initiative = freshness.archive_by_link(initiative_id=initiative.pk)
    return render(
        request, "initiatives/freshness.html", {"initiative": initiative, "what": what, "done": done}
    )
