"""Groups of one's structures, their members and meetings. Row security leaves out members who are no longer followed."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet

from maillage.journeys.models import Attendance, Follow, Group, GroupMeeting, GroupMember, Person

FOUND = 12


@dataclass(frozen=True)
class Sheet:
    """One member and what was noted for a meeting: a status of Attendance.Status, or "" """

    member: GroupMember
    status: str


@dataclass(frozen=True)
class Meeting:
    """One meeting, and how many came, of how many noted."""

    row: GroupMeeting
    present: int
    noted: int


def groups(organisations: dict[int, str], *, on: date, over: bool = False) -> QuerySet[Group]:
    """The groups of these structures that go on at `on`, or are over; each with `size`, its members of today."""
    past = Q(ends_on__lt=on)
    rows = Group.objects.filter(past if over else ~past, organisation__in=list(organisations))
    present = Count("members", filter=Q(members__left_on=None))
    return rows.select_related("organisation").annotate(size=present).order_by("-starts_on", "pk")


def members(group_id: int) -> list[GroupMember]:
    """Who is in the group, those who left last, by first name; each with `person`."""
    rows = GroupMember.objects.filter(group=group_id).select_related("person")
    return list(
        rows.order_by(F("left_on").asc(nulls_first=True), "person__first_name", "person__last_name", "pk")
    )


def meetings(group_id: int) -> list[Meeting]:
    """The meetings of the group, first to last."""
    came = Count("attendances", filter=Q(attendances__status=Attendance.Status.PRESENT))
    rows = GroupMeeting.objects.filter(group=group_id).annotate(present=came, noted=Count("attendances"))
    return [Meeting(row, row.present, row.noted) for row in rows.order_by("starts_at", "pk")]


def meeting_of(group_id: int, meeting_id: int) -> GroupMeeting | None:
    """One meeting of the group."""
    return GroupMeeting.objects.filter(pk=meeting_id, group=group_id).first()


def attendance_sheet(meeting: GroupMeeting) -> list[Sheet]:
    """The members of that day, by first name, and what was noted of each."""
    day = meeting.starts_at.date()
    noted = dict(Attendance.objects.filter(meeting=meeting).values_list("person_id", "status"))
    rows = GroupMember.objects.filter(group=meeting.group_id).filter(
        Q(left_on=None) | Q(left_on__gte=day) | Q(person__in=list(noted))
    )
    found = rows.select_related("person").order_by("person__first_name", "person__last_name", "pk")
    return [Sheet(member, noted.get(member.person_id, "")) for member in found]


def who_may_join(group: Group, *, at: datetime, named: str = "", phone: str = "") -> list[Person]:
    """People whom the group's structure follows and who are not in it, of this name or number."""
    live = Follow.objects.filter(Q(until=None) | Q(until__gt=at), organisation=group.organisation_id)
    rows = Person.objects.filter(pk__in=live.values("person")).exclude(
        pk__in=GroupMember.objects.filter(group=group, left_on=None).values("person")
    )
    if phone:
        rows = rows.filter(phone__endswith=phone)
    for word in named.split()[:4]:
        rows = rows.filter(Q(first_name__istartswith=word) | Q(last_name__istartswith=word))
    return list(rows.order_by("first_name", "last_name", "pk")[:FOUND])


def may_join(group: Group, person_id: int, *, at: datetime) -> bool:
    """Whether the group's structure follows that person."""
    live = Follow.objects.filter(Q(until=None) | Q(until__gt=at), organisation=group.organisation_id)
    return live.filter(person=person_id).exists()
