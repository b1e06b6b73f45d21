"""Who sees to a referral: the receiving structure's people, else the sender, else the coordinator, else the network."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Case, Value, When

from maillage.accounts.models import Role, User
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import Follow, Referral, State
from maillage.organisations.models import Duty, Membership

# what the sender sees to first: their own draft, and a refusal that the person has to hear of
SENDERS = (State.BROUILLON, State.REFUSEE)


def person_in_charge(row: Referral, state: str, day: date) -> int | None:
    """The number of who sees to `row` in `state`, on that day; None when nobody at all could."""
    if state == State.SANS_REPONSE:
        sides = (coordinators(row, day), senders(row), receivers(row))
    elif state in SENDERS:
        sides = (senders(row), coordinators(row, day), receivers(row))
    else:
        sides = (receivers(row), senders(row), coordinators(row, day))
    for side in (*sides, administrators()):
        if found := _first_active(side):
            return found
    return None


def receivers(row: Referral) -> Iterator[int]:
    """Who may see to it in the receiving structure: who has it already, the person's referent, managers, members."""
    yield from _people_of(row.to_organisation_id, row.person_id, row.in_charge_id)


def senders(row: Referral) -> Iterator[int]:
    """Who sent it, then the others of their structure; nobody when the person came by themselves."""
    if row.from_organisation_id:
        yield from _people_of(row.from_organisation_id, row.person_id, row.from_user_id)


def coordinators(row: Referral, day: date) -> Iterator[int]:
    """Who is on duty that day for the banner over the place, the first rank first."""
    if row.banner_id:
        duties = Duty.objects.filter(banner=row.banner_id, period__contains=day).order_by("rank")
        yield from duties.values_list("user_id", flat=True)


def administrators() -> Iterator[int]:
    """Who runs the network."""
    yield from (
        Role.objects.filter(kind=Role.Kind.NETWORK, territory_kind="")
        .order_by("pk")
        .values_list("user_id", flat=True)
    )


def _people_of(organisation_id: int, person_id: int, first: int | None) -> Iterator[int]:
    with for_purpose(Purpose.FOLLOW_UP):
        follows = Follow.objects.filter(organisation=organisation_id, person=person_id)
        referent = follows.values_list("referent_id", flat=True).first()
    managers_first = Case(When(kind=Membership.Kind.MANAGER, then=Value(0)), default=Value(1))
    members = list(
        Membership.objects.filter(organisation=organisation_id)
        .order_by(managers_first, "pk")
        .values_list("user_id", flat=True)
    )
    yield from (number for number in (first, referent) if number in members)
    yield from members


def _first_active(numbers: Iterable[int]) -> int | None:
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        return None
    with for_purpose(Purpose.ADMINISTRATION):
        active = set(User.objects.filter(pk__in=wanted, is_active=True).values_list("pk", flat=True))
    return next((number for number in wanted if number in active), None)
