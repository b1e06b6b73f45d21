"""Who may refer people, read a referral, and move it. What the database lets each see: sql/policies.sql."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.timezone import localdate

from maillage.accounts.models import User
from maillage.journeys.models import Referral, State
from maillage.organisations.models import Duty, Membership

Someone = User | AnonymousUser


@dataclass(frozen=True)
class Sides:
    """Where someone stands before a referral: in the structure that receives it, in the one that sent it, in its charge
    from outside (the banner's coordinator, the network)."""

    receiver: bool
    sender: bool
    coordinator: bool

    def may(self, what: str) -> bool:
        """Whether that side may do it at all, whatever the state: `what` is a key of RIGHTS."""
        return any(getattr(self, side) for side in RIGHTS[what])


ANYONE = ("receiver", "sender", "coordinator")
# who may do what; a coordinator telephones, and notes what the structure said
RIGHTS = {
    "send": ("sender", "coordinator"),
    "receive": ("receiver",),
    "accept": ("receiver", "coordinator"),
    "refuse": ("receiver", "coordinator"),
    "outcome": ("receiver", "coordinator"),
    "pass_on": ANYONE,
    "cancel": ("sender", "coordinator"),
    "postpone": ANYONE,
}


def may_refer(user: Someone) -> bool:
    """Whether `user` belongs to a structure: that is what it takes to refer someone."""
    return bool(user.is_authenticated and user.is_active) and Membership.objects.filter(user=user.pk).exists()


def who_refers(user: Someone) -> User:
    """`user`, if they belong to a structure; PermissionDenied otherwise."""
    if not isinstance(user, User) or not may_refer(user):
        raise PermissionDenied
    return user


def who_has_an_inbox(user: Someone) -> User:
    """`user`, signed in: whoever has something in their charge has an inbox, even from outside any structure."""
    if not isinstance(user, User) or not user.is_active:
        raise PermissionDenied
    return user


def referral_to_read(user: Someone, referral_id: int) -> Referral:
    """The referral, with its structures, if `user` may read it (row security); Http404 otherwise."""
    found = (
        Referral.objects.select_related("from_organisation", "to_organisation", "service", "banner")
        .filter(pk=referral_id)
        .first()
    )
    if found is None or not sides(user, found).may("pass_on"):
        raise Http404
    return found


def referral_to_move(user: Someone, referral_id: int, what: str) -> Referral:
    """The referral, if `user` stands on a side that does `what`; Http404 when they do not see it, PermissionDenied else."""
    found = referral_to_read(user, referral_id)
    if what not in RIGHTS or not sides(user, found).may(what):
        raise PermissionDenied
    return found


def sides(user: Someone, row: Referral) -> Sides:
    """Where `user` stands before `row`: one query, two when the banner's coordinator has taken over."""
    if not user.is_authenticated or not user.is_active:
        return Sides(receiver=False, sender=False, coordinator=False)
    ours = {row.from_organisation_id, row.to_organisation_id} & set(
        Membership.objects.filter(
            user=user.pk, organisation__in=[row.to_organisation_id, row.from_organisation_id or 0]
        ).values_list("organisation_id", flat=True)
    )
    receiver = row.to_organisation_id in ours and row.state != State.BROUILLON
    sender = row.from_organisation_id in ours
    outside = not receiver and not sender
    return Sides(receiver, sender, outside and (row.in_charge_id == user.pk or _on_duty(user, row)))


def _on_duty(user: Someone, row: Referral) -> bool:
    return (
        row.coordinated
        and Duty.objects.filter(banner=row.banner_id, user=user.pk, period__contains=localdate()).exists()
    )
