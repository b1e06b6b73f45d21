"""Writes in a person's file by one organisation that follows them: steps, brakes, notes, where the project stands.

Whoever acts was let in by `access`; row security lets an organisation write its own rows alone. `by` is the user's number,
`at` the moment, `version` the one that was shown.
"""

from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import structlog
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from maillage.core.errors import Conflict, DomainError
from maillage.journeys.models import Follow, Frein, Note, Person, Step
from maillage.journeys.models.journey import Of

log = structlog.get_logger()
Row = TypeVar("Row", bound=Of)
SAME = timedelta(minutes=1)
STEP_FIELDS = ("kind", "on", "amount", "jobs", "siret", "note")


class RowChanged(Conflict):
    """Somebody changed the row since it was shown; `current` is what it says now."""

    def __init__(self, current: Of) -> None:
        self.current = current
        super().__init__(
            _(
                "Quelqu’un l’a modifié pendant que vous écriviez. Votre texte est gardé : relisez les deux, puis enregistrez."
            )
        )


class RowGone(DomainError):
    """The row is no longer there, or not theirs."""

    status = 404


class AlreadyRaised(Conflict):
    """The brake is raised already."""


def held(model: type[Row], pk: int, *, version: int | None = None) -> Row:
    """One row of a file, held until the transaction ends. Raises RowGone, RowChanged."""
    row = model._default_manager.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise RowGone(_("Cela n’est plus dans le dossier, ou n’est pas à votre structure."))
    if version is not None and row.version != version:
        raise RowChanged(row)
    return row


def one_at_a_time(person_id: int, organisation_id: int) -> None:
    """What is sent twice at once by one organisation for one person is written one after the other, until the transaction ends.

    A lock of its own: those of rows are taken in another order by referrals.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"journeys.file:{person_id}:{organisation_id}"],
        )


# --- steps -----------------------------------------------------------------------------------------------
@transaction.atomic
def add_step(*, person_id: int, organisation_id: int, values: dict[str, Any], by: int, at: datetime) -> Step:
    """Note one step; `values` are STEP_FIELDS. The same step of the same day, sent twice, is one."""
    mine = {"person_id": person_id, "organisation_id": organisation_id}
    one_at_a_time(**mine)
    same = Step.objects.filter(**mine, **{name: values[name] for name in STEP_FIELDS}).first()
    if same is not None:
        return same
    row = Step.objects.create(**mine, author_id=by, created_at=at, **values)
    log.info("step.added", step=row.pk, kind=row.kind, by=by)
    return row


@transaction.atomic
def change_step(*, step_id: int, version: int, values: dict[str, Any], by: int) -> Step:
    """Change what a step says. Raises RowChanged, RowGone."""
    row = held(Step, step_id, version=version)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    log.info("step.changed", step=row.pk, by=by)
    return row


@transaction.atomic
def remove_row(*, model: type[Row], pk: int, version: int, by: int) -> None:
    """Take a step, a brake or a note out of the file; twice changes nothing. Raises RowChanged."""
    try:
        row = held(model, pk, version=version)
    except RowGone:
        return
    row.delete()
    log.info("row.removed", kind=model.__name__.lower(), row=pk, by=by)


# --- brakes ----------------------------------------------------------------------------------------------
@transaction.atomic
def raise_brake(
    *, person_id: int, organisation_id: int, brake: str, on: date, by: int, at: datetime
) -> Frein:
    """Note what stands before the project. Raises AlreadyRaised."""
    try:
        with transaction.atomic():
            return Frein.objects.create(
                person_id=person_id,
                organisation_id=organisation_id,
                brake=brake,
                raised_on=on,
                author_id=by,
                created_at=at,
            )
    except IntegrityError as error:
        if "brake_raised_once" not in str(error):
            raise
        raise AlreadyRaised(_("Ce frein est déjà noté, et n’est pas encore levé.")) from error


@transaction.atomic
def lift_brake(*, brake_id: int, version: int, on: date, service_id: int | None, by: int) -> Frein:
    """Note that a brake is lifted, by a service if one did. Raises RowChanged, RowGone, DomainError for a day too early."""
    row = held(Frein, brake_id, version=version)
    if on < row.raised_on:
        raise DomainError(_("Il ne peut pas être levé avant d’avoir été noté : changez la date."))
    row.lifted_on, row.lifted_by_id = on, service_id
    row.save(update_fields=["lifted_on", "lifted_by"])
    log.info("brake.lifted", brake=row.pk, by=by)
    return row


# --- notes -----------------------------------------------------------------------------------------------
@transaction.atomic
def add_note(
    *, person_id: int, organisation_id: int, body: str, is_private: bool, by: int, at: datetime
) -> Note:
    """Write a note; a private one is read by its author alone, the others by the organisation, and by the person.

    The same words, sent twice within SAME, are one note.
    """
    one_at_a_time(person_id, organisation_id)
    said = {"body": body, "is_private": is_private, "author": by}
    just = {"created_at__gte": at - SAME, "person": person_id, "organisation": organisation_id}
    if (same := Note.objects.filter(**said, **just).first()) is not None:
        return same
    row = Note.objects.create(
        person_id=person_id,
        organisation_id=organisation_id,
        author_id=by,
        body=body,
        is_private=is_private,
        created_at=at,
    )
    log.info("note.added", note=row.pk, private=is_private, by=by)
    return row


@transaction.atomic
def change_note(*, note_id: int, version: int, body: str, by: int) -> Note:
    """Change the words of a note; whom it is for stays. Raises RowChanged, RowGone."""
    row = held(Note, note_id, version=version)
    row.body = body
    row.save(update_fields=["body"])
    log.info("note.changed", note=row.pk, by=by)
    return row


# --- the person ------------------------------------------------------------------------------------------
@transaction.atomic
def change_phase(*, person_id: int, phase: str, by: int) -> None:
    """Say where the project stands now."""
    Person.objects.filter(pk=person_id).update(phase=phase)
    log.info("person.phase", person=person_id, phase=phase, by=by)


@transaction.atomic
def become_referent(*, person_id: int, organisation_id: int, by: int) -> None:
    """`by` is the one whom the person calls first in that organisation."""
    Follow.objects.filter(person=person_id, organisation=organisation_id).update(referent=by)
    log.info("person.referent", person=person_id, organisation=organisation_id, by=by)
