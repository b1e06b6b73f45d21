"""Reads about people with an account. Each says for whom: row security shows nothing else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import models
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.accounts.browsers import browser_in_words
from maillage.accounts.models import DEMO_DOMAIN, Role, User
from maillage.core.acting import Purpose, for_purpose

# what the demo's people do who accompany others: a place in a structure or on a rota, which no role of ours says
TRADES = {
    "relay": gettext_lazy("Relais de proximité"),
    "adviser": gettext_lazy("Conseillère ou conseiller"),
    "coordinator": gettext_lazy("Coordination d’une bannière"),
    "funder": gettext_lazy("Financeur"),
}
DEMO_KINDS = (
    "resident", Role.Kind.CONTRIBUTOR, Role.Kind.MODERATOR, Role.Kind.ANIMATOR, Role.Kind.NETWORK, *TRADES,
)  # fmt: skip
# of technical use only, or secret: not part of what is given back to the person
NOT_EXPORTED = {"password", "session_key", "key_hash", "data", "is_superuser", "groups", "user_permissions"}


@dataclass(frozen=True)
class DemoAccount:
    """One of the demo's accounts: its kind ("resident", a Role.Kind or one of TRADES), the words for it, its user."""

    kind: str
    label: str
    user: User


def demo_accounts() -> list[DemoAccount]:
    """The accounts that the demo's sign-in page offers, one per role; empty before `create_demo_accounts`."""
    with for_purpose(Purpose.SIGN_IN):
        by_email = {user.email: user for user in User.objects.filter(email__endswith=f"@{DEMO_DOMAIN}")}
    found = ((kind, by_email.get(f"{kind}@{DEMO_DOMAIN}")) for kind in DEMO_KINDS)
    return [DemoAccount(kind, kind_label(kind), user) for kind, user in found if user]


def kind_label(kind: str) -> str:
    """The words for a role's kind; "resident" is everyone signed in."""
    if kind == "resident":
        return _("Habitant ou habitante")
    return str(TRADES.get(kind) or Role.Kind(kind).label)


def people_with_roles() -> QuerySet[User]:
    """Everyone who holds a role, with `roles`, by name. For network administrators, under Purpose.ADMINISTRATION."""
    return (
        User.objects.filter(roles__isnull=False)
        .distinct()
        .order_by("name", "email")
        .prefetch_related(
            Prefetch("roles", Role.objects.order_by("kind", "territory_kind", "territory_code"))
        )
    )


def user_by_email(email: str) -> User | None:
    """The user whose address is `email`. Under Purpose.SIGN_IN or ADMINISTRATION."""
    return User.objects.filter(email=email.strip().lower()).first()


def role(number: int) -> Role | None:
    """One role held, by its number."""
    return Role.objects.filter(pk=number).first()


def role_of(user: User, kind: str, territory_kind: str, territory_code: str) -> Role | None:
    """The role that `user` holds there, or None."""
    return Role.objects.filter(
        user=user, kind=kind, territory_kind=territory_kind, territory_code=territory_code
    ).first()


def own_roles(user: User) -> list[Role]:
    """The roles that `user` holds, in a stable order."""
    return list(Role.objects.filter(user=user).order_by("kind", "territory_kind", "territory_code"))


@dataclass(frozen=True)
class OpenSession:
    """One place where an account is open: since when, in which browser, from which network address, and whether it is this one."""

    number: int
    since: datetime
    browser: str
    address: str
    is_current: bool


def open_sessions(user: User, *, here: str) -> list[OpenSession]:
    """Where the account of `user` is open, this session (whose key is `here`) first, then the newest; the ended ones are forgotten."""
    found = [
        OpenSession(row.pk, row.created_at, browser_in_words(row.user_agent), row.ip, row.session_key == here)
        for row in UserSession.objects.purge_and_list(user)
    ]
    return sorted(found, key=lambda session: (session.is_current, session.since), reverse=True)


def personal_data(user: User) -> dict[str, list[dict[str, Any]]]:
    """Everything that the software keeps about `user`, by kind of row: each table that points at them, without secrets.

    New tables appear here by themselves, as it follows the foreign keys. Values are as JSON takes them.
    """
    found = {str(User._meta.verbose_name): [_row(user)]}
    with for_purpose(Purpose.ADMINISTRATION):
        for relation in User._meta.get_fields(include_hidden=True):
            if not (relation.one_to_many or relation.one_to_one) or not relation.auto_created:
                continue
            model: Any = relation.related_model
            column = relation.field.name  # type: ignore[union-attr]
            # the history's tables repeat what their rows say
            if model._meta.auto_created or model._meta.model_name.endswith("event"):
                continue
            # what a person dealt with for someone else is not theirs: its number is enough
            only = {model._meta.pk.name, column} if column in getattr(model, "HANDLED_BY", ()) else None
            rows = [_row(row, only) for row in model._default_manager.filter(**{column: user}).order_by("pk")]
            if rows:
                found[f"{model._meta.label_lower}.{column}"] = rows
    return found


def _row(row: models.Model, only: set[str] | None = None) -> dict[str, Any]:
    return {
        field.name: field.value_to_string(row) if field.value_from_object(row) is not None else None
        for field in row._meta.concrete_fields
        if field.name not in NOT_EXPORTED and not field.generated and (only is None or field.name in only)
    }
