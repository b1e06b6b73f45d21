"""Follow a search by mail: ask, prove, stop."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from maillage.core.ratelimit import client_address, limit
from maillage.initiatives.actions import following as actions
from maillage.initiatives.forms.following import FollowForm
from maillage.initiatives.queries import following
from maillage.initiatives.stop_tokens import token_of


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Follow the search that the address carries (the parameters of /initiatives/)."""
    criteria = actions.normal_criteria(request.GET)
    form = FollowForm(request.POST or None)
    sent = False
    if request.method == "POST" and form.is_valid():
        limit("follow", client_address(request), times=10, per_seconds=3600)
        limit("follow-email", form.cleaned_data["email"].lower(), times=5, per_seconds=3600)
        if not form.is_trapped:
            actions.subscribe(
                email=form.cleaned_data["email"].lower(),
                criteria=criteria,
                rhythm=form.cleaned_data["rhythm"],
                at=timezone.now(),
            )
        sent = True
    return render(
        request,
        "initiatives/follow.html",
        {"form": form, "words": following.in_words(criteria), "criteria": criteria, "sent": sent},
        status=422 if form.errors else 200,
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest, key: UUID) -> HttpResponse:
    """The link of the mail: one button starts the digests."""
    row = actions.subscription_to_prove(key, at=timezone.now())
    if request.method == "POST":
        row = actions.prove_subscription(key=key, at=timezone.now())
    return render(
        request,
        "initiatives/follow_answer.html",
        {
            "subscription": row,
            "words": following.in_words(row.criteria),
            "what": "prove",
            "stop": token_of(row.pk),
        },
    )


@csrf_exempt  # RFC 8058: the mail program posts by itself; the signature is the secret
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str = "", key: UUID | None = None) -> HttpResponse:
    """Stop: one button, or one POST of the mail program (List-Unsubscribe-Post). Links of before carry a `key`."""
    if request.method == "POST":
        if key:
            actions.unsubscribe_by_key(key=key)
        else:
            actions.unsubscribe(token=token)
    context = {"what": "stop", "done": request.method == "POST"}
    return render(request, "initiatives/follow_answer.html", context)
