"""`/trouver/contact/<service>/`: someone asks to be contacted; and a call-back becomes a referral."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.core import sms
from maillage.core.errors import DomainError
from maillage.core.phones import readable_phone
from maillage.core.ratelimit import client_address, limit
from maillage.journeys.actions import self_referral as actions
from maillage.journeys.forms.answers import PassOnForm
from maillage.journeys.forms.contact import ContactForm
from maillage.journeys.forms.mine import CodeForm
from maillage.journeys.models import Aim
from maillage.journeys.queries.consents import latest_text, question
from maillage.journeys.queries.next_offer import offers_around
from maillage.journeys.queries.referrals import Target, target_of
from maillage.organisations.access import who_answers_calls
from maillage.organisations.queries.calls import call_taken_by

PROOF = "contact_proof"  # of the session: the key of the code that was sent


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, service_id: int) -> HttpResponse:
    """The form, then the code; what was typed stays in the page until the code has proved where it comes from."""
    target = target_of(service=str(service_id), structure="")
    if target is None:
        raise Http404
    words = question(Aim.ORIENTATION, target.organisation).words
    initial = {name: request.GET.get(name, "")[:15] for name in ("commune", "phase")}
    form = ContactForm(request.POST or None, initial=initial, words=words, by_text=sms.is_offered())
    context: dict[str, Any] = {"target": target, "form": form, "by_text": sms.is_offered()}
    if request.method == "POST" and form.is_trapped:
        return redirect("journeys:contact-sent")
    if request.method == "POST" and form.is_valid() and target.is_open:
        reach = form.cleaned_data["reach"]
        context["reach"] = reach if "@" in reach else readable_phone(reach)
        context["code"] = code = CodeForm(request.POST if "code" in request.POST else None)
        if code.is_bound and code.is_valid():
            try:
                return _sent(request, target, form, code.cleaned_data["code"])
            except DomainError as error:
                code.add_error("code", str(error))
        elif not code.is_bound:
            _send_code(request, form.cleaned_data["reach"])
        return render(request, "journeys/contact/code.html", context, status=422 if code.errors else 200)
    return render(request, "journeys/contact/form.html", context, status=422 if form.errors else 200)


@login_not_required
@require_safe
def contact_sent(request: HttpRequest) -> HttpResponse:
    """What happens next; nothing about who asked."""
    return render(request, "journeys/contact/sent.html")


@never_cache
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, call_id: int) -> HttpResponse:
    """A call-back that one took becomes a referral, once the person has agreed on the telephone."""
    user, now = who_answers_calls(request.user), timezone.now()
    row = call_taken_by(user.pk, call_id)
    if row is None:
        raise Http404
    offers = offers_around(commune=row.commune_id or "", at=now)
    choices = [(one.service_id, f"{one.structure} : {one.service}") for one in offers]
    first = {"offer": choices[0][0]} if choices else {}
    form = PassOnForm(request.POST or None, offers=choices, initial=first)
    if form.is_valid():
        offer = next(one for one in offers if one.service_id == form.cleaned_data["offer"])
        try:
            actions.refer_call(
                call_id=row.pk,
                organisation_id=offer.organisation_id,
                service_id=offer.service_id,
                witness=str(user),
                by=user.pk,
                at=now,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("C’est parti : « %(structure)s » prend la suite.") % {"structure": offer.structure}
            )
            return redirect("organisations:calls")
    context = {"call": row, "offers": offers, "form": form, "words": _words_to_read()}
    return render(request, "journeys/contact/call.html", context, status=422 if form.errors else 200)


def _words_to_read() -> str:
    """The words in force, which the agreement given on the telephone will name, whichever structure is chosen."""
    this = _("cette structure")
    words = latest_text(Aim.ORIENTATION).body.replace("{structure}", this)
    return words.replace(f". {this}", f". {this.capitalize()}")


def _send_code(request: HttpRequest, reach: str) -> None:
    key = actions.ask_proof(reach=reach, client=client_address(request), at=timezone.now())
    request.session[PROOF] = str(key)


def _sent(request: HttpRequest, target: Target, form: ContactForm, code: str) -> HttpResponse:
    """Raises CodeWrong, and what the request itself may."""
    now, reach, client = timezone.now(), form.cleaned_data["reach"], client_address(request)
    key = request.session.get(PROOF, "")
    if not key or not actions.check_proof(key=UUID(key), reach=reach, code=code, client=client, at=now):
        raise actions.CodeWrong(_("Ce n’est pas le bon code, ou il est trop ancien. Renvoyez votre demande."))
    limit("contact", reach, times=5, per_seconds=86_400)
    actions.ask_for_contact(
        organisation_id=target.organisation.pk,
        service_id=target.service.pk if target.service else None,
        values=form.values,
        at=now,
    )
    del request.session[PROOF]
    return redirect("journeys:contact-sent")
