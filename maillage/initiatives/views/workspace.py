"""The home of a signed-in person."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from maillage.accounts.access import MODERATING, scopes
from maillage.initiatives.queries import moderation
from maillage.initiatives.views.moderation import user_number
from maillage.organisations.access import organisation_to_read
from maillage.organisations.queries import organisations_of
from maillage.organisations.queries.desk import desk_of


@never_cache
@require_safe
def workspace(request: HttpRequest) -> HttpResponse:
    """My fiches, my proposals, my organisations, and the queue's length for those who moderate."""
    number = user_number(request)
    scope = scopes(request.user, *MODERATING)
    return render(
        request,
        "initiatives/workspace.html",
        {
            "proposals": moderation.proposals_of(number)[:50],
            "fiches": moderation.fiches_of(number)[:100],
            "organisations": organisations_of(number),
            "desk": desk_of(request.user),
            "queue": moderation.queue_count(scope) if scope else None,
        },
    )


@login_not_required
@require_safe
def carried(request: HttpRequest, slug: str) -> HttpResponse:
    """The public initiatives of one structure."""
    organisation = organisation_to_read(slug)
    page = Paginator(moderation.carried_by(organisation.pk), 30).get_page(request.GET.get("page"))
    return render(request, "initiatives/carried.html", {"organisation": organisation, "page": page})
