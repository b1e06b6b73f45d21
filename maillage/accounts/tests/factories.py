"""People for tests, made under the purpose that may see them."""

from itertools import count

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.test import Client

from maillage.accounts.models import Role, User
from maillage.core.acting import Purpose, for_purpose

_numbers = count(1)


def make_user(*kinds: str, email: str = "", territory: tuple[str, str] = ("", ""), **values) -> User:
    """A person with a proven address and the roles `kinds`, everywhere or in `territory`."""
    with transaction.atomic(), for_purpose(Purpose.ADMINISTRATION):
        user = User.objects.create_user(email or f"personne{next(_numbers)}@example.org", **values)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        for kind in kinds:
            Role.objects.create(
                user=user, kind=kind, territory_kind=territory[0], territory_code=territory[1]
            )
    return user


def enter(client: Client, user: User) -> None:
    """Sign `user` in, without the code: force_login writes the date of the visit, which needs a purpose."""
    with transaction.atomic(), for_purpose(Purpose.SIGN_IN):
        client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
