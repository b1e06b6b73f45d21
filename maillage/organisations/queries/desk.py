"""What waits for a signed-in person, about structures and banners."""

from dataclasses import dataclass

from maillage.accounts.access import MODERATING, is_network_administrator, scopes
from maillage.accounts.models import Role
from maillage.organisations.access import Someone
from maillage.organisations.queries.calls import has_duties, waiting_count
from maillage.organisations.queries.claims import claims_to_answer


@dataclass(frozen=True)
class Desk:
    """How many calls and claims wait (None: not theirs to answer), and whether they run banners."""

    calls: int | None = None
    claims: int | None = None
    runs_banners: bool = False


def desk_of(user: Someone) -> Desk:
    """The desk of `user`; empty for a visitor."""
    if not user.is_authenticated:
        return Desk()
    answers = has_duties(user.pk) or is_network_administrator(user)
    moderates = bool(scopes(user, *MODERATING))
    return Desk(
        waiting_count() if answers else None,
        len(claims_to_answer(user)) if moderates else None,
        bool(scopes(user, Role.Kind.ANIMATOR, Role.Kind.NETWORK)),
    )
