"""One's account, the roles of others, and the demo's doors. Signing in itself is allauth's."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from maillage.accounts import access, actions, queries, second_factor
from maillage.accounts.forms import DeleteForm, NameForm, RoleForm
from maillage.accounts.models import User
from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import DomainError
from maillage.core.ratelimit import limited


def person(request: HttpRequest) -> User:
    """Who is signed in; every page here asks for a login first."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = NameForm(request.POST or None, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        actions.rename(user=user, name=form.cleaned_data["name"])
        messages.success(request, _("Votre nom est enregistré."))
        return redirect("account_home")
    context = {
        "form": form,
        "roles": queries.own_roles(user),
        "administers": access.is_network_administrator(user),
    }
    return render(request, "accounts/home.html", context)


@never_cache
@require_POST
@limited(times=10, per_seconds=3600)
def export(request: HttpRequest) -> HttpResponse:
    """Everything kept about oneself, as a JSON file."""
    body = json.dumps(queries.personal_data(person(request)), ensure_ascii=False, indent=2)
    return HttpResponse(
        body,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="mes-donnees-maillage.json"'},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = DeleteForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        actions.delete_account(user=user)
        logout(request)
        messages.success(request, _("Votre compte est supprimé."))
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/delete.html", {"form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the account is open; POST closes one of these (`number`), or all but this one."""
    user, here = person(request), request.session.session_key or ""
    if request.method == "POST":
        number = request.POST.get("number", "")
        closed = actions.close_sessions(
            user=user, but=here, number=int(number) if number.isdecimal() else None
        )
        said = ngettext("%(n)s session est fermée.", "%(n)s sessions sont fermées.", closed) % {"n": closed}
        messages.success(request, said)
        return redirect("usersessions_list")
    context = {"sessions": queries.open_sessions(user, here=here)}
    return render(request, "usersessions/usersession_list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: HttpRequest) -> HttpResponse:
    """Who may do what, for those who run the network."""
    administrator = access.network_administrator(request.user)
    form = RoleForm(request.POST or None)
    with for_purpose(Purpose.ADMINISTRATION):
        if request.method == "POST" and form.is_valid() and _granted(form, administrator):
            messages.success(request, _("Le rôle est donné."))
            return redirect("account_roles")
        people = list(queries.people_with_roles())
    status = 422 if form.is_bound else 200
    return render(request, "accounts/roles.html", {"form": form, "people": people}, status=status)


def _granted(form: RoleForm, administrator: User) -> bool:
    values: dict[str, Any] = dict(form.cleaned_data)
    user = queries.user_by_email(values.pop("email"))
    if user is None:
        form.add_error(
            "email", _("Personne n’a de compte à cette adresse. Demandez-lui d’abord de se connecter.")
        )
        return False
    try:
        actions.grant_role(user=user, by=administrator.pk, **values)
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    return True


@never_cache
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    administrator = access.network_administrator(request.user)
    with for_purpose(Purpose.ADMINISTRATION):
        role = queries.role(number)
        if role is None:
            raise Http404
        try:
            actions.revoke_role(role=role, by=administrator.pk)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Le rôle est retiré."))
    return redirect("account_roles")


@login_not_required
@never_cache
@require_POST
@limited(times=60, per_seconds=3600)
def enter_demo(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo's accounts: a demo only, never an address of a real person."""
    if not settings.DEMO:
        raise Http404
    wanted = request.POST.get("kind", "")
    account = next((found for found in queries.demo_accounts() if found.kind == wanted), None)
    if account is None:
        raise Http404
    login(request, account.user, settings.AUTHENTICATION_BACKENDS[0])
    actions.list_session(request)
    second_factor.record_demo(request)
    following = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(following, {request.get_host()}, request.is_secure()):
        following = settings.LOGIN_REDIRECT_URL
    return redirect(following)
