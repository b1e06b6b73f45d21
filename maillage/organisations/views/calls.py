"""One form to be called back, and the list of those who call."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.core.ratelimit import client_address, limit
from maillage.organisations import access
from maillage.organisations.actions import calls as actions
from maillage.organisations.banners import banner_of
from maillage.organisations.forms.calls import CallBackForm
from maillage.organisations.queries.banners import banner_of_commune
from maillage.organisations.queries.calls import calls_answered, calls_to_answer


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def call_back(request: HttpRequest) -> HttpResponse:
    """« Être rappelé »: the form, open to all; the banner of the page, else that of the place, gets the call."""
    form = CallBackForm(request.POST or None, initial={"place": request.GET.get("lieu", "")[:100]})
    if request.method == "POST":
        if form.is_trapped:
            return redirect("organisations:call-back-sent")
        if form.is_valid():
            limit("call-back", client_address(request), times=5, per_seconds=3600)
            limit("call-back-number", form.cleaned_data["phone"], times=2, per_seconds=86_400)
            banner = banner_of(request) or (banner_of_commune(form.commune) if form.commune else None)
            actions.ask_to_be_called(banner=banner, values=form.values, at=timezone.now())
            return redirect("organisations:call-back-sent")
    context = {"form": form, "banner": banner_of(request)}
    return render(request, "organisations/call_back.html", context, status=422 if form.errors else 200)


@login_not_required
@require_safe
def call_back_sent(request: HttpRequest) -> HttpResponse:
    """What happens next; nothing about who asked."""
    return render(request, "organisations/call_back_sent.html", {"banner": banner_of(request)})


@never_cache
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """Who is to be called back, for the people of a rota and the network's administration."""
    user, now = access.who_answers_calls(request.user), timezone.now()
    context = {"calls": calls_to_answer(user.pk, at=now), "answered": calls_answered(user.pk, at=now)}
    return render(request, "organisations/calls.html", context)


@never_cache
@require_POST
def call(request: HttpRequest, call_id: int) -> HttpResponse:
    """Take a call, give it back, or note how it ended: `what` is take, give-back, called or unreached."""
    user, now = access.who_answers_calls(request.user), timezone.now()
    match request.POST.get("what", ""):
        case "take":
            actions.take_call(call_id=call_id, user_id=user.pk, at=now)
            messages.success(request, _("L’appel est à vous. Dites ensuite comment il s’est passé."))
        case "give-back":
            actions.give_back_call(call_id=call_id, user_id=user.pk)
            messages.success(request, _("L’appel est de nouveau à prendre."))
        case "called" | "unreached" as how:
            actions.end_call(call_id=call_id, user_id=user.pk, reached=how == "called", at=now)
            messages.success(request, _("C’est noté. Les coordonnées seront effacées dans un mois."))
    return redirect("organisations:calls")
