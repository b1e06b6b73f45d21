"""Asking once more who is there, before a page about people: a second factor, and again after a while without action.

Whoever asks for a page is sent to prove it, and brought back. Whoever was writing has what they wrote in the page that
asks, and sends both together: nothing is lost, nothing is kept in between. No script is needed, but for an access key.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from maillage.accounts import access
from maillage.accounts.models import DEMO_DOMAIN, User

View = TypeVar("View", bound=Callable[..., HttpResponse])
CODE, KEY, DEMO = "preuve-code", "preuve-credential", "preuve-exemple"
PENDING = "second_factor_next"  # of the session: where to go once a factor has been set up


def second_factor_required(view: View) -> View:
    """The view, for sessions with a second factor that are awake; its pages stay in no cache."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        at = timezone.now()
        if not access.may_read_personal_data(request, at=at):
            if request.method in {"GET", "HEAD"}:
                return _private(_sent_to_prove(request))
            if not _proved(request):
                return _private(_asked(request, kept=True))
        access.note_personal_page(request.session, at=at)
        return _private(view(request, *args, **kwargs))

    guarded.needs_second_factor = True  # type: ignore[attr-defined]
    return cast(View, guarded)


@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """Prove a second factor, or choose one to set up; then on to `next`."""
    following = _following(request)
    if access.may_read_personal_data(request, at=timezone.now()) or (
        request.method == "POST" and _proved(request)
    ):
        request.session.pop(PENDING, None)
        return redirect(following or "/")
    if following and request.session.get(PENDING) != following:
        request.session[PENDING] = following
    return _private(_asked(request, kept=False))


def record_demo(request: HttpRequest) -> None:
    """The demo's accounts have no telephone: entering by the demo's door counts as their second factor.

    PermissionDenied outside a demo, or for anybody else's account.
    """
    user = request.user
    if not settings.DEMO or not isinstance(user, User) or not user.email.endswith(f"@{DEMO_DOMAIN}"):
        raise PermissionDenied
    record_authentication(request, user, method="demo")


def _proved(request: HttpRequest) -> bool:
    """Whether the request carries a right code or a key's answer: noted in the session, and what was wrong in the request."""
    if DEMO in request.POST:
        record_demo(request)
        return True
    form: ReauthenticateForm | ReauthenticateWebAuthnForm | None = None
    if CODE in request.POST:
        form = ReauthenticateForm(request.POST, user=request.user, prefix="preuve")
    elif KEY in request.POST:
        form = ReauthenticateWebAuthnForm(request.POST, user=request.user, prefix="preuve")
    if form is None:
        return False
    if form.is_valid():
        form.save()
        return True
    request.wrong_proof = form  # type: ignore[attr-defined]
    return False


def _asked(request: HttpRequest, *, kept: bool) -> HttpResponse:
    """The page that asks for a proof; with `kept`, it carries what the refused request was sending."""
    user = request.user
    kinds = set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
    wrong = getattr(request, "wrong_proof", None)
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in {"csrfmiddlewaretoken", CODE, KEY, DEMO}
    ]
    context: dict[str, Any] = {
        "form": wrong
        if isinstance(wrong, ReauthenticateForm)
        else ReauthenticateForm(user=user, prefix="preuve"),
        "kept": fields if kept else [],
        "is_kept": kept,
        "lost_files": kept and bool(request.FILES),
        "following": _following(request),
        "slept": access.two_factor_since(request) is not None,
        "by_code": kinds - {Authenticator.Type.WEBAUTHN},
        "by_demo": settings.DEMO and isinstance(user, User) and user.email.endswith(f"@{DEMO_DOMAIN}"),
        "action": request.get_full_path() if kept else reverse("account_second_factor"),
        "key_form": None,
    }
    if Authenticator.Type.WEBAUTHN in kinds:
        key_form = wrong if isinstance(wrong, ReauthenticateWebAuthnForm) else None
        context["key_form"] = key_form or ReauthenticateWebAuthnForm(user=user, prefix="preuve")
        context["js_data"] = {"request_options": begin_authentication(user)}
    response = render(request, "accounts/second_factor.html", context, status=403 if kept else 200)
    if kept and request.headers.get("HX-Request"):
        # htmx shows no 4xx, and would put the page where its own part was expected
        response.status_code = 200
        response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML show:window:top"
    return response


def _sent_to_prove(request: HttpRequest) -> HttpResponse:
    here = request.get_full_path()
    if not request.headers.get("HX-Request"):
        return redirect(_address(here))
    seen = urlsplit(request.headers.get("HX-Current-URL", ""))
    page = f"{seen.path}?{seen.query}" if seen.query else seen.path
    return HttpResponse(headers={"HX-Redirect": _address(page or here)})


def _address(following: str) -> str:
    return f"{reverse('account_second_factor')}?{urlencode({'next': following})}"


def _following(request: HttpRequest) -> str:
    """Where to go afterwards: `next`, else what was asked for before a factor was set up; of this site only."""
    wanted = request.POST.get("next") or request.GET.get("next") or request.session.get(PENDING, "")
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    return wanted if safe else ""


def _private(response: HttpResponse) -> HttpResponse:
    add_never_cache_headers(response)
    return response
