"""The home of a signed-in person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from maillage.accounts.access import MODERATING, scopes
from maillage.initiatives.queries import moderation
from maillage.initiatives.views.moderation import user_number
from maillage.organisations.queries import organisations_of


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
            "queue": moderation.queue_count(scope) if scope else None,
        },
    )
