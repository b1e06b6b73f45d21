"""The moderators' pages: queue, one proposal, photos, versions, merges, deletions."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.models import User
from maillage.initiatives import access
from maillage.initiatives.actions import deleting, fiches, merging, photos, proposals
from maillage.initiatives.forms.contribution import REASONS, RefusalForm
from maillage.initiatives.forms.initiative import InitiativeForm
from maillage.initiatives.forms.moderation import MergeForm, QueueForm
from maillage.initiatives.map_view import base_layers
from maillage.initiatives.models import Initiative, InitiativeEvent, Proposal
from maillage.initiatives.queries import duplicates, moderation
from maillage.initiatives.queries.merging import outcomes
from maillage.initiatives.queries.values import differences
from maillage.organisations.queries import siret_of

VERSIONS_PER_PAGE = 30


def user_number(request: HttpRequest) -> int:
    """The number of the signed-in user; PermissionDenied when nobody is."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user.pk


@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits where this person moderates, by theme and département if asked."""
    scope = access.moderation_scope(request.user)
    form = QueueForm(request.GET)
    form.is_valid()
    theme, departement = (form.cleaned_data.get(name, "") for name in ("theme", "departement"))
    proposals = moderation.waiting_proposals(scope, theme=theme, departement=departement)
    return render(
        request,
        "initiatives/moderation.html",
        {
            "proposals": proposals[:100],
            "photos": moderation.waiting_photos(scope)[:60],
            "themes": moderation.themes_waiting(moderation.waiting_proposals(scope, departement=departement)),
            "departements": moderation.departements_waiting(moderation.waiting_proposals(scope, theme=theme)),
            "theme": theme,
            "departement": departement,
        },
    )


@never_cache
@require_http_methods(["GET", "POST"])
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:  # noqa: PLR0911 one answer a case
    """One proposal beside the fiche; POST `answer` accepts, amends or refuses it."""
    row = access.proposal_to_answer(request.user, proposal_id)
    if row.status != Proposal.Status.WAITING:
        return render(
            request,
            "initiatives/proposal_answered.html",
            {"proposal": row},
            status=409 if request.method == "POST" else 200,
        )
    refusal, amended = RefusalForm(), _amend_form(row, None)
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        try:
            if answer == "refuse":
                refusal = RefusalForm(request.POST)
                if refusal.is_valid():
                    proposals.refuse_proposal(
                        proposal_id=row.pk,
                        moderator_id=user_number(request),
                        reason=refusal.text,
                        at=timezone.now(),
                    )
                    messages.success(request, _("Refusée ; la raison est envoyée."))
                    return redirect("initiatives:moderation")
            elif answer == "amend":
                amended = _amend_form(row, request.POST)
                if amended.is_valid():
                    return _accept(request, row, values=amended.values)
            else:
                return _accept(request, row, values=None)
        except proposals.AlreadyAnswered:
            row = access.proposal_to_answer(request.user, proposal_id)
            return render(request, "initiatives/proposal_answered.html", {"proposal": row}, status=409)
        except fiches.EditConflict:
            messages.warning(
                request, _("La fiche a changé pendant votre lecture : voici la comparaison à jour.")
            )
            return redirect("initiatives:moderate", proposal_id=proposal_id)
    return _proposal_page(request, row, refusal, amended)


def _amend_form(row: Proposal, data: Any) -> InitiativeForm:
    return InitiativeForm(data, base=moderation.compare(row).proposed)


def _accept(request: HttpRequest, row: Proposal, *, values: dict[str, Any] | None) -> HttpResponse:
    """Accept as proposed, or with `values`; only the photos left ticked are published."""
    initiative = proposals.accept_proposal(
        proposal_id=row.pk,
        moderator_id=user_number(request),
        at=timezone.now(),
        values=values,
        version=int(request.POST["version"]) if request.POST.get("version", "").isdecimal() else None,
        photo_ids=[int(number) for number in request.POST.getlist("photos") if number.isdecimal()],
        note=request.POST.get("note", "")[:1000],
    )
    messages.success(request, _("Publiée : « %(title)s ».") % {"title": initiative.title})
    return redirect("initiatives:moderation")


def _proposal_page(
    request: HttpRequest, row: Proposal, refusal: RefusalForm, amended: InitiativeForm
) -> HttpResponse:
    comparison = moderation.compare(row)
    likely = []
    if row.initiative is None:
        likely = duplicates.likely_duplicates(
            title=row.values["title"], place=row.values["place"], siret=siret_of(row.values["carrier"])
        )
    return render(
        request,
        "initiatives/proposal.html",
        {
            "proposal": row,
            "comparison": comparison,
            "likely": likely,
            "photos": row.photos.all(),
            "reasons": REASONS.items(),
            "refusal": refusal,
            "form": amended,
            "version": row.initiative.version if row.initiative else "",
            **base_layers(),
        },
        status=422 if refusal.errors or amended.errors else 200,
    )


@require_POST
def photo(request: HttpRequest, photo_id: int) -> HttpResponse:
    """Publish or refuse one photo of the queue."""
    row = access.photo_to_answer(request.user, photo_id)
    if request.POST.get("answer") == "refuse":
        photos.refuse_photo(photo_id=row.pk)
        messages.success(request, _("Photo refusée."))
    else:
        photos.publish_photo(photo_id=row.pk)
        messages.success(request, _("Photo publiée."))
    return redirect("initiatives:moderation")


@never_cache
@require_safe
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version of a fiche, what each changed, two of them compared (?de=&a=), each restored in one click."""
    initiative = access.initiative_to_moderate(request.user, slug)
    found = moderation.versions(initiative.pk)
    if isinstance(request.user, User):
        found = moderation.signed(found, request.user)
    by_number = {version.number: version for version in found}
    older, newer = (
        by_number.get(int(n)) if (n := request.GET.get(key, "")).isdecimal() else None for key in ("de", "a")
    )
    compared = differences(older.values, newer.values) if older and newer else None
    return render(
        request,
        "initiatives/versions.html",
        {
            "initiative": initiative,
            "numbers": list(by_number),
            "page": Paginator(found, VERSIONS_PER_PAGE).get_page(request.GET.get("page")),
            "compared": compared,
            "older": older,
            "newer": newer,
        },
    )


