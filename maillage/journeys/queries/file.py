"""What is in a person's file, as one of those who follow them reads it. Row security leaves out what is not theirs."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from maillage.core.phones import readable_phone
from maillage.journeys.models import (
    Appointment,
    Document,
    Follow,
    Frein,
    GroupMember,
    Note,
    Person,
    Referral,
    Step,
)
from maillage.journeys.models.journey import Of
from maillage.journeys.queries.files import names_of
from maillage.offers.models import Brake, Language, Service
from maillage.organisations.models import Membership

LIFTERS = 40


@dataclass(frozen=True)
class Written:
    """One row of a file: who wrote it (a colleague's name, else ""), for which structure, whether we may change it."""

    row: Of
    who: str
    structure: str  # "" when it is the only one that we write for
    ours: bool


@dataclass(frozen=True)
class Follower:
    """One structure that follows the person."""

    row: Follow
    ours: bool
    referent: str  # a colleague's name
    is_me: bool


@dataclass(frozen=True)
class File:
    """All that the page of a person shows."""

    person: Person
    phone: str
    languages: list[str]
    followers: list[Follower]
    is_shared: bool
    steps: list[Written]
    raised: list[Written]
    lifted: list[Written]
    notes: list[Written]
    documents: list[Written]
    coming: list[Written]
    past: list[Written]
    referrals: list[Referral]
    groups: list[GroupMember]


def file_of(person: Person, organisations: dict[int, str], user_id: int, *, at: datetime) -> File:
    """The file of `person`, which `access` gave. `organisations`: those in whose names one writes. A fixed number of queries."""
    follows = list(
        Follow.objects.filter(Q(until=None) | Q(until__gt=at), person=person)
        .select_related("organisation")
        .order_by("since", "pk")
    )
    steps = list(Step.objects.filter(person=person).select_related("organisation").order_by("on", "pk"))
    brakes = list(
        Frein.objects.filter(person=person)
        .select_related("organisation", "lifted_by")
        .order_by("raised_on", "pk")
    )
    notes = list(Note.objects.filter(person=person).select_related("organisation"))
    documents = list(Document.objects.filter(person=person).select_related("organisation"))
    appointments = list(Appointment.objects.filter(person=person).select_related("organisation"))
    rows: list[Of] = [*steps, *brakes, *notes, *documents, *appointments]
    seen = {row.author_id for row in rows if row.organisation_id in organisations}
    seen |= {row.received_by_id for row in appointments} | {
        one.referent_id for one in follows if one.organisation_id in organisations
    }
    names = names_of(seen)

    def written(found: list[Of]) -> list[Written]:
        return [
            Written(
                row,
                names.get(_speaker(row) or 0, "") if row.organisation_id in organisations else "",
                row.organisation.name
                if len(organisations) != 1 or row.organisation_id not in organisations
                else "",
                row.organisation_id in organisations,
            )
            for row in found
        ]

    planned = Appointment.Status.PREVU
    return File(
        person,
        readable_phone(person.phone) if person.phone else "",
        [str(label) for code, label in Language.choices if code in person.languages],
        [
            Follower(
                one,
                one.organisation_id in organisations,
                names.get(one.referent_id or 0, ""),
                one.referent_id == user_id,
            )
            for one in follows
        ],
        any(one.shared for one in follows),
        written(list(steps)),
        written([row for row in brakes if row.lifted_on is None]),
        written([row for row in brakes if row.lifted_on is not None]),
        written(list(notes)),
        written(list(documents)),
        written([row for row in appointments if row.status == planned]),
        written([row for row in reversed(appointments) if row.status != planned]),
        list(
            Referral.objects.filter(person=person)
            .select_related("to_organisation", "from_organisation")
            .order_by("-created_at", "-pk")[:10]
        ),
        list(GroupMember.objects.filter(person=person).select_related("group").order_by("-joined_on", "pk")),
    )


def _speaker(row: Of) -> int | None:
    return row.received_by_id if isinstance(row, Appointment) else row.author_id


def colleagues(organisations: dict[int, str]) -> list[tuple[int, str]]:
    """Who may receive someone: the members of these structures, by name."""
    numbers = set(
        Membership.objects.filter(organisation__in=list(organisations)).values_list("user_id", flat=True)
    )
    return sorted(names_of(numbers).items(), key=lambda pair: pair[1].casefold())


def lifters(person_id: int, organisations: dict[int, str]) -> list[tuple[int, str]]:
    """The services that may have lifted a brake of this person: those they were sent to, and our structures' own."""
    sent = Referral.objects.filter(person=person_id).exclude(service=None).values("service")
    rows = Service.objects.filter(
        Q(pk__in=sent) | Q(structure__in=list(organisations), status=Service.Status.PUBLISHED, gone_on=None)
    )
    found = rows.select_related("structure").order_by("nom", "pk")[:LIFTERS]
    return [(one.pk, f"{one.nom} ({one.structure.name})") for one in found]


def brakes_to_raise(file: File, organisation_ids: set[int]) -> list[tuple[str, str]]:
    """The brakes that are not raised yet by one of these structures."""
    raised = {one.row.brake for one in file.raised if one.row.organisation_id in organisation_ids}  # type: ignore[attr-defined]
    return [(code, str(label)) for code, label in Brake.choices if code not in raised]
