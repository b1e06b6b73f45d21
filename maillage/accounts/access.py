"""Who may do what, from the roles that they hold. Territories are (kind, code) pairs: accounts know no geography."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from maillage.accounts.models import DEMO_DOMAIN, Role, User

Someone = User | AnonymousUser
SEEN = "personal_data_at"  # of the session: the last page with personal data, in seconds since 1970
MODERATING = (Role.Kind.MODERATOR, Role.Kind.ANIMATOR, Role.Kind.NETWORK)


@dataclass(frozen=True)
class Scopes:
    """Where a person holds a role: everywhere, or in `territories`, (kind, code) pairs such as ("epci", "243400017")."""

    everywhere: bool = False
    territories: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.territories)

    def codes(self, kind: str) -> list[str]:
        """The codes of one kind of territory."""
        return [code for found, code in self.territories if found == kind]

    def includes(self, territories: Iterable[tuple[str, str]]) -> bool:
        """Whether one of the territories that a thing lies in is one of ours."""
        return self.everywhere or not set(self.territories).isdisjoint(territories)


def scopes(user: Someone, *kinds: str) -> Scopes:
    """Where `user` holds one of the roles `kinds` (Role.Kind values); nowhere for an anonymous visitor."""
    if not user.is_authenticated or not user.is_active:
        return Scopes()
    held = Role.objects.filter(user_id=user.pk, kind__in=kinds).values_list(
        "territory_kind", "territory_code"
    )
    places = tuple(sorted(set(held)))
    return Scopes(("", "") in places, tuple(place for place in places if place != ("", "")))


def is_moderator(user: Someone) -> bool:
    """Whether `user` moderates somewhere."""
    return bool(scopes(user, *MODERATING))


def may_moderate(
    user: Someone, communes: Iterable[str] = (), territories: Iterable[tuple[str, str]] = ()
) -> bool:
    """Whether `user` moderates what lies in these communes (codes) or territories ((kind, code) pairs).

    What lies nowhere (a national initiative) is for those who moderate everywhere. A commune's EPCI, département and
    région are to be given among `territories`: accounts do not know them.
    """
    places = {("commune", code) for code in communes} | set(territories)
    return scopes(user, *MODERATING).includes(places)


def is_network_administrator(user: Someone) -> bool:
    """Whether `user` runs the network: everywhere, never in one territory only."""
    return scopes(user, Role.Kind.NETWORK).everywhere


def network_administrator(user: Someone) -> User:
    """`user`, if they run the network; PermissionDenied otherwise."""
    if not isinstance(user, User) or not is_network_administrator(user):
        raise PermissionDenied
    return user


def two_factor_since(request: HttpRequest) -> datetime | None:
    """When this session last proved its second factor (application, key, recovery code); None: never.

    A code by mail is the first factor, whoever sent it. The demo's own accounts have a shortcut (`enter_demo`), which
    counts for them alone, and in a demo alone.
    """
    user = request.user
    if not isinstance(user, User):
        return None
    demo = settings.DEMO and user.email.endswith(f"@{DEMO_DOMAIN}")
    counted = {"mfa", "demo"} if demo else {"mfa"}
    moments = [
        record["at"] for record in get_authentication_records(request, user) if record["method"] in counted
    ]
    return datetime.fromtimestamp(max(moments), UTC) if moments else None


def may_read_personal_data(request: HttpRequest, *, at: datetime) -> bool:
    """Whether the session proved a second factor, and has not slept since (settings.IDLE_LOCK)."""
    proved = two_factor_since(request)
    if proved is None:
        return False
    seen = datetime.fromtimestamp(request.session.get(SEEN, 0), UTC)
    return at - max(proved, seen) < settings.IDLE_LOCK


def note_personal_page(session: Any, *, at: datetime) -> None:
    """A page with personal data is asked for: the session is awake. Written once a minute at most."""
    if at - datetime.fromtimestamp(session.get(SEEN, 0), UTC) >= timedelta(minutes=1):
        session[SEEN] = int(at.timestamp())