@require_POST
def restore(request: HttpRequest, event_id: int) -> HttpResponse:
    """Bring back one version, of a present fiche or of a deleted one."""
    event = InitiativeEvent.objects.filter(pgh_id=event_id).first()
    if event is None:
        raise Http404
    present = Initiative.objects.filter(pk=event.pgh_obj_id).first()
    if not access.may_moderate(request.user, present or event):
        raise Http404
    row = deleting.restore_version(event_id=event_id)
    messages.success(request, _("Version restaurée."))
    return redirect("initiatives:versions", slug=row.slug)


@never_cache
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask, then delete, or only withdraw (POST `archive`); the fiche can come back either way."""
    initiative = access.initiative_to_moderate(request.user, slug)
    if request.method != "POST":
        return render(request, "initiatives/delete.html", {"initiative": initiative})
    version = int(sent) if (sent := request.POST.get("version", "")).isdecimal() else 0
    try:
        if "archive" in request.POST:
            fiches.archive_initiative(initiative_id=initiative.pk, version=version)
            messages.success(request, _("Fiche archivée : elle a quitté la carte."))
            return redirect("initiatives:versions", slug=slug)
        deleting.delete_initiative(
            initiative_id=initiative.pk, version=version, user_id=user_number(request), at=timezone.now()
        )
    except fiches.EditConflict:
        messages.warning(request, _("La fiche vient de changer : relisez-la avant de la retirer."))
        return render(request, "initiatives/delete.html", {"initiative": initiative}, status=409)
    messages.success(request, _("Fiche supprimée. Elle peut être restaurée ici."))
    return redirect("initiatives:deleted")


@never_cache
@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """The deleted fiches, each with one button that brings it back."""
    scope = access.moderation_scope(request.user)
    return render(request, "initiatives/deleted.html", {"events": moderation.deleted(scope)})


@never_cache
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose the fiche to keep, see both side by side, merge."""
    gone = access.initiative_to_moderate(request.user, slug)
    form = MergeForm(request.POST or request.GET or None, gone=gone)
    keep = None
    if form.is_bound and form.is_valid():
        keep = access.initiative_to_moderate(request.user, form.cleaned_data["into"].slug)
    conflict = False
    if request.method == "POST" and keep is not None and "sure" in request.POST:
        try:
            kept = merging.merge_initiatives(
                keep_id=keep.pk,
                keep_version=form.cleaned_data["keep_version"] or keep.version,
                gone_id=gone.pk,
                gone_version=form.cleaned_data["gone_version"] or gone.version,
                user_id=user_number(request),
                at=timezone.now(),
            )
        except fiches.EditConflict:
            conflict = True
            messages.warning(
                request, _("L’une des deux fiches vient de changer : voici la comparaison à jour.")
            )
        else:
            messages.success(request, _("Fiches fusionnées : l’ancienne adresse mène à celle-ci."))
            return redirect(f"/initiatives/{kept.slug}/")
    return render(
        request,
        "initiatives/merge.html",
        {
            "gone": gone,
            "keep": keep,
            "form": form,
            "likely": duplicates.of_initiative(gone),
            "outcomes": outcomes(keep, gone) if keep else [],
        },
        status=409 if conflict else 200,
    )
