"""What was imported to be read first: the drafts, published one by one, by a selection, or a whole source at once."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.initiatives import access
from maillage.initiatives.actions import fiches
from maillage.initiatives.forms.moderation import DraftsForm
from maillage.initiatives.queries import moderation

PER_PAGE = 50


@never_cache
@require_http_methods(["GET", "POST"])
def drafts(request: HttpRequest) -> HttpResponse:
    """The drafts of where this person moderates; POST publishes those of `pick`, or all those of the source (`all`)."""
    scope = access.moderation_scope(request.user)
    form = DraftsForm(request.GET)
    form.is_valid()
    source = form.cleaned_data.get("source", "")
    if request.method == "POST":
        picked = (
            None if "all" in request.POST else [int(n) for n in request.POST.getlist("pick") if n.isdecimal()]
        )
        chosen = moderation.drafts(scope, source=source, among=picked)
        count = fiches.publish_drafts(
            numbers=[row.pk for row in chosen.only("pk").select_related(None)], at=timezone.now()
        )
        said = ngettext("%(n)s fiche est sur la carte.", "%(n)s fiches sont sur la carte.", count) % {
            "n": count
        }
        messages.success(request, said)
        return redirect(reverse("initiatives:drafts", query={"source": source} if source else None))
    page = Paginator(moderation.drafts(scope, source=source), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "source": source, "sources": moderation.draft_sources(scope)}
    return render(request, "initiatives/drafts.html", context)
