"""Propose an initiative or a correction, prove one's address, follow what became of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.accounts.models import User
from maillage.core.errors import DomainError
from maillage.core.proof import ProofOver
from maillage.core.ratelimit import client_address, limit
from maillage.initiatives import access
from maillage.initiatives.actions import freshness, proposals
from maillage.initiatives.actions import photos as photo_actions
from maillage.initiatives.forms.contribution import ProposalForm
from maillage.initiatives.map_view import base_layers
from maillage.initiatives.models import Initiative
from maillage.initiatives.queries import duplicates
from maillage.initiatives.queries.freshness import contact_address
from maillage.initiatives.queries.values import Values, values_of
from maillage.organisations.queries import siret_of


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """The form of a new initiative, open to all."""
    return _proposal(request, None)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, slug: str) -> HttpResponse:
    """The same form, filled with what the fiche says: only what changes is sent."""
    return _proposal(request, access.initiative_to_correct(slug))


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def correct_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The correction asked for by a freshness mail: whoever has its link has proved the address."""
    return _proposal(request, freshness.fiche_of_token(token), by_link=True)


def _proposal(request: HttpRequest, initiative: Initiative | None, *, by_link: bool = False) -> HttpResponse:
    base = values_of(initiative) if initiative else None
    known = request.user.is_authenticated or by_link
    if request.method != "POST":
        return _form_page(request, ProposalForm(base=base, known=known), initiative)
    form = ProposalForm(request.POST, request.FILES, base=base, known=known)
    if form.is_trapped:
        return redirect("initiatives:proposal-sent")
    kept = photo_actions.kept_upload(request.POST.get("kept_photo", ""))
    if not form.is_valid():
        if form.encoded and kept is None:
            kept = photo_actions.keep_upload(form.encoded)
        return _form_page(request, form, initiative, kept=kept)
    likely = [] if initiative or "new" in request.POST else _likely(form.values)
    if likely:
        kept = photo_actions.keep_upload(form.encoded) if form.encoded else kept
        return _form_page(request, form, initiative, likely=likely, kept=kept)
    return _send(request, form, initiative, kept, by_link=by_link)


def _send(
    request: HttpRequest,
    form: ProposalForm,
    initiative: Initiative | None,
    kept: str | None,
    *,
    by_link: bool,
) -> HttpResponse:
    known = request.user.is_authenticated
    limit("propose", client_address(request), times=10, per_seconds=3600)
    email = form.cleaned_data.get("email", "")
    if isinstance(request.user, User):
        email = request.user.email
    elif by_link and initiative is not None:
        email = contact_address(initiative)
    else:
        limit("propose-email", email.lower(), times=5, per_seconds=3600)
    photos = []
    encoded = form.encoded or (photo_actions.read_kept(kept) if kept else None)
    if encoded is not None:
        photos = [
            photo_actions.unsaved_photo(
                encoded,
                alternative=form.cleaned_data["alternative"],
                credit=form.cleaned_data["credit"],
            )
        ]
    try:
        proposals.propose(
            values=form.values,
            email=email,
            user_id=request.user.pk if known else None,
            at=timezone.now(),
            initiative=initiative,
            message=form.cleaned_data["message"],
            photos=photos,
            proven=by_link,
        )
    except DomainError as error:
        form.add_error(None, str(error))
        return _form_page(request, form, initiative, kept=kept)
    if by_link and not known:
        return render(request, "initiatives/proposal_sent.html", {"proven": True})
    return redirect("initiatives:proposal-sent")


def _likely(values: Values) -> list[duplicates.Likely]:
    return duplicates.likely_duplicates(
        title=values["title"], place=values["place"], siret=siret_of(values["carrier"])
    )


def _form_page(
    request: HttpRequest,
    form: ProposalForm,
    initiative: Initiative | None,
    *,
    likely: list[duplicates.Likely] | None = None,
    kept: str | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "initiative": initiative,
        "likely": likely,
        "kept": kept,
        **base_layers(),
    }
    return render(request, "initiatives/propose.html", context, status=422 if form.errors else 200)


@login_not_required
@require_safe
def proposal_sent(request: HttpRequest) -> HttpResponse:
    """What happens now: the mail to open, or the moderators' reading."""
    return render(request, "initiatives/proposal_sent.html")


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest, key: UUID) -> HttpResponse:
    """The link of the mail: a page with one button, whose POST puts the proposal in the queue."""
    now = timezone.now()
    try:
        if request.method == "POST":
            proposals.prove_proposal(key=key, at=now)
            messages.success(request, _("Merci, votre adresse est confirmée."))
            return redirect("initiatives:prove", key=key)
        proposal = proposals.proposal_to_prove(key, at=now)
    except ProofOver:
        return render(request, "initiatives/prove.html", {"proposal": None}, status=ProofOver.status)
    return render(request, "initiatives/prove.html", {"proposal": proposal})


@never_cache
@require_safe
def own(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """What became of a proposal, for who made it while signed in."""
    return render(
        request, "initiatives/prove.html", {"proposal": access.own_proposal(request.user, proposal_id)}
    )
