"""People of the tests: someone with roles, and a browser in which they have signed in."""

import itertools

from django.test import Client

from maillage.accounts.models import User
from maillage.accounts.tests.people import person
from maillage.core.acting import Purpose, for_purpose

_numbers = itertools.count(1)


def someone(*roles: tuple[str, ...]) -> User:
    """A person with roles: (kind,) everywhere, or (kind, territory kind, code)."""
    return person(f"personne{next(_numbers)}@example.org", *roles)


def enter(client: Client, user: User) -> None:
    """Sign `user` in."""
    with for_purpose(Purpose.ADMINISTRATION):
        client.force_login(user)
