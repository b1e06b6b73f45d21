"""One person's whole file, in two structures' hands, beside somebody else's: whatever can leak is there to leak."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from maillage.accounts.models import User
from maillage.accounts.tests.people import person as user
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import (
    Aim,
    AnswerLink,
    Appointment,
    Attendance,
    ConsentRequest,
    Document,
    Frein,
    Group,
    GroupMeeting,
    GroupMember,
    LinkOpeningEvent,
    MergedPerson,
    NextAction,
    Note,
    OpeningEvent,
    Person,
    Referral,
    State,
    Step,
)
from maillage.journeys.tests.factories import act_as, agree, make_person, make_referral, member
from maillage.organisations.models import Duty, Kind, Membership, Organisation
from maillage.organisations.tests.factories import NANTES, make_banner, make_organisation

SECRET = "Zaynabsecret"  # in every text about the person: what must not be read elsewhere
PHONE = "+33639980177"


@dataclass
class World:
    """`roles`: who may try, by name, as (user, subject)."""

    person: Person
    referral: Referral
    link: AnswerLink
    group: Group
    meeting: GroupMeeting
    relay: Organisation
    network: Organisation
    roles: dict[str, tuple[User | None, str]]


def make_world() -> World:
    """A person followed by a relay (awa), referred to a network (bo, cy) that does not answer: the coordinator (kim) has
    taken over. Somebody else, followed by another structure (eve). Not shared between the structures."""
    at = timezone.now() - timedelta(days=1)
    relay, network, other, fund = (
        make_organisation(name="Relais"),
        make_organisation(name="Réseau", courriel="reseau@example.org"),
        make_organisation(name="Autre"),
        make_organisation(name="Financeur", kinds=[Kind.FINANCEUR]),
    )
    awa, bo, eve = (
        member(user(f"{who}@example.org"), where)
        for who, where in (("awa", relay), ("bo", network), ("eve", other))
    )
    cy = member(user("cy@example.org"), network, Membership.Kind.MANAGER)
    funder = member(user("funder@example.org"), fund, Membership.Kind.MANAGER)
    kim = user("kim@example.org")
    banner = make_banner()
    Duty.objects.create(
        banner=banner,
        user=kim,
        period=DateRange(at.date() - timedelta(days=1), at.date() + timedelta(days=9)),
    )
    person = make_person(
        relay, first_name=SECRET, last_name="Koné", phone=PHONE, commune_id=NANTES, created_at=at
    )
    referral = make_referral(
        person, relay, network, cy, state=State.RECUE, at=at, from_user=awa, banner=banner, initials="Z. K.",
        reason=f"{SECRET} cherche un local",
    )  # fmt: skip
    with for_purpose(Purpose.FOLLOW_UP):
        referral.state, referral.next_action, referral.in_charge = State.SANS_REPONSE, NextAction.APPELER, kim
        referral.coordinated = True
        referral.save()
        link = AnswerLink.objects.create(
            referral=referral, sent_to="reseau@example.org", expires_at=at + timedelta(days=3)
        )
    group = Group.objects.create(organisation=relay, kind="atelier", name="Atelier", starts_on=at.date())
    meeting = GroupMeeting.objects.create(group=group, starts_at=at, ends_at=at + timedelta(hours=2))
    world = World(
        person, referral, link, group, meeting, relay, network,
        {
            "relay": (awa, ""), "adviser": (bo, ""), "manager": (cy, ""), "coordinator": (kim, ""),
            "other": (eve, ""), "funder": (funder, ""),
            "admin": (user("admin@example.org", ("network",)), ""),
            "moderator": (user("moderator@example.org", ("moderator",)), ""),
            "anonymous": (None, ""), "person": (None, f"person:{person.pk}"),
            "link": (None, f"referral:{referral.pk}"), "code": (None, f"answer:{referral.pk}"),
        },
    )  # fmt: skip
    _fill(person, [(relay, awa), (network, bo)])
    stranger = make_person(other, first_name="Samir")
    act_as(None)
    _fill(stranger, [(other, eve)])
    act_as(awa)
    GroupMember.objects.create(group=group, person=person, joined_on=at.date())
    Attendance.objects.create(meeting=meeting, person=person, status="present")
    act_as(None, f"referral:{referral.pk}")
    with for_purpose(Purpose.RETENTION):
        for number, one in enumerate((person, stranger), 900_001):
            MergedPerson.objects.create(old_number=number, person=one, by_number=awa.pk)
    LinkOpeningEvent.objects.create(link_number=link.pk, what="opened")
    return world


def _fill(person: Person, followers: list[tuple[Organisation, User]]) -> None:
    """One row of each kind of journey, for each structure that follows the person; a private note for the first."""
    at, said = timezone.now() - timedelta(hours=2), person.first_name
    for organisation, author in followers:
        act_as(author)
        of = {"person": person, "organisation": organisation, "author": author, "created_at": at}
        for row in (
            Step(kind="diagnostic", on=at.date(), note=said, **of),
            Frein(brake="garde-enfant", raised_on=at.date(), **of),
            Note(body=f"{said} partagée", **of),
            Note(body=f"{said} privée", is_private=True, **of),
            Document(name=said, media_type="application/pdf", size=10, path=f"{person.pk}/{organisation.pk}", **of),
            Appointment(starts_at=at, ends_at=at + timedelta(hours=1), place=said, **of),
        ):  # fmt: skip
            row.save()
        OpeningEvent.objects.bulk_create(
            [
                OpeningEvent(
                    person_number=person.pk,
                    user_number=author.pk,
                    organisation_number=organisation.pk,
                    why="test",
                )
            ]
        )
        with for_purpose(Purpose.CONSENT):
            ConsentRequest.objects.create(
                person=person, organisation=organisation, label="Rappeler mardi", aims=[[Aim.PARTAGE, None]]
            )
    act_as(None)


def share(world: World) -> None:
    """The person lets the structures around them work together."""
    act_as(None)
    agree(world.person, Aim.PARTAGE)
