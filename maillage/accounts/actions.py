"""Writes about accounts: roles, demo accounts, leaving."""

from collections.abc import Iterable

import structlog
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from maillage.accounts.models import DEMO_DOMAIN, Role, User
from maillage.accounts.queries import DEMO_KINDS, kind_label
from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import DomainError

log = structlog.get_logger()
# where the demo's accounts hold their role: everywhere, but for the animator
DEMO_TERRITORIES = {Role.Kind.ANIMATOR: ("epci", "243400017")}  # Montpellier Méditerranée Métropole


class NobodyThere(DomainError):
    """No account has that address."""

    status = 404


class LastAdministrator(DomainError):
    """The network would have no administrator left."""

    status = 409


class WrongAddress(DomainError):
    """It is not an e-mail address."""


class WrongTerritory(DomainError):
    """The kind and the code do not go together."""


@transaction.atomic
def create_account(*, email: str, name: str = "") -> User:
    """An account for someone who has not come yet; they enter by a code sent to `email`. Under Purpose.ADMINISTRATION.

    Raises WrongAddress.
    """
    try:
        validate_email(email)
    except ValidationError as error:
        raise WrongAddress(_("« %(email)s » n’est pas une adresse e-mail.") % {"email": email}) from error
    user = User.objects.create_user(email, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    return user


@transaction.atomic
def grant_role(
    *, user: User, kind: str, territory_kind: str = "", territory_code: str = "", by: int | None = None
) -> Role:
    """Give `user` a role, everywhere or in one territory. Granting twice changes nothing.

    `by` is the number of who grants, for the log. Raises WrongTerritory.
    """
    if bool(territory_kind) != bool(territory_code) or territory_kind not in Role.TerritoryKind.values:
        raise WrongTerritory(_("Donnez le genre du territoire et son code, ou ni l’un ni l’autre."))
    if kind == Role.Kind.NETWORK and territory_kind:
        raise WrongTerritory(_("L’administration du réseau vaut partout : laissez le territoire vide."))
    if kind not in Role.Kind.values:
        raise WrongTerritory(_("Rôle inconnu."))
    role, created = Role.objects.get_or_create(
        user=user, kind=kind, territory_kind=territory_kind, territory_code=territory_code.strip().upper()
    )
    if created:
        log.info("role.granted", user=user.pk, kind=kind, territory=territory_code, by=by)
    return role


@transaction.atomic
def revoke_role(*, role: Role, by: int | None = None) -> None:
    """Take a role back. Raises LastAdministrator rather than leave the network without one."""
    if role.kind == Role.Kind.NETWORK:
        # both of two administrators leaving at once: the second waits here
        administrators = (
            Role.objects.select_for_update().filter(kind=Role.Kind.NETWORK).values_list("pk", flat=True)
        )
        if set(administrators) <= {role.pk}:
            raise LastAdministrator(
                _("C’est la dernière personne qui administre le réseau : donnez d’abord ce rôle à une autre.")
            )
    role.delete()
    log.info("role.revoked", user=role.user_id, kind=role.kind, territory=role.territory_code, by=by)


@transaction.atomic
def rename(*, user: User, name: str) -> User:
    """Change the name that others see."""
    user.name = " ".join(name.split())
    user.save(update_fields=["name"])
    return user


@transaction.atomic
def list_session(request: HttpRequest) -> None:
    """Put the session just opened in its person's list, as allauth does for those who come by its doors."""
    UserSession.objects.create_from_request(request)


def close_sessions(*, user: User, but: str, number: int | None = None) -> int:
    """Close the session `number` of `user`, or all of them, but the one whose key is `but`; how many were closed."""
    found = UserSession.objects.filter(user=user).exclude(session_key=but)
    if number is not None:
        found = found.filter(pk=number)
    keys = list(found.values_list("session_key", flat=True))
    UserSession.objects.filter(user=user, session_key__in=keys).delete()
    Session.objects.filter(session_key__in=keys).delete()
    log.info("sessions.closed", user=user.pk, count=len(keys))
    return len(keys)


@transaction.atomic
def delete_account(*, user: User) -> None:
    """Forget a person: their account, addresses, factors, roles and sessions. What they published stays, unsigned.

    Raises LastAdministrator.
    """
    for role in Role.objects.filter(user=user, kind=Role.Kind.NETWORK):
        revoke_role(role=role)
    number = user.pk
    with for_purpose(Purpose.ADMINISTRATION):
        keys = list(_session_keys(user))
        user.delete()
    Session.objects.filter(session_key__in=keys).delete()
    log.info("account.deleted", user=number)


@transaction.atomic
def create_demo_accounts() -> list[User]:
    """One account per role, with addresses that no mail reaches. Creating twice changes nothing."""
    made = []
    with for_purpose(Purpose.ADMINISTRATION):
        for kind in DEMO_KINDS:
            email = f"{kind}@{DEMO_DOMAIN}"
            user = User.objects.filter(email=email).first()
            if user is None:
                user = User.objects.create_user(email, name=f"{kind_label(kind)} (exemple)"[:80])
            EmailAddress.objects.get_or_create(
                user=user, email=email, defaults={"verified": True, "primary": True}
            )
            if kind in Role.Kind.values:
                where = DEMO_TERRITORIES.get(Role.Kind(kind), ("", ""))
                grant_role(user=user, kind=kind, territory_kind=where[0], territory_code=where[1])
            made.append(user)
    return made


def _session_keys(user: User) -> Iterable[str]:
    return UserSession.objects.filter(user=user).values_list("session_key", flat=True)
