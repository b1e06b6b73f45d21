"""Two files of one person made one: histories, referrals and agreements of both are kept, nothing is lost."""

from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import DomainError
from maillage.core.phones import readable_phone
from maillage.journeys.actions.moves import move
from maillage.journeys.models import (
    CLOSED,
    Appointment,
    Attendance,
    Consent,
    ConsentRequest,
    Document,
    Follow,
    Frein,
    GroupMember,
    MergedPerson,
    Note,
    Person,
    Referral,
    State,
    Step,
    Via,
)

log = structlog.get_logger()
# of two referrals to one structure, the one that has gone further goes on
FURTHEST = (
    State.RDV_FAIT, State.ABSENT, State.EXCUSE, State.ACCEPTEE, State.RECUE, State.ENVOYEE, State.SANS_REPONSE, State.REFUSEE,
    State.BROUILLON,
)  # fmt: skip
TOLD = ("last_name", "gender", "situation", "phase", "birth_year")


class NotTwoFiles(DomainError):
    """The two are one file, or one of them is not the acting identity's to read."""


@transaction.atomic
def merge_people(*, kept_id: int, other_id: int, organisation_id: int, by: int, at: datetime) -> Person:
    """Make the file `other_id` part of `kept_id`; the structure of `by` follows both. Raises NotTwoFiles.

    What `kept_id` says of the person stays; what it does not say comes from the other. Their space opens by the number and
    the address of the older file; those of the other are written down in a note of the structure. The same agreement twice: the first given goes on, the other is kept as ended.
    Two referrals to one structure: the one that has gone further goes on, the other is cancelled. Who read the other
    file is still told to the person.
    """
    rows = {
        one.pk: one
        for one in Person.objects.select_for_update(of=("self",))
        .filter(pk__in=[kept_id, other_id])
        .order_by("pk")
    }
    if len(rows) != 2:
        raise NotTwoFiles(_("Choisissez deux dossiers différents, que votre structure suit tous les deux."))
    kept, other = rows[kept_id], rows[other_id]
    _one_referral_each(kept, other, by, at)
    with for_purpose(Purpose.RETENTION):
        _agreements(kept, other, at)
        for model in (ConsentRequest, Referral, Step, Appointment, Note, Document):
            model._default_manager.filter(person=other).update(person=kept)
        _brakes(kept, other)
        _groups(kept, other)
        _follows(kept, other)
        MergedPerson.objects.filter(person=other).update(person=kept)
        MergedPerson.objects.create(old_number=other.pk, person=kept, merged_at=at, by_number=by)
        other.delete()
        kept.refresh_from_db()
        spare = _complete(kept, other)
        kept.save()
        if spare:
            Note.objects.create(
                person=kept,
                organisation_id=organisation_id,
                author_id=by,
                created_at=at,
                body=_("Autre moyen de joindre la personne, de son second dossier : %(ways)s")
                % {"ways": ", ".join(spare)},
            )
    log.info("people.merged", kept=kept_id, other=other_id, by=by)
    return kept


def _one_referral_each(kept: Person, other: Person, by: int, at: datetime) -> None:
    """Cancel, of two open referrals of the two files to one structure, the one that has gone less far."""
    with for_purpose(Purpose.FOLLOW_UP):
        rows = list(
            Referral.objects.select_for_update(of=("self",))
            .filter(person__in=[kept, other])
            .exclude(state__in=CLOSED)
            .order_by("pk")
        )
        going_on: dict[tuple[int | None, ...], Referral] = {}
        for row in sorted(rows, key=lambda one: FURTHEST.index(State(one.state))):
            is_draft = row.state == State.BROUILLON
            key = (row.to_organisation_id, row.from_organisation_id if is_draft else 0, is_draft)
            if key in going_on:
                move(
                    row,
                    State.ANNULEE,
                    by=by,
                    at=at,
                    via=Via.WEB,
                    answer_note=_("Réunie avec une autre demande."),
                )
            else:
                going_on[key] = row


