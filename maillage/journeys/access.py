"""Who may refer people, read a referral, and move it. What the database lets each see: sql/policies.sql."""

from dataclasses import dataclass
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.timezone import localdate

from maillage.accounts.access import may_read_personal_data, scopes
from maillage.accounts.models import Role, User
from maillage.journeys.models import CLOSED, Follow, Group, Person, Referral, State
from maillage.journeys.models.journey import Of
from maillage.journeys.openings import note_opening
from maillage.organisations.models import Duty, Membership

Someone = User | AnonymousUser
Row = TypeVar("Row", bound=Of)


@dataclass(frozen=True)
class Sides:
    """Where someone stands before a referral: in the structure that receives it, in the one that sent it (`drafter`: and
    has not sent it yet), in its charge for want of anybody there (the banner's coordinator, the network, or the sender
    when the receiving structure has nobody here)."""

    receiver: bool = False
    sender: bool = False
    drafter: bool = False
    coordinator: bool = False

    def may(self, what: str) -> bool:
        """Whether that side may do it at all, whatever the state: `what` is a key of RIGHTS."""
        return any(getattr(self, side) for side in RIGHTS[what])


ANYONE = ("receiver", "sender", "coordinator")
# who may do what; a coordinator telephones, and notes what the structure said
RIGHTS = {
    "send": ("drafter", "coordinator"),
    "receive": ("receiver",),
    "accept": ("receiver", "coordinator"),
    "refuse": ("receiver", "coordinator"),
    "outcome": ("receiver", "coordinator"),
    "pass_on": ANYONE,
    "cancel": ("sender", "coordinator"),
    "postpone": ("receiver", "drafter", "coordinator"),
    "told": ("sender", "coordinator"),
}


@dataclass(frozen=True)
class Professional:
    """Who reads about people: a user with a second factor, the structures that they belong to (number → name), the
    banners on whose rota they are today."""

    user: User
    organisations: dict[int, str]
    banners: frozenset[int]


def professional(request: HttpRequest) -> Professional:
    """Who asks, if they belong to a structure, are on a rota or have something in their charge; PermissionDenied otherwise.

    Without a second factor proved in this session, too: the pages ask for it before (urls), this is the second lock.
    """
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        raise PermissionDenied
    if not may_read_personal_data(request, at=timezone.now()):
        raise PermissionDenied
    structures = Membership.objects.filter(user=user).order_by("organisation__name", "organisation")
    organisations = dict(structures.values_list("organisation_id", "organisation__name"))
    duties = Duty.objects.filter(user=user, period__contains=localdate())
    banners = frozenset(duties.values_list("banner_id", flat=True))
    if organisations or banners:
        return Professional(user, organisations, banners)
    if Referral.objects.filter(in_charge=user).exclude(state__in=CLOSED).exists():
        return Professional(user, organisations, banners)
    raise PermissionDenied


def person_to_read(request: HttpRequest, person_id: int, why: str) -> Person:
    """The person, if who asks may read their file (row security); Http404 otherwise. The opening is logged, with `why`."""
    reader = professional(request)
    found = Person.objects.select_related("commune").defer("commune__contour").filter(pk=person_id).first()
    if found is None:
        raise Http404
    followed = Follow.objects.filter(
        Q(until=None) | Q(until__gt=timezone.now()), person=found, organisation__in=list(reader.organisations)
    )
    ours = followed.order_by("since", "pk").values_list("organisation_id", flat=True).first()
    note_opening(request, found.pk, organisation_id=ours, why=why)
    return found


def followers(reader: Professional, person_id: int) -> dict[int, str]:
    """Those of the reader's structures that follow the person now, number → name: in their names one writes in the file."""
    live = Follow.objects.filter(
        Q(until=None) | Q(until__gt=timezone.now()),
        person=person_id,
        organisation__in=list(reader.organisations),
    )
    ours = live.order_by("since", "pk").values_list("organisation_id", flat=True)
    return {number: reader.organisations[number] for number in ours}


