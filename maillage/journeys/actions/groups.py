"""Writes of groups: made and changed, their members, their meetings, and who came. `by` is the user's number."""

from datetime import date, datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core.errors import Conflict, DomainError
from maillage.journeys.models import Attendance, Group, GroupMeeting, GroupMember

log = structlog.get_logger()


class GroupChanged(Conflict):
    """Somebody changed the group since it was shown."""


class NotAMember(DomainError):
    """The person is not in the group."""


@transaction.atomic
def make_group(*, organisation_id: int, values: dict[str, Any], by: int, at: datetime) -> Group:
    """A new group of an organisation; `values`: kind, name, place, starts_on, ends_on."""
    row = Group.objects.create(organisation_id=organisation_id, created_at=at, **values)
    log.info("group.made", group=row.pk, kind=row.kind, by=by)
    return row


@transaction.atomic
def change_group(*, group_id: int, version: int, values: dict[str, Any], by: int) -> Group:
    """Change what a group says. Raises GroupChanged."""
    row = Group.objects.select_for_update(of=("self",)).get(pk=group_id)
    if row.version != version:
        raise GroupChanged(
            _("Ce groupe a changé entre-temps : « %(name)s ». Relisez, puis enregistrez.")
            % {"name": row.name}
        )
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    log.info("group.changed", group=row.pk, by=by)
    return row


@transaction.atomic
def add_member(*, group_id: int, person_id: int, on: date, by: int) -> GroupMember:
    """Someone joins; who had left comes back; twice changes nothing."""
    row, _made = GroupMember.objects.update_or_create(
        group_id=group_id, person_id=person_id, defaults={"left_on": None}, create_defaults={"joined_on": on}
    )
    log.info("group.joined", group=group_id, member=row.pk, by=by)
    return row


@transaction.atomic
def remove_member(*, group_id: int, person_id: int, on: date, by: int) -> None:
    """Someone leaves: what they came to stays; who never came to anything is taken out."""
    rows = GroupMember.objects.filter(group=group_id, person=person_id)
    if Attendance.objects.filter(meeting__group=group_id, person=person_id).exists():
        rows.filter(left_on=None).update(left_on=on)
    else:
        rows.delete()
    log.info("group.left", group=group_id, by=by)


@transaction.atomic
def add_meeting(
    *, group_id: int, starts_at: datetime, ends_at: datetime, title: str, by: int
) -> GroupMeeting:
    """A meeting of the group; the same one, sent twice, is one."""
    row, _made = GroupMeeting.objects.get_or_create(
        group_id=group_id, starts_at=starts_at, defaults={"ends_at": ends_at, "title": title}
    )
    log.info("group.meeting", group=group_id, meeting=row.pk, by=by)
    return row


@transaction.atomic
def remove_meeting(*, meeting_id: int, by: int) -> None:
    """A meeting that does not take place; who was noted for it is forgotten with it."""
    GroupMeeting.objects.filter(pk=meeting_id).delete()
    log.info("group.meeting-removed", meeting=meeting_id, by=by)


@transaction.atomic
def note_attendance(*, meeting: GroupMeeting, person_id: int, status: str, by: int) -> None:
    """Note who came: a status of Attendance.Status; "" takes it back. The last one says. Raises NotAMember."""
    if not GroupMember.objects.filter(group=meeting.group_id, person=person_id).exists():
        raise NotAMember(_("Cette personne n’est pas dans le groupe, ou votre structure ne la suit plus."))
    if status in Attendance.Status.values:
        Attendance.objects.update_or_create(meeting=meeting, person_id=person_id, defaults={"status": status})
    else:
        Attendance.objects.filter(meeting=meeting, person=person_id).delete()
    log.info("group.attendance", meeting=meeting.pk, by=by)
