"""One referral: its page, the gestures that its state allows, and passing it on."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.models import User
from maillage.core.ratelimit import limit
from maillage.journeys import access
from maillage.journeys.actions import referrals as actions
from maillage.journeys.actions.moves import NotAllowedNow
from maillage.journeys.forms.referrals import RefusalForm
from maillage.journeys.models import Referral
from maillage.journeys.openings import note_opening
from maillage.journeys.queries.next_offer import next_offers
from maillage.journeys.queries.referrals import is_visible, sheet, target_of
from maillage.journeys.views.refer import found_places, said
from maillage.ui.navigation import exists

SAID = {
    "send": gettext_lazy("C’est parti : la structure a reçu l’orientation."),
    "receive": gettext_lazy("Vous vous en chargez. Répondez avant la date promise."),
    "accept": gettext_lazy("Acceptée. Appelez la personne pour fixer un premier rendez-vous."),
    "outcome": gettext_lazy("C’est noté. La structure qui a orienté la personne en est prévenue."),
    "told": gettext_lazy("C’est noté. Proposez-lui maintenant une autre structure."),
    "postpone": gettext_lazy("C’est reporté : l’orientation reviendra dans votre liste ce jour-là."),
    "cancel": gettext_lazy("L’orientation est annulée."),
}
FILE = "/espace/personnes/{}/"


@never_cache
@require_safe
def referral(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Where a referral stands, what it asks, what may be done, and how it came there."""
    row = access.referral_to_read(request.user, referral_id)
    return _page(request, row, RefusalForm())


def _page(request: HttpRequest, row: Referral, refusal: RefusalForm, *, status: int = 200) -> HttpResponse:
    assert isinstance(request.user, User)  # access
    found_sides = access.sides(request.user, row)
    found = sheet(row, request.user, found_sides)
    if found.person:
        note_opening(
            request,
            row.person_id,
            organisation_id=access.organisation_of(found_sides, row),
            why=_("Orientation n° %(number)s") % {"number": row.pk},
        )
    path = FILE.format(row.person_id)
    context = {
        "sheet": found,
        "row": row,
        "refusal": refusal,
        "file": path if found.person and exists(path) else "",
        "late": bool(row.next_action_at and row.next_action_at < timezone.now()),
    }
    return render(request, "journeys/referrals/referral.html", context, status=status)


@never_cache
@require_POST
def act(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Do `what` (a key of access.RIGHTS but pass_on) to a referral; what comes too late answers 409 and says who was first."""
    what = request.POST.get("what", "")
    row = access.referral_to_move(request.user, referral_id, what)
    number: Any = request.user.pk
    limit("referral-act", number, times=300, per_seconds=3600)
    if what == "refuse":
        form = RefusalForm(request.POST)
        if not form.is_valid():
            return _page(request, row, form, status=422)
        try:
            actions.refuse_referral(
                referral_id=row.pk,
                by=number,
                at=timezone.now(),
                version=_version(request),
                **form.cleaned_data,
            )
        except NotAllowedNow as error:
            form.add_error("note", str(error))
            return _page(request, row, form, status=422)
        messages.success(
            request, _("C’est noté. La personne le saura, avec des mots simples et une autre piste.")
        )
    else:
        messages.success(request, _done(request, row, what, number, timezone.now()))
    # a coordinator who closes it does not see it any more
    return redirect("journeys:referral", row.pk) if is_visible(row.pk) else redirect("journeys:inbox")


def _done(request: HttpRequest, row: Referral, what: str, by: int, at: datetime) -> str:
    """Do a gesture that asks for nothing more, and say so."""
    version, days = _version(request), request.POST.get("jours", "")
    match what:
        case "send":
            actions.send_referral(referral_id=row.pk, by=by, at=at, version=version)
        case "receive":
            actions.receive_referral(referral_id=row.pk, by=by, at=at, version=version)
        case "accept":
            actions.accept_referral(referral_id=row.pk, by=by, at=at)
        case "outcome":
            actions.record_outcome(
                referral_id=row.pk, state=request.POST.get("issue", ""), by=by, at=at, version=version,
                note=said(request.POST, "note", 1000),
            )  # fmt: skip
        case "told":
            actions.note_person_told(referral_id=row.pk, by=by, at=at)
        case "postpone":
            actions.postpone_referral(
                referral_id=row.pk, days=int(days) if days.isdecimal() and len(days) < 3 else 0, by=by, at=at
            )
        case _:
            actions.cancel_referral(referral_id=row.pk, by=by, at=at, version=version)
    return str(SAID[what])


@never_cache
@require_http_methods(["GET", "POST"])
def pass_on(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Look for the right structure (`ou`), choose it (`service` or `structure`), and pass the referral on (POST)."""
    row = access.referral_to_move(request.user, referral_id, "pass_on")
    target = target_of(service=request.GET.get("service", ""), structure=said(request.GET, "structure", 220))
    if request.method == "POST" and target:
        number: Any = request.user.pk
        limit("referral-act", number, times=300, per_seconds=3600)
        new = actions.pass_on_referral(
            referral_id=row.pk,
            to_organisation_id=target.organisation.pk,
            service_id=target.service.pk if target.service else None,
            by=number,
            at=timezone.now(),
            note=said(request.POST, "note", 1000),
            version=_version(request),
        )
        messages.success(
            request,
            _("C’est transmis à %(structure)s.") % {"structure": target.organisation.name}
            if new.sent_at
            else _("C’est noté. Il manque l’accord de la personne : qui l’avait orientée le lui demande."),
        )
        mine = new.in_charge_id == number and not new.sent_at
        return redirect("journeys:referral", new.pk) if mine else redirect("journeys:inbox")
    context = {"row": row, "target": target, **found_places(said(request.GET, "ou", 100))}
    if not target and not context["sought"]:
        context["offers"] = next_offers(row, at=timezone.now())
    return render(request, "journeys/referrals/pass_on.html", context)


def _version(request: HttpRequest) -> int | None:
    """The version that the page showed, when it says so."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else None