def person_to_write(request: HttpRequest, person_id: int) -> dict[int, str]:
    """The structures in whose names who asks writes in the person's file; Http404 when they do not read it,
    PermissionDenied when none of their structures follows the person (a coordinator calls, and writes nothing)."""
    reader = professional(request)
    if not Person.objects.filter(pk=person_id).exists():
        raise Http404
    found = followers(reader, person_id)
    if not found:
        raise PermissionDenied
    return found


def row_to_change(request: HttpRequest, model: type[Row], person_id: int, pk: int) -> Row:
    """A row of the person's file that one of the reader's structures wrote; Http404 otherwise."""
    ours = person_to_write(request, person_id)
    found = model._default_manager.filter(pk=pk, person=person_id, organisation__in=list(ours)).first()
    if found is None:
        raise Http404
    return found


def who_keeps_groups(request: HttpRequest) -> Professional:
    """Who asks, if they belong to a structure; PermissionDenied otherwise."""
    reader = professional(request)
    if not reader.organisations:
        raise PermissionDenied
    return reader


def group_to_keep(request: HttpRequest, group_id: int) -> Group:
    """A group of one of the reader's structures; Http404 otherwise."""
    reader = professional(request)
    found = Group.objects.filter(pk=group_id, organisation__in=list(reader.organisations)).first()
    if found is None:
        raise Http404
    return found


def organisation_to_export(request: HttpRequest, organisation_id: int) -> int:
    """The structure's number, if who asks belongs to it; PermissionDenied otherwise."""
    if organisation_id not in professional(request).organisations:
        raise PermissionDenied
    return organisation_id


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
    if not may_move(user, found, what):
        raise PermissionDenied
    return found


def may_move(user: Someone, row: Referral, what: str) -> bool:
    """Whether `user` stands on a side that does `what` (a key of RIGHTS)."""
    return what in RIGHTS and sides(user, row).may(what)


def sides(user: Someone, row: Referral) -> Sides:
    """Where `user` stands before `row`: one query, two when the banner's coordinator has taken over."""
    if not user.is_authenticated or not user.is_active:
        return Sides()
    ours = {row.from_organisation_id, row.to_organisation_id} & set(
        Membership.objects.filter(
            user=user.pk, organisation__in=[row.to_organisation_id, row.from_organisation_id or 0]
        ).values_list("organisation_id", flat=True)
    )
    receiver = row.to_organisation_id in ours and row.state != State.BROUILLON
    sender = row.from_organisation_id in ours
    in_charge = row.in_charge_id == user.pk
    own_affair = sender and row.state in {State.BROUILLON, State.REFUSEE}
    stands_in = not receiver and not own_affair and (in_charge or (not sender and _on_duty(user, row)))
    return Sides(receiver, sender, sender and row.state == State.BROUILLON, stands_in)


def organisation_of(standing: Sides, row: Referral) -> int | None:
    """The structure in whose name that side reads the referral; None for a coordinator."""
    if standing.receiver:
        return row.to_organisation_id
    return row.from_organisation_id if standing.sender else None


def _on_duty(user: Someone, row: Referral) -> bool:
    return (
        row.coordinated
        and Duty.objects.filter(banner=row.banner_id, user=user.pk, period__contains=localdate()).exists()
    )


# the kinds of structure that pay for, or answer for, what is done
FUNDING = ("financeur", "etat", "collectivite")


def who_reads_figures(user: Someone) -> User:
    """`user`, if they animate a territory, run the network, are on a banner's rota, or belong to a funder, a collectivity or the
    State; PermissionDenied otherwise. No second factor: figures tell of nobody."""
    if not isinstance(user, User) or not may_read_figures(user):
        raise PermissionDenied
    return user


def may_read_figures(user: Someone) -> bool:
    """Whether `user` is one of those whom the figures of a territory are made for."""
    if not user.is_authenticated or not user.is_active:
        return False
    if scopes(user, Role.Kind.ANIMATOR, Role.Kind.NETWORK):
        return True
    if Duty.objects.filter(user=user.pk, period__contains=localdate()).exists():
        return True
    return Membership.objects.filter(user=user.pk, organisation__kinds__overlap=list(FUNDING)).exists()
