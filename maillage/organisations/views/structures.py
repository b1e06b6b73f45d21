"""Organisations: list, page, changes by managers, invitations."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.models import User
from maillage.core.errors import DomainError
from maillage.core.ratelimit import limit
from maillage.organisations import access, actions, mails, queries
from maillage.organisations.forms.structures import InvitationForm, OrganisationForm


def _number(request: HttpRequest) -> int:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user.pk


@login_not_required
@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """Every structure, by name, or those that hold the words typed."""
    text = request.GET.get("q", "")[:200]
    page = Paginator(queries.listed(text), 30).get_page(request.GET.get("page"))
    return render(request, "organisations/list.html", {"page": page, "text": text})


@login_not_required
@require_safe
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one structure."""
    row = access.organisation_to_read(slug)
    managed = access.may_manage(request.user, row)
    return render(
        request,
        "organisations/detail.html",
        {"organisation": row, "managed": managed, "mine": queries.membership(request.user.pk, row)},
    )


@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a structure, for its managers; members and invitations beside."""
    row = access.organisation_to_manage(request.user, slug)
    form = OrganisationForm(request.POST or None, organisation=row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_organisation(organisation=row, values=form.cleaned_data)
        except DomainError as error:
            form.add_error("siret", str(error))
        else:
            messages.success(request, _("Structure enregistrée."))
            return redirect("organisations:detail", slug=row.slug)
    return render(
        request,
        "organisations/edit.html",
        {
            "organisation": row,
            "form": form,
            "members": row.memberships.order_by("pk"),
            "invitation": InvitationForm(),
        },
        status=422 if form.errors else 200,
    )


@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Send an invitation to an address."""
    row = access.organisation_to_manage(request.user, slug)
    form = InvitationForm(request.POST)
    if form.is_valid():
        limit("invite", _number(request), times=30, per_seconds=86_400)
        token = actions.invitation(organisation=row, kind=form.cleaned_data["kind"])
        mails.send_invitation(row, form.cleaned_data["email"], token)
        messages.success(request, _("Invitation envoyée. Elle est valable 14 jours."))
    else:
        messages.error(request, _("Cette adresse e-mail n’est pas valable."))
    return redirect("organisations:edit", slug=slug)


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an invitation, once signed in: one button."""
    row, _kind = actions.read_invitation(token)
    if request.method == "POST":
        row = actions.join_organisation(token=token, user_id=_number(request))
        messages.success(
            request, _("Bienvenue : vous pouvez maintenant modifier les fiches de cette structure.")
        )
        return redirect("organisations:detail", slug=row.slug)
    return render(request, "organisations/join.html", {"organisation": row})


@require_POST
def remove(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """End one person's place."""
    row = access.organisation_to_manage(request.user, slug)
    found = row.memberships.filter(pk=membership_id).first()
    if found is None:
        raise Http404
    actions.remove_member(membership=found)
    messages.success(request, _("Place retirée."))
    return redirect("organisations:edit", slug=slug)