def _agreements(kept: Person, other: Person, at: datetime) -> None:
    live = {
        (one.aim, one.organisation_id): one for one in Consent.objects.filter(person=kept, withdrawn_at=None)
    }
    for one in Consent.objects.filter(person=other).order_by("given_at", "pk"):
        twice = one.withdrawn_at is None and (one.aim, one.organisation_id) in live
        ended = {"withdrawn_at": max(at, one.given_at)} if twice else {}
        Consent.objects.filter(pk=one.pk).update(person=kept, **ended)


def _brakes(kept: Person, other: Person) -> None:
    """A brake that both files say open to one structure is one brake, since the first day."""
    live = {
        (one.organisation_id, one.brake): one for one in Frein.objects.filter(person=kept, lifted_on=None)
    }
    for one in Frein.objects.filter(person=other):
        same = live.get((one.organisation_id, one.brake)) if one.lifted_on is None else None
        if same is None:
            Frein.objects.filter(pk=one.pk).update(person=kept)
            continue
        Frein.objects.filter(pk=same.pk).update(raised_on=min(same.raised_on, one.raised_on))
        one.delete()


def _groups(kept: Person, other: Person) -> None:
    ours = {one.group_id: one for one in GroupMember.objects.filter(person=kept)}
    for one in GroupMember.objects.filter(person=other):
        if same := ours.get(one.group_id):
            left = None if same.left_on is None or one.left_on is None else max(same.left_on, one.left_on)
            joined = min(same.joined_on, one.joined_on)
            GroupMember.objects.filter(pk=same.pk).update(joined_on=joined, left_on=left)
            one.delete()
        else:
            GroupMember.objects.filter(pk=one.pk).update(person=kept)
    came = {one.meeting_id: one for one in Attendance.objects.filter(person=kept)}
    for seen in Attendance.objects.filter(person=other):
        if again := came.get(seen.meeting_id):
            if seen.status == Attendance.Status.PRESENT:
                Attendance.objects.filter(pk=again.pk).update(status=seen.status)
            seen.delete()
        else:
            Attendance.objects.filter(pk=seen.pk).update(person=kept)


def _follows(kept: Person, other: Person) -> None:
    """Who follows either follows the one; writing `until` tells the referrals that came over (trigger follow_reads)."""
    ours = {one.organisation_id: one for one in Follow.objects.filter(person=kept)}
    shared = Consent.objects.filter(person=kept, aim="partage", withdrawn_at=None).exists()
    for one in Follow.objects.filter(person=other):
        same = ours.get(one.organisation_id)
        if same is None:
            Follow.objects.filter(pk=one.pk).update(person=kept, until=one.until, shared=shared)
            continue
        until = None if same.until is None or one.until is None else max(same.until, one.until)
        one.delete()
        Follow.objects.filter(pk=same.pk).update(
            since=min(same.since, one.since),
            until=until,
            shared=shared,
            referent=same.referent_id or one.referent_id,
        )
    for same in Follow.objects.filter(person=kept):
        Follow.objects.filter(pk=same.pk).update(until=same.until, shared=shared)


def _complete(kept: Person, other: Person) -> list[str]:
    """Fill what `kept` does not say with what `other` says; gives the number and the address that are left over.

    The space opens by what the older file says: a file made yesterday does not bring a door of its own.
    """
    first, second = sorted((kept, other), key=lambda one: (one.created_at, one.pk))
    ways = {readable_phone(second.phone), second.email} - {readable_phone(first.phone), first.email, ""}
    kept.phone, kept.email = first.phone, first.email
    for name in TOLD:
        if not getattr(kept, name):
            setattr(kept, name, getattr(other, name))
    if kept.commune_id is None:
        kept.commune_id, kept.banner_id = other.commune_id, other.banner_id
        kept.qpv_code, kept.qpv_generation = other.qpv_code, other.qpv_generation
    kept.languages = [*kept.languages, *(one for one in other.languages if one not in kept.languages)]
    kept.created_at = min(kept.created_at, other.created_at)
    kept.last_activity_at = max(kept.last_activity_at, other.last_activity_at)
    kept.warned_at = None
    return sorted(ways)
