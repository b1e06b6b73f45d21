"""People of the tests, and what they leave behind."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from maillage.accounts.access import note_personal_page
from maillage.accounts.models import Role, User
from maillage.core.acting import Purpose, for_purpose


def everyone(model: Any) -> list[Any]:
    """All the rows of a table with personal data, whoever they belong to."""
    with for_purpose(Purpose.ADMINISTRATION):
        return list(model.objects.order_by("pk"))


def person(email: str, *roles: tuple[str, ...]) -> User:
    """Someone with roles: (kind,) everywhere, or (kind, territory kind, code)."""
    with for_purpose(Purpose.ADMINISTRATION):
        user = User.objects.create_user(email)
    for kind, *territory in roles:
        territory_kind, code = territory or ("", "")
        Role.objects.create(user=user, kind=kind, territory_kind=territory_kind, territory_code=code)
    return user


def signed_in(user: User, *, second_factor: bool = True) -> Client:
    """A browser in which `user` has signed in, and proved a second factor just now."""
    client = Client()
    with for_purpose(Purpose.ADMINISTRATION):
        client.force_login(user)
    if second_factor:
        prove_second_factor(client, user)
    return client


def prove_second_factor(client: Client, user: User) -> None:
    """Note in the session what allauth notes when a code of an application is right."""
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, method="mfa", type="totp")
    note_personal_page(request.session, at=timezone.now())
    request.session.save()
