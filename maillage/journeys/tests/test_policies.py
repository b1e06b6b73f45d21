"""Random lives: organisations, memberships, consents, withdrawals, referrals. What PostgreSQL shows to each user is
compared with a model of the rules that knows neither triggers nor policies: it reads the story again from its start."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maillage.accounts.tests.people import person as user
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import CLOSED, Aim, Consent, NextAction, Referral, State, Step
from maillage.journeys.tests.factories import act_as, agree, make_person, member
from maillage.organisations.models import Membership
from maillage.organisations.tests.factories import make_organisation

PEOPLE, STRUCTURES, USERS = range(2), range(3), range(4)
# user → structures at first: one alone in each, and one in two
MEMBERS = {0: {0}, 1: {1}, 2: {2}, 3: {0, 1}}
ENDS = (State.REORIENTEE, State.PAS_D_AIDE, State.INJOIGNABLE, State.PAS_POUR_NOUS, State.ANNULEE)
KEEPS_READING = timedelta(days=30)

person, structure = st.sampled_from(PEOPLE), st.sampled_from(STRUCTURES)
some = st.integers(0, 7)  # which one: counted round
refer = st.tuples(st.just("refer"), person, structure, structure)
# a step of a story, and how many days go by before it
step = st.one_of(
    refer,
    st.tuples(st.just("withdraw"), some),
    st.tuples(st.just("end"), some, st.sampled_from(ENDS)),
    st.one_of(
        st.tuples(st.just("agree"), person, st.sampled_from(["suivi", "orientation"]), structure),
        st.tuples(st.just("agree"), person, st.just("partage"), st.none()),
    ),
    st.one_of(st.tuples(st.just("accept"), some), st.tuples(st.just("help"), some)),
    st.one_of(
        st.tuples(st.just("draft"), person, structure, structure),
        st.tuples(st.just("send"), some),
        st.tuples(st.just("join"), st.sampled_from(USERS), structure),
        st.tuples(st.just("leave"), st.sampled_from(USERS), structure),
    ),
)
story = st.tuples(
    st.tuples(refer, st.just(0)),
    st.lists(st.tuples(step, st.sampled_from([0, 1, 12, 29, 31])), min_size=3, max_size=12),
).map(lambda parts: [parts[0], *parts[1]])


@dataclass
class Sent:
    """A referral as the model knows it."""

    person: int
    sender: int
    receiver: int
    state: str = "draft"  # then: sent, accepted, helped, closed
    sent_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass
class Model:
    """The rules, said plainly: consents as (person, aim, structure) → since; withdrawals; referrals; memberships."""

    members: dict[int, set[int]] = field(default_factory=lambda: {u: set(s) for u, s in MEMBERS.items()})
    live: dict[tuple, datetime] = field(default_factory=dict)
    withdrawn: list[tuple] = field(default_factory=list)  # (person, structure, at)
    referrals: list[Sent] = field(default_factory=list)

    def follows(self, who: int, org: int, at: datetime) -> bool:
        """Whether a structure reads a person's file: an agreement to be followed; or one to be sent there, and a referral
        that came, and is open or helped; or that ended less than 30 days ago, unless the person withdrew since."""
        if (who, "suivi", org) in self.live:
            return True
        came = [r for r in self.referrals if (r.person, r.receiver) == (who, org) and r.sent_at]
        if (who, "orientation", org) in self.live and any(r.state != "closed" for r in came):
            return True
        return any(
            r.closed_at
            and at < r.closed_at + KEEPS_READING
            and not any((w, o) == (who, org) and on >= r.closed_at for w, o, on in self.withdrawn)
            for r in came
        )

    def together(self, who: int) -> bool:
        return (who, "partage", None) in self.live

    def reads(self, u: int, at: datetime) -> set[int]:
        return {p for p in PEOPLE if any(self.follows(p, org, at) for org in self.members[u])}

    def sees_steps(self, u: int, at: datetime) -> set[tuple[int, int]]:
        """(person, structure that wrote): one's own structures' while they follow, everybody's once shared."""
        mine = {(p, org) for p in PEOPLE for org in self.members[u] if self.follows(p, org, at)}
        return mine | {(p, org) for p in self.reads(u, at) if self.together(p) for org in STRUCTURES}

    def sees_referrals(self, u: int, at: datetime) -> set[int]:
        return {
            n
            for n, r in enumerate(self.referrals)
            if (r.sender in self.members[u] and self.follows(r.person, r.sender, at))
            or (r.sent_at and r.receiver in self.members[u] and self.follows(r.person, r.receiver, at))
        }


