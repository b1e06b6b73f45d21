"""Structures: list, page, changes by managers, invitations."""

from typing import Any

from data_inclusion.schema import v1
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.models import User
from maillage.core.errors import DomainError
from maillage.core.hours_in_words import week_in_words
from maillage.core.markdown import as_html
from maillage.core.phones import readable_phone
from maillage.core.ratelimit import limit
from maillage.organisations import access, actions, mails, queries
from maillage.organisations.forms.fields import LogoForm
from maillage.organisations.forms.structures import InvitationForm, OrganisationForm
from maillage.organisations.models import Kind, Organisation
from maillage.organisations.queries.finding import (
    Search,
    count_by_kind,
    find_organisations,
    place_named,
    place_of,
)
from maillage.organisations.queries.versions import changes_since
from maillage.organisations.queries.zones import names_of_zones
from maillage.ui.navigation import exists

PLACES = ("commune", "epci", "qpv", "territoire")
NETWORKS = {one.value: one.label for one in v1.ReseauPorteur}


def number_of(request: HttpRequest) -> int:
    """The number of who is signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user.pk


@login_not_required
@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """The structures, by words, kind and place; a place that nobody knows answers 422 and says so."""
    search, unknown = _search(request.GET)
    page = Paginator(find_organisations(search), 30).get_page(request.GET.get("page"))
    counts = count_by_kind(search)
    context = {
        "page": page,
        "search": search,
        "unknown": unknown,
        "kinds": [(code, label, counts[code], code in search.kinds) for code, label in Kind.choices],
        "places": [
            (name, search.place.code if search.place and search.place.kind == name else "") for name in PLACES
        ],
        "place_text": unknown or (search.place.nom if search.place else ""),
    }
    return render(request, "organisations/list.html", context, status=422 if unknown else 200)


def _search(query: QueryDict) -> tuple[Search, str]:
    """What is asked, and the place that means nothing ("" when all does)."""
    kinds = tuple(kind for kind in dict.fromkeys(query.getlist("nature")) if kind in Kind.values)
    text, place, unknown = query.get("q", "")[:200], None, ""
    for kind in PLACES:
        if place is None and (code := query.get(kind, "").replace("\x00", "").strip()[:60]):
            place = place_of(kind, code)
            unknown = "" if place else code
    named = query.get("lieu")
    if named is not None and not unknown and (named := named.strip()[:100]) != (place.nom if place else ""):
        # without JavaScript, the field says what the codes beside it do not know yet
        place = place_named(named) if named else None
        unknown = named if named and not place else ""
    return Search(text, kinds, place), unknown


@login_not_required
@require_safe
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one structure."""
    row = access.organisation_to_read(slug)
    labels = dict(Kind.choices)
    context = {
        "organisation": row,
        "managed": access.may_manage(request.user, row),
        "verifies": access.may_verify(request.user, row),
        "mine": queries.membership(request.user.pk, row),
        "kinds": [labels[code] for code in row.kinds],
        "description": as_html(row.description),
        "phone_said": readable_phone(row.telephone),
        "week": week_in_words(row.horaires_accueil, timezone.localdate()),
        "zones": names_of_zones(row.zones),
        "networks": row.networks.order_by("name"),
        "affiliates": row.affiliates.order_by("name")[:30],
        "national": [NETWORKS.get(code, code) for code in row.reseaux_porteurs],
        "contacts": [{**one, "phone_said": readable_phone(one.get("phone", ""))} for one in row.contacts],
        "services": f"/services/?structure={row.slug}" if exists("/services/") else "",
    }
    return render(request, "organisations/detail.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a structure, for its managers; saving over somebody else's save answers 409 and says what they changed."""
    row = access.organisation_to_manage(request.user, slug)
    form = OrganisationForm(request.POST or None, organisation=row)
    if request.method == "POST" and form.is_valid():
        version = int(sent) if (sent := request.POST.get("version", "")).isdecimal() else 0
        try:
            actions.change_organisation(organisation=row, version=version, values=form.values)
        except actions.OrganisationConflict as conflict:
            row.refresh_from_db()
            form.add_error(None, str(conflict))
            return _edit_page(request, row, form, status=409, changed=changes_since(row, version))
        except DomainError as error:
            form.add_error("siret" if isinstance(error, actions.SiretTaken) else None, str(error))
        else:
            messages.success(request, _("Structure enregistrée."))
            return redirect("organisations:detail", slug=row.slug)
    return _edit_page(request, row, form)


def _edit_page(
    request: HttpRequest, row: Organisation, form: OrganisationForm, *, status: int = 0, **context: Any
) -> HttpResponse:
    context |= {
        "organisation": row,
        "form": form,
        "logo_form": LogoForm(),
        "members": row.memberships.order_by("pk"),
        "invitation": InvitationForm(),
    }
    return render(request, "organisations/edit.html", context, status=status or (422 if form.errors else 200))


@require_POST
def logo(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a logo on a structure, or take it off."""
    row = access.organisation_to_manage(request.user, slug)
    form = LogoForm(request.POST, request.FILES)
    if "remove" in request.POST:
        actions.change_logo(organisation=row, logo=None)
        messages.success(request, _("Logo retiré."))
    elif form.is_valid():
        actions.change_logo(organisation=row, logo=form.encoded)
        messages.success(request, _("Logo enregistré."))
    else:
        messages.error(request, " ".join(str(said) for said in form.errors["logo"]))
    return redirect("organisations:edit", slug=slug)


@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Send an invitation to an address."""
    row = access.organisation_to_manage(request.user, slug)
    form = InvitationForm(request.POST)
    if form.is_valid():
        limit("invite", number_of(request), times=30, per_seconds=86_400)
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
        row = actions.join_organisation(token=token, user_id=number_of(request))
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
