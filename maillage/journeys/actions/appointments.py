"""Appointments of a person with an organisation: set, moved, cancelled, and what they gave.

Both are told by mail, with an invitation that their calendars follow: the same event (`uid`), one more `sequence` at each
change. What an appointment gave moves the referral that it came from.
"""

from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.journeys.actions.file import RowChanged, held, one_at_a_time
from maillage.journeys.actions.moves import due, locked, save
from maillage.journeys.actions.referrals import initials_of, record_outcome
from maillage.journeys.mails.appointments import tell_both, tell_colleague
from maillage.journeys.models import Appointment, NextAction, Person, Referral, State
from maillage.journeys.queries.transitions import may_follow

log = structlog.get_logger()
Status = Appointment.Status
FIELDS = ("starts_at", "ends_at", "place", "remote", "received_by_id")
# what the referral becomes
LEADS_TO = {Status.FAIT: State.RDV_FAIT, Status.ABSENT: State.ABSENT, Status.EXCUSE: State.EXCUSE}
EXPECTING = (State.ACCEPTEE, State.ABSENT, State.EXCUSE)  # a first appointment


class AppointmentOver(DomainError):
    """What it gave is known, or it was cancelled."""


class TooEarly(DomainError):
    """It has not begun."""


@transaction.atomic
def set_appointment(
    *, person_id: int, organisation_id: int, values: dict[str, Any], by: int, at: datetime
) -> Appointment:
    """Set an appointment (`values`: FIELDS), and tell both. The same one, sent twice, is one.

    It belongs to the open referral of the person to that organisation, whose next action waits for it.
    """
    mine = {"person_id": person_id, "organisation_id": organisation_id}
    one_at_a_time(**mine)
    same = Appointment.objects.filter(**mine, starts_at=values["starts_at"], status=Status.PREVU).first()
    if same is not None:
        return same
    referral = _referral_of(person_id, organisation_id)
    row = Appointment.objects.create(**mine, referral=referral, author_id=by, created_at=at, **values)
    _expect(row)
    _tell(row, at)
    log.info("appointment.set", appointment=row.pk, by=by)
    return row


@transaction.atomic
def move_appointment(
    *, appointment_id: int, version: int, values: dict[str, Any], by: int, at: datetime
) -> Appointment:
    """Another time, place or colleague; both are told, and who no longer receives. Raises RowChanged, RowGone, AppointmentOver."""
    row = _planned(appointment_id, version)
    if all(getattr(row, name) == value for name, value in values.items()):
        return row
    before = row.received_by_id
    for name, value in values.items():
        setattr(row, name, value)
    row.sequence += 1
    row.save(update_fields=[*values, "sequence"])
    _expect(row)
    _tell(row, at)
    if before != row.received_by_id:
        tell_colleague(row, before, initials=_initials(row), cancelled=True, at=at)
    log.info("appointment.moved", appointment=row.pk, by=by)
    return row


@transaction.atomic
def cancel_appointment(*, appointment_id: int, version: int, by: int, at: datetime) -> Appointment:
    """It will not take place; both are told, and the referral asks for another. Twice changes nothing.

    Raises RowChanged, RowGone, AppointmentOver.
    """
    row = held(Appointment, appointment_id)
    if row.status == Status.ANNULE:
        return row
    row = _planned(appointment_id, version)
    row.status = Status.ANNULE
    row.sequence += 1
    row.save(update_fields=["status", "sequence"])
    _ask_for_another(row, at)
    _tell(row, at)
    log.info("appointment.cancelled", appointment=row.pk, by=by)
    return row


@transaction.atomic
def end_appointment(*, appointment_id: int, version: int, status: str, by: int, at: datetime) -> Appointment:
    """Say what it gave (fait, absent, excuse); the referral follows, when it waited for it. Excused before the day, it
    leaves both calendars.

    Twice the same changes nothing. Raises RowChanged, RowGone, AppointmentOver, TooEarly.
    """
    if status not in LEADS_TO:
        raise DomainError(_("Dites si la personne est venue."))
    row = held(Appointment, appointment_id)
    if row.status == status:
        return row
    row = _planned(appointment_id, version)
    if status != Status.EXCUSE and row.starts_at > at:
        raise TooEarly(_("Ce rendez-vous n’a pas encore eu lieu."))
    row.status = status
    if row.starts_at > at:
        row.sequence += 1
        _tell(row, at)
    row.save(update_fields=["status", "sequence"])
    state = LEADS_TO[Status(status)]
    if row.referral_id and (referral := _waiting(row.referral_id)) and may_follow(referral.state, state):
        record_outcome(referral_id=referral.pk, state=state, by=by, at=at)
    log.info("appointment.ended", appointment=row.pk, status=status, by=by)
    return row


def _tell(row: Appointment, at: datetime) -> None:
    person = Person.objects.get(pk=row.person_id)
    tell_both(row, person, initials=initials_of(person), at=at)


def _initials(row: Appointment) -> str:
    return initials_of(Person.objects.get(pk=row.person_id))


def _ask_for_another(row: Appointment, at: datetime) -> None:
    """The referral waits for the next appointment that is set, or asks for one."""
    following = Appointment.objects.filter(referral=row.referral_id, status=Status.PREVU).first()
    if row.referral_id and following:
        _expect(following)
    elif row.referral_id and (referral := _waiting(row.referral_id)):
        due(referral, at=at, in_charge=referral.in_charge_id)
        save(referral)


def _planned(appointment_id: int, version: int) -> Appointment:
    row = held(Appointment, appointment_id)
    if row.status != Status.PREVU:
        raise AppointmentOver(
            _("Ce rendez-vous est déjà noté « %(status)s ».") % {"status": row.get_status_display().lower()}
        )
    if row.version != version:
        raise RowChanged(row)
    return row


def _referral_of(person_id: int, organisation_id: int) -> Referral | None:
    """The referral that an appointment of that person answers: accepted by that organisation, and still open."""
    rows = Referral.objects.filter(
        person=person_id, to_organisation=organisation_id, state__in=[*EXPECTING, State.RDV_FAIT]
    )
    return rows.order_by("-sent_at", "-pk").first()


def _waiting(referral_id: int) -> Referral | None:
    """The referral, held, if it waits for its first appointment; None otherwise, or when it is not ours to move."""
    if not Referral.objects.filter(pk=referral_id, state__in=EXPECTING).exists():
        return None
    return locked(referral_id)


def _expect(row: Appointment) -> None:
    """The next action of the referral is to say what the appointment gave, once it has ended."""
    if row.referral_id and (referral := _waiting(row.referral_id)):
        referral.next_action, referral.next_action_at = NextAction.NOTER_ISSUE, row.ends_at
        save(referral)
