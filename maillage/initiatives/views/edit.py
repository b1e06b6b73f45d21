"""Change a fiche at once: the form with its version, the point alone, photos and documents."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from maillage.core.errors import DomainError
from maillage.initiatives import access
from maillage.initiatives.actions import fiches, freshness, photos
from maillage.initiatives.actions.proposals import remove_photo
from maillage.initiatives.forms.contribution import DocumentForm, PhotoFields
from maillage.initiatives.forms.initiative import InitiativeForm, as_initial
from maillage.initiatives.map_view import base_layers
from maillage.initiatives.models import Initiative
from maillage.initiatives.queries.values import FIELDS, Values, three_way, values_of, version_values
from maillage.initiatives.views.moderation import user_number


@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of a fiche; saving over somebody else's save answers 409 with both, nothing lost."""
    initiative = access.initiative_to_edit(request.user, slug)
    if request.method != "POST":
        return _page(request, initiative, InitiativeForm(base=values_of(initiative)), initiative.version)
    version = int(sent) if (sent := request.POST.get("version", "")).isdecimal() else 0
    base = version_values(initiative.pk, version) or values_of(initiative)
    form = InitiativeForm(request.POST, base=base)
    if not form.is_valid():
        return _page(request, initiative, form, version)
    values = _chosen(request, form.values, base)
    try:
        fiches.save_initiative(initiative_id=initiative.pk, version=version, values=values)
    except fiches.EditConflict as conflict:
        return _conflict(request, conflict.current, base, values)
    messages.success(request, _("Fiche enregistrée."))
    return redirect(f"/initiatives/{initiative.slug}/")


def _chosen(request: HttpRequest, yours: Values, theirs: Values) -> Values:
    """After a conflict, what the person chose field by field: `theirs` is the version that the page showed."""
    return {
        name: theirs[name] if request.POST.get(f"choice-{name}") == "theirs" else yours[name]
        for name in FIELDS
    }


def _conflict(request: HttpRequest, current: Initiative, base: Values, yours: Values) -> HttpResponse:
    way = three_way(base, yours, values_of(current))
    # the form's own inputs; the fields of the page's form that hold no value are left out
    inputs = [
        (name, value if isinstance(value, list) else [value])
        for name, value in as_initial(way.merged).items()
        if name in InitiativeForm.base_fields and value not in (None, "", [])
    ]
    context = {"initiative": current, "way": way, "inputs": inputs, "version": current.version}
    return render(request, "initiatives/conflict.html", context, status=409)


def _page(
    request: HttpRequest,
    initiative: Initiative,
    form: InitiativeForm,
    version: int,
    *,
    photo_form: PhotoFields | None = None,
    document_form: DocumentForm | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "initiative": initiative,
        "form": form,
        "version": version,
        "photo_form": photo_form or PhotoFields(),
        "document_form": document_form or DocumentForm(),
        **base_layers(),
    }
    wrong = form.errors or context["photo_form"].errors or context["document_form"].errors
    return render(request, "initiatives/edit.html", context, status=422 if wrong else 200)


@require_POST
def position(request: HttpRequest, slug: str) -> HttpResponse:
    """Move the point: JSON {"lon", "lat", "version"} in, {"version", "lon", "lat", "commune"} out; 409 gives the present one."""
    initiative = access.initiative_to_edit(request.user, slug)
    try:
        sent = json.loads(request.body)
        lon, lat, version = float(sent["lon"]), float(sent["lat"]), int(sent["version"])
    except (ValueError, TypeError, KeyError):
        return JsonResponse({"detail": _("Envoyez lon, lat et version, en nombres.")}, status=422)
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return JsonResponse(
            {"detail": _("La longitude va de -180 à 180, la latitude de -90 à 90.")}, status=422
        )
    try:
        row = fiches.move_initiative(initiative_id=initiative.pk, version=version, lon=lon, lat=lat)
    except fiches.EditConflict as conflict:
        return JsonResponse({"detail": str(conflict), **_position(conflict.current)}, status=409)
    except DomainError as error:
        return JsonResponse({"detail": str(error)}, status=error.status)
    return JsonResponse(_position(row))


def _position(row: Initiative) -> dict[str, Any]:
    point = row.point
    return {
        "version": row.version,
        "lon": point.x if point else None,
        "lat": point.y if point else None,
        "commune": row.commune_id,
    }


@require_POST
def files(request: HttpRequest, slug: str) -> HttpResponse:
    """Add or remove one photo or document of a fiche."""
    initiative = access.initiative_to_edit(request.user, slug)
    back = redirect("initiatives:edit", slug=slug)
    if (number := request.POST.get("remove_photo", "")).isdecimal():
        for photo in initiative.photos.filter(pk=int(number)):
            remove_photo(photo)
        return back
    if (number := request.POST.get("remove_document", "")).isdecimal():
        for document in initiative.documents.filter(pk=int(number)):
            photos.remove_document(document=document)
        return back
    fresh = InitiativeForm(base=values_of(initiative))
    if "document" in request.FILES or "document_title" in request.POST:
        document_form = DocumentForm(request.POST, request.FILES)
        if not document_form.is_valid():
            return _page(request, initiative, fresh, initiative.version, document_form=document_form)
        photos.add_document(
            initiative=initiative,
            upload=document_form.cleaned_data["document"],
            title=document_form.cleaned_data["document_title"],
        )
        messages.success(request, _("Document ajouté."))
        return back
    photo_form = PhotoFields(request.POST, request.FILES)
    if photo_form.is_valid() and photo_form.encoded is None:
        photo_form.add_error("photo", _("Choisissez une photo."))
    if not photo_form.is_valid() or photo_form.encoded is None:
        return _page(request, initiative, fresh, initiative.version, photo_form=photo_form)
    trusted = access.may_moderate(request.user, initiative)
    photos.add_photo(
        initiative=initiative,
        encoded=photo_form.encoded,
        alternative=photo_form.cleaned_data["alternative"],
        credit=photo_form.cleaned_data["credit"],
        user_id=user_number(request),
        trusted=trusted,
    )
    messages.success(
        request, _("Photo ajoutée.") if trusted else _("Photo reçue : elle paraîtra après vérification.")
    )
    return back


@require_POST
def confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """« Toujours à jour »: confirm the fiche today, from its page."""
    initiative = access.initiative_to_edit(request.user, slug)
    freshness.confirm_initiative(initiative_id=initiative.pk, at=timezone.now())
    messages.success(request, _("Merci : fiche confirmée aujourd’hui."))
    return redirect(f"/initiatives/{slug}/")
