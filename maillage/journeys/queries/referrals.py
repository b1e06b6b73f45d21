"""One referral as its page tells it: where it stands, what may be done, how it came there."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from maillage.accounts.models import User
from maillage.core.acting import Purpose, for_purpose
from maillage.core.phones import readable_phone
from maillage.journeys.access import Sides
from maillage.journeys.models import Follow, Person, Referral, ReferralEvent, State, Terms, Via
from maillage.journeys.queries.agreements import Agreements, agreements
from maillage.journeys.queries.inbox import Desk
from maillage.journeys.queries.link_uses import Use, uses_of
from maillage.journeys.queries.transitions import transitions
from maillage.offers.models import Brake, Service
from maillage.organisations.models import Membership, Organisation

# what each gesture leads to
LEADS_TO = {
    "send": {State.ENVOYEE},
    "receive": {State.RECUE},
    "accept": {State.ACCEPTEE},
    "refuse": {State.REFUSEE},
    "outcome": {
        State.RDV_FAIT, State.ABSENT, State.EXCUSE, State.AIDE, State.PAS_D_AIDE, State.INJOIGNABLE, State.PAS_POUR_NOUS,
    },
    "pass_on": {State.REORIENTEE},
    "cancel": {State.ANNULEE},
}  # fmt: skip
CALM = (
    State.BROUILLON,
    State.ACCEPTEE,
    State.RDV_FAIT,
    State.ABSENT,
    State.EXCUSE,
)  # nobody else waits for a promised date


@dataclass(frozen=True)
class Moment:
    """One move, in words: when, which state, by whom ("" when it is not for us to know), by which door."""

    at: datetime
    state: str
    who: str
    via: str


@dataclass(frozen=True)
class Sheet:
    """All that the page of a referral shows. `person` is None for who may not read the file."""

    row: Referral
    person: Person | None
    phone: str
    freins: list[str]
    doings: frozenset[str]
    outcomes: list[tuple[str, str]]
    given: Agreements
    moments: list[Moment]
    previous: Referral | None
    following: list[Referral]
    who: str
    mine: bool
    uses: list[Use]  # of its answer links, the latest first


@dataclass(frozen=True)
class Target:
    """Where someone may be sent: a structure, one of its services or none, the delay that it promises."""

    organisation: Organisation
    service: Service | None
    promised_days: int
    is_open: bool


@dataclass(frozen=True)
class Followed:
    """Someone whom one of our structures follows."""

    person: Person
    structure: str


def doings(sides: Sides, row: Referral) -> frozenset[str]:
    """What someone on these sides may do of a referral now."""
    state, after = row.state, transitions().get(row.state, frozenset())
    found = {what for what, states in LEADS_TO.items() if sides.may(what) and states & after}
    if sides.may("postpone") and state in CALM:
        found.add("postpone")
    if sides.may("told") and state == State.REFUSEE and row.person_told_at is None:
        found.add("told")
    if state == State.RECUE and sides.may("receive"):
        found.add("receive")  # a colleague may take over
    return frozenset(found)


def sheet(row: Referral, user: User, standing: Sides) -> Sheet:
    """The page of `row`, which `access` gave. A fixed number of queries."""
    person = (
        Person.objects.select_related("commune").defer("commune__contour").filter(pk=row.person_id).first()
    )
    after = transitions().get(row.state, frozenset())
    moments, who = _moments(row, user)
    words = dict(Brake.choices)
    return Sheet(
        row,
        person,
        readable_phone(person.phone) if person and person.phone else "",
        [str(words[code]) for code in row.freins],
        doings(standing, row),
        [(state.value, str(state.label)) for state in State if state in after & LEADS_TO["outcome"]],
        agreements(row.person_id, row.from_organisation_id, row.to_organisation_id),
        moments,
        Referral.objects.select_related("to_organisation").filter(pk=row.previous_id or 0).first(),
        list(row.following.select_related("to_organisation").order_by("pk")),
        who,
        row.in_charge_id == user.pk,
        uses_of(row),
    )


def target_of(*, service: str = "", structure: str = "") -> Target | None:
    """Where `service` (its number) or `structure` (its slug) sends; None when nobody answers there any more."""
    found = None
    if service.isdecimal() and len(service) < 12:
        found = (
            Service.objects.select_related("structure__commune")
            .defer("structure__commune__contour")
            .filter(pk=service, status=Service.Status.PUBLISHED, gone_on=None)
            .first()
        )
    organisation = (
        found.structure
        if found
        else Organisation.objects.select_related("commune")
        .defer("commune__contour")
        .filter(slug=structure)
        .first()
    )
    if organisation is None or organisation.closed_on or organisation.gone_on:
        return None
    terms = Terms.objects.filter(organisation=organisation).first()
    return Target(organisation, found, terms.promised_days if terms else 5, terms.is_open if terms else True)


def people_followed(
    desk: Desk, *, at: datetime, named: str = "", phone: str = "", limit: int = 8
) -> list[Followed]:
    """The last people whom our structures began to follow; those of this name, or whose number ends so."""
    rows = (
        Follow.objects.filter(Q(until=None) | Q(until__gt=at), organisation__in=list(desk.structures))
        .select_related("person")
        .order_by("-since", "-pk")
    )
    if phone:
        rows = rows.filter(person__phone__endswith=phone)
    for word in named.split()[:4]:
        rows = rows.filter(Q(person__first_name__istartswith=word) | Q(person__last_name__istartswith=word))
    return [Followed(row.person, desk.structures[row.organisation_id]) for row in rows[:limit]]


def person_followed(desk: Desk, person_id: int, *, at: datetime) -> tuple[Person, list[int]] | None:
    """Someone whom our structures follow, and which of them do; None when none does."""
    rows = Follow.objects.filter(
        Q(until=None) | Q(until__gt=at), person=person_id, organisation__in=list(desk.structures)
    ).select_related("person")
    found = list(rows.order_by("pk"))
    return (found[0].person, [row.organisation_id for row in found]) if found else None


def _moments(row: Referral, user: User) -> tuple[list[Moment], str]:
    """The moves, first to last, and who has it in charge: names are those of our own structures' members."""
    events = list(ReferralEvent.objects.filter(referral_number=row.pk).order_by("at", "pk"))
    mine = Membership.objects.filter(user=user.pk).values("organisation")
    numbers = {event.user_number for event in events} | {row.in_charge_id}
    members = Membership.objects.filter(organisation__in=mine, user__in=numbers - {None})
    ours = {user.pk, *members.values_list("user_id", flat=True)}
    with for_purpose(Purpose.ADMINISTRATION):
        names = {one.pk: str(one) for one in User.objects.filter(pk__in=ours)}
    states, doors = dict(State.choices), dict(Via.choices)
    moments = [
        Moment(
            event.at,
            str(states[event.to_state]),
            names.get(event.user_number or 0, ""),
            str(doors[event.via]),
        )
        for event in events
    ]
    return moments, names.get(row.in_charge_id or 0, "")


def draft_of(person_id: int, senders: list[int], receiver_id: int) -> Referral | None:
    """The draft already begun by one of these structures, to be taken up again."""
    return Referral.objects.filter(
        person=person_id, from_organisation__in=senders, to_organisation=receiver_id, state=State.BROUILLON
    ).first()


def is_visible(referral_id: int) -> bool:
    """Whether the acting person still sees it."""
    return Referral.objects.filter(pk=referral_id).exists()
