"""« Orienter quelqu’un », in a minute: whom, to whom, why; each choice is a link, so it works without JavaScript."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.core.errors import DomainError
from maillage.core.ratelimit import limit
from maillage.journeys import access
from maillage.journeys.actions import consents
from maillage.journeys.actions import referrals as actions
from maillage.journeys.actions.agreed import leave_when_agreed
from maillage.journeys.forms.referrals import AgreementForm, ReferForm, WhomForm
from maillage.journeys.models import Consent, Person
from maillage.journeys.queries.agreements import agreements
from maillage.journeys.queries.consents import questions
from maillage.journeys.queries.inbox import Desk, desk_of
from maillage.journeys.queries.referrals import (
    Target,
    draft_of,
    people_followed,
    person_followed,
    target_of,
)
from maillage.offers.queries.services import Selection, listed
from maillage.organisations.queries.finding import Search, find_organisations
from maillage.ui.navigation import exists

SHOWN = 8  # people, structures or services proposed at once


@never_cache
@require_http_methods(["GET", "POST"])
def refer(request: HttpRequest) -> HttpResponse:
    """The person (`personne`) and the place (`service`, a number, or `structure`, a slug) come in the address; POST
    looks for a person, or keeps and sends the referral."""
    user = access.who_refers(request.user)
    desk, now = desk_of(user.pk), timezone.now()
    target = target_of(service=request.GET.get("service", ""), structure=said(request.GET, "structure", 220))
    number = request.GET.get("personne", "")
    followed = person_followed(desk, int(number), at=now) if number.isdecimal() and len(number) < 12 else None
    context = {"target": target, "kept": kept_choices(request.GET), **_whom(request, desk)}
    if target is None:
        context |= found_places(said(request.GET, "ou", 100))
        context["lost"] = bool(request.GET.get("service") or request.GET.get("structure"))
    if followed:
        context |= {"person": followed[0]}
    if followed and target:
        return _why(request, desk, followed, target, context)
    return render(request, "journeys/referrals/refer.html", context)


def _whom(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    """The people proposed: the last ones, or those of the words that were typed."""
    searched = request.method == "POST" and "qui" in request.POST
    form = WhomForm(request.POST if searched else None)
    asked = form.is_valid()
    found = people_followed(
        desk,
        at=timezone.now(),
        phone=form.phone if asked else "",
        named="" if not asked or form.phone else form.cleaned_data["qui"],
        limit=SHOWN,
    )
    add = "/espace/personnes/nouvelle/"
    return {"whom": form, "people": found, "searched": asked, "add": add if exists(add) else ""}


def said(query: QueryDict, name: str, longest: int) -> str:
    """A parameter as text that the database takes: no NUL, `longest` characters at most."""
    return query.get(name, "").replace("\x00", "")[:longest]


def found_places(text: str) -> dict[str, Any]:
    """The structures and services whose name holds `text`."""
    if not text.strip():
        return {"sought": "", "structures": [], "services": []}
    return {
        "sought": text,
        "structures": list(find_organisations(Search(text))[:SHOWN]),
        "services": list(listed(Selection(text))[:SHOWN]),
    }


def kept_choices(query: QueryDict) -> str:
    """The choices made so far, to add one to: « personne=12& » or « service=3& »."""
    kept = QueryDict(mutable=True)
    for name in ("personne", "service", "structure"):
        if value := query.get(name):
            kept[name] = value
    return f"{kept.urlencode()}&" if kept else ""


def _why(
    request: HttpRequest,
    desk: Desk,
    followed: tuple[Person, list[int]],
    target: Target,
    context: dict[str, Any],
) -> HttpResponse:
    person, ours = followed
    senders = [(number, desk.structures[number]) for number in ours if number != target.organisation.pk]
    if not senders or not target.is_open:
        return render(request, "journeys/referrals/refer.html", {**context, "impossible": True})
    sent = request.method == "POST" and "qui" not in request.POST
    draft = draft_of(person.pk, [number for number, _name in senders], target.organisation.pk)
    form = ReferForm(request.POST if sent else None, senders=senders, initial=_initial(draft, person))
    given = agreements(person.pk, _sender(form, senders), target.organisation.pk)
    agreement = AgreementForm(request.POST if sent and "send" in request.POST and given.missing else None)
    if sent and form.is_valid() and (not agreement.is_bound or agreement.is_valid()):
        limit("refer", desk.user_id, times=60, per_seconds=3600)
        try:
            return _keep(request, desk.user_id, person, target, form=form, agreement=agreement)
        except DomainError as error:
            form.add_error(None, str(error))
            context["status"] = error.status
    status = context.pop("status", 422) if form.errors or agreement.errors else 200
    context |= {
        "form": form,
        "draft": draft,
        "given_sender": {"name": dict(senders)[_sender(form, senders)]},
        "given": given,
        "agreement": agreement,
        "questions": questions(given.missing),
    }
    return render(request, "journeys/referrals/refer.html", context, status=status)


def _initial(draft: Any, person: Person) -> dict[str, Any]:
    if draft is None:
        return {"phase": person.phase}
    names = ("reason", "phase", "freins", "urgency", "appointment_wish")
    return {"sender": draft.from_organisation_id, **{name: getattr(draft, name) for name in names}}


def _keep(
    request: HttpRequest,
    user_id: int,
    person: Person,
    target: Target,
    *,
    form: ReferForm,
    agreement: AgreementForm,
) -> HttpResponseRedirect:
    now, sender = timezone.now(), form.cleaned_data["sender"]
    row = actions.create_referral(
        person_id=person.pk,
        to_organisation_id=target.organisation.pk,
        from_organisation_id=sender,
        values={**form.values, "service_id": target.service.pk if target.service else None},
        by=user_id,
        at=now,
    )
    given = agreements(person.pk, sender, target.organisation.pk)
    if "send" not in request.POST:
        messages.success(request, _("Le brouillon est gardé."))
    elif given.missing and agreement.cleaned_data["how"] == Consent.How.LINK:
        consents.ask_by_link(
            person, organisation_id=sender, label=row.initials, by=user_id, at=now, aims=given.missing
        )
        leave_when_agreed(referral_id=row.pk)
        messages.success(
            request,
            _(
                "Le lien est parti, pour trois jours. Dès que la personne dit oui, l’orientation part toute seule ; vous serez prévenu."
            ),
        )
    else:
        for aim, number in given.missing:
            consents.give_consent(
                person_id=person.pk,
                organisation_id=number,
                aim=aim,
                how=agreement.cleaned_data["how"],
                witness=agreement.cleaned_data["witness"],
                by=user_id,
                by_organisation=sender,
                at=now,
            )
        actions.send_referral(referral_id=row.pk, by=user_id, at=now)
        messages.success(
            request,
            _(
                "C’est parti. %(structure)s répond sous %(days)s jours ouvrés ; vous serez prévenu de la réponse."
            )
            % {"structure": target.organisation.name, "days": row.promised_days},
        )
    return redirect("journeys:referral", row.pk)


def _sender(form: ReferForm, senders: list[tuple[int, str]]) -> int:
    """The structure that refers, as chosen; the first one before that."""
    chosen = str(form["sender"].value() or "")
    return next((number for number, _name in senders if str(number) == chosen), senders[0][0])
