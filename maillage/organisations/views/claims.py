"""« C’est ma structure »: asked, proven, answered; the badge of who checked; the history."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.core.errors import DomainError
from maillage.core.proof import row_to_prove
from maillage.core.ratelimit import limit
from maillage.organisations import access
from maillage.organisations.actions import claims as actions
from maillage.organisations.forms.structures import ClaimForm
from maillage.organisations.models import Claim
from maillage.organisations.queries.claims import claims_to_answer, versions_shown
from maillage.organisations.views.structures import number_of


@never_cache
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the place of a manager."""
    row, user_id = access.organisation_to_read(slug), number_of(request)
    form = ClaimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        limit("claim", user_id, times=5, per_seconds=86_400)
        try:
            made = actions.claim_organisation(organisation=row, user_id=user_id, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            said = (
                _("Un message vient de partir à votre adresse : ouvrez son lien pour terminer.")
                if made.status == Claim.Status.UNPROVEN
                else _("Votre demande est envoyée. Une personne de la modération vous répond par e-mail.")
            )
            messages.success(request, said)
            return redirect("organisations:detail", slug=slug)
    context = {"organisation": row, "form": form}
    return render(request, "organisations/claim.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest, key: UUID) -> HttpResponse:
    """The link of the mail: one button, for who asked."""
    user_id = number_of(request)
    if request.method == "POST":
        done = actions.prove_claim(key=key, user_id=user_id, at=timezone.now())
        if done.status == Claim.Status.ACCEPTED:
            messages.success(request, _("C’est fait : vous tenez la page de cette structure."))
        else:
            messages.success(request, _("Adresse confirmée. Une personne de la modération vous répond."))
        return redirect("organisations:detail", slug=done.organisation.slug)
    over = _("Ce lien n’est plus valable, ou n’est pas pour ce compte. Refaites la demande.")
    return render(
        request,
        "organisations/claim_prove.html",
        {"claim": row_to_prove(Claim, key, at=timezone.now(), over=over)},
    )


@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The claims that wait in one's territory."""
    user = access.who_moderates(request.user)
    return render(request, "organisations/claims.html", {"claims": claims_to_answer(user)})


@require_POST
def answer(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Accept a claim, or refuse it with a reason."""
    found = access.claim_to_answer(request.user, claim_id)
    actions.answer_claim(
        claim_id=found.pk,
        accept=request.POST.get("answer") == "accept",
        reason=request.POST.get("reason", "")[:1000],
        moderator_id=number_of(request),
        at=timezone.now(),
    )
    messages.success(request, _("Réponse envoyée."))
    return redirect("organisations:claims")


@require_POST
def verify(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the badge on a structure, or take it off."""
    row = access.organisation_to_verify(request.user, slug)
    verified = "remove" not in request.POST
    actions.verify_organisation(
        organisation=row, verified=verified, user_id=number_of(request), at=timezone.now()
    )
    messages.success(request, _("Structure vérifiée.") if verified else _("Badge retiré."))
    return redirect("organisations:detail", slug=slug)


@never_cache
@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed in a structure, and when, for its managers and the moderators of its territory."""
    row = access.organisation_with_history(request.user, slug)
    return render(
        request, "organisations/history.html", {"organisation": row, "versions": versions_shown(row)}
    )
