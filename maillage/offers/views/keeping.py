"""For those who keep services: theirs, write one, change it with its permanences, publish, withdraw, confirm."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.models import User
from maillage.core.errors import Conflict, DomainError
from maillage.core.ratelimit import limit
from maillage.offers import access, service_sheet
from maillage.offers.actions import freshness
from maillage.offers.actions import services as actions
from maillage.offers.forms.permanences import (
    PermanenceFormSet,
    Typed,
    as_typed,
    from_snapshot,
    permanences_of,
    removed_of_set,
    snapshot,
    values_of_set,
)
from maillage.offers.forms.services import ServiceForm
from maillage.offers.merging import merged, merged_permanences
from maillage.offers.models import Service
from maillage.offers.queries.keepers import services_of, structures_of
from maillage.offers.queries.quality import reports_of
from maillage.organisations.models import Organisation


def user_number(request: HttpRequest) -> int:
    """The number of whoever is signed in. Raises PermissionDenied."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user.pk


@never_cache
@require_safe
def workspace(request: HttpRequest) -> HttpResponse:
    """`/espace/services/`: the services of my structures, those to confirm first, and the errors reported in them."""
    number = user_number(request)
    today = timezone.localdate()
    rows = list(services_of(number))
    for row in rows:
        row.is_doubtful = access.is_public(row) and service_sheet.needs_confirming(row, today)  # type: ignore[attr-defined]
        row.known_on = service_sheet.known_on(row)  # type: ignore[attr-defined]
    rows.sort(key=lambda row: not row.is_doubtful)  # type: ignore[attr-defined]
    context = {"services": rows, "structures": structures_of(number), "reports": reports_of(number)}
    return render(request, "offers/workspace.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """A new service of a structure, kept as a draft or published at once."""
    structure = access.structure_to_offer_for(request.user, slug)
    form = ServiceForm(request.POST or None, initial=None if request.POST else _start(structure))
    permanences = _permanences(request, [])
    if request.method == "POST" and form.is_valid() & permanences.is_valid():
        limit("create-service", user_number(request), times=100, per_seconds=86_400)
        try:
            row = actions.create_service(
                structure=structure,
                values=form.values,
                permanences=values_of_set(permanences),
                user_id=user_number(request),
                at=timezone.now(),
                publish="publish" in request.POST,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("Service publié.") if access.is_public(row) else _("Brouillon enregistré : publiez-le quand il est prêt."),
            )  # fmt: skip
            return redirect("services:page", slug=row.slug)
    return _page(request, form, permanences, structure=structure)


def _start(structure: Organisation) -> dict[str, Any]:
    """What a new service takes from its structure."""
    commune = structure.commune
    return {
        "telephone": structure.telephone,
        "courriel": structure.courriel,
        "commune": f"{commune.nom} ({commune.pk})" if commune else "",
        "adresse": structure.adresse,
        "code_postal": structure.code_postal,
        "horaires_accueil": structure.horaires_accueil,
        "modes_accueil": ["en-presentiel"],
        "mobilisable_par": ["usagers"],
        "languages": ["fr"],
    }


@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of a service; saving over somebody else's save answers 409 with both, nothing lost."""
    row = access.service_to_edit(request.user, slug)
    base = actions.values_of(row)
    if request.method != "POST":
        shown = permanences_of(row)
        return _page(
            request, ServiceForm(base=base), _permanences(request, shown), row=row, version=row.version, read=snapshot(shown)
        )  # fmt: skip
    version = int(sent) if (sent := request.POST.get("version", "")).isdecimal() and len(sent) < 10 else 0
    base = actions.version_values(row.pk, version) or base
    form, permanences = ServiceForm(request.POST, base=base), _permanences(request, [])
    read = request.POST.get("permanences_read", "")
    if form.is_valid() & permanences.is_valid():
        try:
            actions.save_service(
                service_id=row.pk,
                version=version,
                values=form.values,
                permanences=values_of_set(permanences),
                at=timezone.now(),
            )
        except actions.EditConflict as conflict:
            return _conflict(request, conflict.current, base, form, permanences, from_snapshot(read))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Service enregistré et confirmé aujourd’hui."))
            return redirect("services:page", slug=row.slug)
    return _page(request, form, permanences, row=row, version=version, read=read)


def _conflict(  # noqa: PLR0917 both sides of two things
    request: HttpRequest,
    current: Service,
    base: dict[str, Any],
    form: ServiceForm,
    permanences: Any,
    permanences_read: list[Typed],
) -> HttpResponse:
    """The form again, filled with both people's changes; where they differ, yours stands and theirs is shown."""
    values, choices = merged(base, form.values, actions.values_of(current))
    theirs = permanences_of(current)
    together, more = merged_permanences(
        permanences_read,
        [as_typed(one) for one in values_of_set(permanences)],
        removed_of_set(permanences),
        theirs,
    )
    return _page(
        request,
        ServiceForm(base=values),
        PermanenceFormSet(initial=together, prefix="permanence"),
        row=current,
        version=current.version,
        status=409,
        choices=[*choices, *more],
        read=snapshot(theirs),
    )


def _permanences(request: HttpRequest, present: list[dict[str, Any]]) -> Any:
    data = request.POST if request.method == "POST" else None
    return PermanenceFormSet(data, initial=present, prefix="permanence")


def _page(
    request: HttpRequest,
    form: ServiceForm,
    permanences: Any,
    *,
    row: Service | None = None,
    structure: Organisation | None = None,
    version: int = 0,
    status: int = 0,
    choices: Any = (),
    read: str = "",
) -> HttpResponse:
    wrong = form.errors or (permanences.is_bound and not permanences.is_valid())
    context = {
        "form": form,
        "permanences": permanences,
        "service": row,
        "structure": row.structure if row else structure,
        "version": version,
        "choices": choices,
        "permanences_read": read,
        "conflict": status == Conflict.status,
        "open_all": bool(form.errors),
    }
    return render(request, "offers/service_edit.html", context, status=status or (422 if wrong else 200))


@require_POST
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a service to everyone."""
    row = access.service_to_edit(request.user, slug)
    actions.publish_service(service_id=row.pk, at=timezone.now())
    messages.success(request, _("Service publié."))
    return redirect("services:page", slug=slug)


@require_POST
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Hide a service."""
    row = access.service_to_edit(request.user, slug)
    actions.withdraw_service(service_id=row.pk)
    messages.success(request, _("Service retiré. Vous pouvez le publier de nouveau."))
    return redirect("services:page", slug=slug)


@require_POST
def confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """« Toujours à jour »: confirm a service today."""
    row = access.service_to_edit(request.user, slug)
    actions.confirm_service(service_id=row.pk, at=timezone.now())
    messages.success(request, _("Merci : service confirmé aujourd’hui."))
    if request.POST.get("back") == "workspace":
        return redirect("services:workspace")
    return redirect("services:page", slug=slug)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def fresh(request: HttpRequest, what: str, token: str) -> HttpResponse:
    """The one-click links of the freshness mails: a page with one button, whose POST answers."""
    row = freshness.service_of_token(token)
    if what not in freshness.ANSWERS:
        raise Http404
    done = request.method == "POST"
    if done:
        row = freshness.answer_link(service=row, what=what, at=timezone.now())
    return render(request, "offers/service_fresh.html", {"service": row, "what": what, "done": done})
