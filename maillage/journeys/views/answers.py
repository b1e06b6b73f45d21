"""`/reponse/<token>/`: a structure answers a referral by the link of a mail, without an account."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from maillage.core.afterwards import afterwards
from maillage.core.hours import after_working_days
from maillage.core.ratelimit import limited
from maillage.journeys.actions import answering
from maillage.journeys.forms.answers import AppointmentForm, PassOnForm, RefusalByLinkForm
from maillage.journeys.forms.mine import CodeForm
from maillage.journeys.models import AnswerLink
from maillage.journeys.queries.answers import WAITING, identity_of, link_to_open
from maillage.journeys.queries.next_offer import Offer, next_offers

GIVEN = "answers"  # of the session: the links whose code was given in this browser


@login_not_required
@never_cache
@limited(times=120, per_seconds=3600)
@require_safe
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Initials and need; with the code, a name and a number; three ways to answer. Raises LinkUnknown, LinkOver."""
    now = timezone.now()
    return _page(request, token, link_to_open(token, at=now))


@login_not_required
@never_cache
@limited(times=60, per_seconds=3600)
@require_POST
def code(request: HttpRequest, token: str) -> HttpResponse:
    """Send a code to the structure's own address, or check the one that was typed."""
    now = timezone.now()
    if "code" not in request.POST:
        answering.ask_code(token=token, at=now)
        messages.success(request, _("Le code est parti à l’adresse qui a reçu notre message."))
        return redirect("journeys:answer", token)
    form = CodeForm(request.POST)
    if form.is_valid():
        if answering.check_code(token=token, code=form.cleaned_data["code"], at=now):
            link = link_to_open(token, at=now)
            request.session[GIVEN] = {**request.session.get(GIVEN, {}), str(link.pk): True}
            return redirect("journeys:answer", token)
        form.add_error("code", _("Ce n’est pas le bon code, ou il est trop ancien. Demandez-en un nouveau."))
    return _page(request, token, link_to_open(token, at=now), code=form)


@login_not_required
@never_cache
@limited(times=60, per_seconds=3600)
@require_POST
def act(request: HttpRequest, token: str) -> HttpResponse:
    """Answer: `what` is accept, propose, refuse, pass-on, or give-up (the link is not for us)."""
    now = timezone.now()
    match request.POST.get("what", ""):
        case "accept":
            answering.accept(token=token, at=now)
        case "propose":
            form = AppointmentForm(request.POST)
            if not form.is_valid():
                return _page(request, token, link_to_open(token, at=now), propose=form)
            place = form.cleaned_data["place"]
            answering.accept(token=token, at=now, starts_at=form.starts_at, place=place)
        case "refuse":
            refusal = RefusalByLinkForm(request.POST)
            if not refusal.is_valid():
                return _page(request, token, link_to_open(token, at=now), refuse=refusal)
            answering.refuse(token=token, at=now, **refusal.cleaned_data)
        case "pass-on":
            link = link_to_open(token, at=now)
            offers = next_offers(link.referral, at=now)
            chosen = PassOnForm(request.POST, offers=_choices(offers))
            if not chosen.is_valid():
                return _page(request, token, link, pass_on=chosen)
            offer = next(one for one in offers if one.service_id == chosen.cleaned_data["offer"])
            answering.pass_on(
                token=token,
                at=now,
                to_organisation_id=offer.organisation_id,
                service_id=offer.service_id,
            )
        case "give-up":
            answering.give_up_link(token=token, at=now)
            return render(request, "journeys/answers/given_up.html")
    return redirect("journeys:answer", token)


def _page(request: HttpRequest, token: str, link: AnswerLink, **given: BaseForm) -> HttpResponse:
    row = link.referral
    waits = link.used_at is None and row.state in WAITING
    offers = next_offers(row, at=timezone.now()) if waits else []
    known = str(link.pk) in request.session.get(GIVEN, {})
    identity = identity_of(row) if known else None
    if identity or request.method != "POST":
        # a page that shows a name says so, be it only to refuse what was typed
        afterwards(lambda: answering.note(link.pk, "named" if identity else "opened", at=timezone.now()))
    context: dict[str, Any] = {
        "token": token,
        "link": link,
        "referral": row,
        "waits": waits,
        "identity": identity,
        "known": known,
        "answer_by": after_working_days(row.sent_at, row.promised_days) if row.sent_at else None,
        "offers": offers,
        "code": CodeForm(),
        "propose": AppointmentForm(initial={"place": row.to_organisation.adresse}),
        "refuse": RefusalByLinkForm(),
        "pass_on": PassOnForm(offers=_choices(offers)),
    }
    status = 422 if given else 200
    return render(request, "journeys/answers/answer.html", context | given, status=status)


def _choices(offers: list[Offer]) -> list[tuple[int, str]]:
    return [(offer.service_id, f"{offer.structure} : {offer.service}") for offer in offers]