class World:
    """The same story, told to the database."""

    def __init__(self) -> None:
        self.structures = [make_organisation() for _ in STRUCTURES]
        self.users = [user(f"u{n}@example.org") for n in USERS]
        for n, orgs in MEMBERS.items():
            for org in orgs:
                member(self.users[n], self.structures[org])
        begin = timezone.now() - timedelta(days=900)
        self.people = [make_person(created_at=begin) for _ in PEOPLE]
        self.referrals: list[Referral] = []

    def agree(self, model: Model, at: datetime, who: int, aim: str, org: int | None) -> None:
        if (who, aim, org) not in model.live:
            where = None if org is None else self.structures[org]
            agree(self.people[who], Aim(aim), where, given_at=at)
            model.live[who, aim, org] = at

    def refer(self, model: Model, at: datetime, who: int, sender: int, receiver: int) -> None:
        """What a minute at the relay's does: both agreements, a draft, sent."""
        if sender == receiver:
            return
        self.agree(model, at, who, "suivi", sender)
        self.agree(model, at, who, "orientation", receiver)
        before = len(model.referrals)
        self.draft(model, at, who, sender, receiver)
        if len(model.referrals) > before:
            self.send(model, at, before)

    def withdraw(self, model: Model, at: datetime, n: int) -> None:
        if not model.live:
            return
        who, aim, org = list(model.live)[n % len(model.live)]
        del model.live[who, aim, org]
        act_as(None, f"person:{self.people[who].pk}")
        where = None if org is None else self.structures[org]
        Consent.objects.filter(
            person=self.people[who], aim=aim, organisation=where, withdrawn_at=None
        ).update(withdrawn_at=at)
        if org is None:
            return
        model.withdrawn.append((who, org, at))
        gone = (who, "orientation", org) not in model.live
        for r in model.referrals:
            open_ = r.state in {"draft", "sent", "accepted"}
            if r.person == who and open_ and ((r.receiver == org and gone) or self._orphan(r, aim, org)):
                r.state, r.closed_at = "closed", at

    @staticmethod
    def _orphan(r: Sent, aim: str, org: int) -> bool:
        """A draft in the charge of the structure that the person leaves: nobody else would see to it."""
        return aim == "suivi" and r.sender == org and r.state == "draft"

    def draft(self, model: Model, at: datetime, who: int, sender: int, receiver: int) -> None:
        if sender == receiver or not model.follows(who, sender, timezone.now()):
            return
        if any(
            (r.person, r.sender, r.receiver, r.state) == (who, sender, receiver, "draft")
            for r in model.referrals
        ):
            return
        owner = next(n for n in USERS if sender in MEMBERS[n])
        with for_purpose(Purpose.FOLLOW_UP):
            row = Referral.objects.create(
                person=self.people[who], from_organisation=self.structures[sender], from_user=self.users[owner],
                to_organisation=self.structures[receiver], in_charge=self.users[owner],
                next_action=NextAction.COMPLETER, next_action_at=at, created_at=at, moved_at=at,
            )  # fmt: skip
        self.referrals.append(row)
        model.referrals.append(Sent(who, sender, receiver))

    def _move(self, n: int, state: str, at: datetime, **values) -> None:
        if state in CLOSED:
            values |= {"next_action": "", "next_action_at": None, "in_charge": None, "closed_at": at}
        with for_purpose(Purpose.FOLLOW_UP):
            Referral.objects.filter(pk=self.referrals[n].pk).update(state=state, moved_at=at, **values)

    def send(self, model: Model, at: datetime, n: int) -> None:
        if not model.referrals:
            return
        n %= len(model.referrals)
        r = model.referrals[n]
        if r.state != "draft":
            return
        if any(
            (o.person, o.receiver) == (r.person, r.receiver) and o.state in {"sent", "accepted"}
            for o in model.referrals
        ):
            return
        agreed = {(r.person, "suivi", r.sender), (r.person, "orientation", r.receiver)} <= model.live.keys()
        in_charge = self.users[next(u for u in USERS if r.receiver in MEMBERS[u])]
        try:
            with transaction.atomic():
                self._move(
                    n, State.ENVOYEE, at, sent_at=at, next_action=NextAction.REPONDRE, in_charge=in_charge
                )
        except IntegrityError:
            assert not agreed
        else:
            assert agreed, "no referral leaves without the person's agreement"
            r.state, r.sent_at = "sent", at

    def accept(self, model: Model, at: datetime, n: int) -> None:
        for found in _round(model, n, "sent"):
            self._move(found, State.ACCEPTEE, at, next_action=NextAction.FIXER_RDV)
            model.referrals[found].state = "accepted"

    def help(self, model: Model, at: datetime, n: int) -> None:
        for found in _round(model, n, "accepted"):
            self._move(found, State.AIDE, at)
            model.referrals[found].state = "helped"

    def end(self, model: Model, at: datetime, n: int, state: str) -> None:
        before = {"sent": {State.REORIENTEE, State.INJOIGNABLE, State.ANNULEE}, "draft": {State.ANNULEE}}
        for found in _round(model, n, "draft", "sent", "accepted"):
            r = model.referrals[found]
            if r.state == "accepted" or state in before[r.state]:
                self._move(found, state, at)
                r.state, r.closed_at = "closed", at

    def join(self, model: Model, at: datetime, u: int, org: int) -> None:
        if org not in model.members[u]:
            member(self.users[u], self.structures[org])
            model.members[u].add(org)

    def leave(self, model: Model, at: datetime, u: int, org: int) -> None:
        Membership.objects.filter(user=self.users[u], organisation=self.structures[org]).delete()
        model.members[u].discard(org)


