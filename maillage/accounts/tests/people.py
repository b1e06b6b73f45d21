"""People of the tests, and what they leave behind."""

from typing import Any

from django.test import Client

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


def signed_in(user: User) -> Client:
    """A browser in which `user` has signed in."""
    client = Client()
    with for_purpose(Purpose.ADMINISTRATION):
        client.force_login(user)
    return client