def _round(model: Model, n: int, *states: str) -> list[int]:
    """The number of the n-th referral in one of these states, counted round; none when there is none."""
    found = [number for number, r in enumerate(model.referrals) if r.state in states]
    return [found[n % len(found)]] if found else []


@pytest.fixture
def world(db):
    found = World()
    with connection.cursor() as cursor:  # one step of each structure for each person, whoever follows them
        for who in found.people:
            for org in found.structures:
                agree(who, Aim.SUIVI, org)
                act_as(
                    next(
                        u for u in found.users if Membership.objects.filter(user=u, organisation=org).exists()
                    )
                )
                Step.objects.create(person=who, organisation=org, kind="diagnostic", on=who.created_at)
        act_as(None)
        with for_purpose(Purpose.RETENTION):
            Consent.objects.all().delete()
            cursor.execute("DELETE FROM journeys_follow")
    return found


def shown(world, u):
    """What PostgreSQL shows to a user: people, steps as (person, structure), referrals by number."""
    act_as(world.users[u])
    people = {one.pk: n for n, one in enumerate(world.people)}
    orgs = {one.pk: n for n, one in enumerate(world.structures)}
    sent = {one.pk: n for n, one in enumerate(world.referrals)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT array_agg(id) FROM journeys_person),"
            " (SELECT array_agg(ARRAY[person_id, organisation_id]) FROM journeys_step),"
            " (SELECT array_agg(id) FROM journeys_referral)"
        )
        found = cursor.fetchone()
    return (
        {people[n] for n in found[0] or []},
        {(people[who], orgs[org]) for who, org in found[1] or []},
        {sent[n] for n in found[2] or []},
    )


# a draft that never left, cancelled: whom it was for has nothing to know
NEVER_SENT = [
    (("agree", 0, "suivi", 0), 0),
    (("draft", 0, 0, 2), 0),
    (("end", 0, State.ANNULEE), 0),
]
# who had it in their charge left the structure
LEFT = [(("refer", 0, 0, 2), 0), (("leave", 2, 2), 0)]
# whoever refuses reads on for 30 days
ENDED = [(("refer", 0, 0, 2), 0), (("end", 0, State.REORIENTEE), 1)]
RECENTLY, LONG_AGO = [*ENDED, (("agree", 1, "suivi", 1), 29)], [*ENDED, (("agree", 1, "suivi", 1), 31)]
# unless the person withdraws: then not a minute more
CUT = [*ENDED, (("withdraw", 1), 1)]


@settings(max_examples=40)
@given(story=story)
@example(story=NEVER_SENT)
@example(story=LEFT)
@example(story=RECENTLY)
@example(story=LONG_AGO)
@example(story=CUT)
def test_postgresql_shows_what_the_rules_say(world, story):
    with transaction.atomic():
        model, now = Model(), timezone.now()
        # the story ends now: what comes first was long ago
        at = now - timedelta(days=sum(days for _step, days in story), minutes=len(story))
        for (name, *values), days in story:
            at += timedelta(days=days, minutes=1)
            getattr(world, name)(model, at, *values)
        for u in USERS:
            expected = model.reads(u, now), model.sees_steps(u, now), model.sees_referrals(u, now)
            assert shown(world, u) == expected, f"user {u}: {model}"
        world.referrals.clear()
        transaction.set_rollback(True)
