"""Writes of referrals, one function a use case: drafted, sent, taken, answered, passed on, cancelled, ended.

Whoever acts was let in by `access`, a link or a job. `by` is the user's number (None: a person, a link or a job acts),
`at` the moment, `via` the door (Via); `version` the one that was shown, when there is one.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core import jobs
from maillage.core.acting import Purpose, for_purpose
from maillage.core.hours import after_working_days
from maillage.journeys.actions.moves import (
    NotAllowedNow,
    ReferralTaken,
    due,
    locked,
    move,
    name_of,
    save,
    who_moved,
)
from maillage.journeys.actions.requirements import (
    AlreadyReferred,
    ConsentMissing,
    NothingReceived,
    banner_over,
    consent_missing,
    explained,
    initials_of,
    person_to_refer,
    promised_days,
    sender_still,
)
from maillage.journeys.mails.referrals import tell_sender
from maillage.journeys.models import Follow, NextAction, Referral, RefusalReason, State, Via
from maillage.journeys.queries.agreements import agreements
from maillage.organisations.models import Membership

__all__ = [
    "AlreadyReferred", "ConsentMissing", "NotAllowedNow", "NothingReceived", "ReferralTaken", "accept_referral", "cancel_referral",
    "create_referral", "initials_of", "note_person_told", "pass_on_referral", "postpone_referral", "receive_referral", "record_outcome",
    "refuse_referral", "send_referral",
]  # fmt: skip
OUTCOMES = (
    State.RDV_FAIT,
    State.ABSENT,
    State.EXCUSE,
    State.AIDE,
    State.PAS_D_AIDE,
    State.INJOIGNABLE,
    State.PAS_POUR_NOUS,
)
# what the structure's answer does not wait for: its date is the own affair of who is in charge
POSTPONED = (State.BROUILLON, State.ACCEPTEE, State.RDV_FAIT, State.ABSENT, State.EXCUSE)
LATEST_DAYS = 20  # working days


@transaction.atomic
def create_referral(
    *,
    person_id: int,
    to_organisation_id: int,
    from_organisation_id: int | None,
    values: dict[str, Any],
    by: int | None,
    at: datetime,
    via: str = Via.WEB,
) -> Referral:
    """A draft; the same person and structures again are the same draft, filled anew.

    `values`: service_id, reason, phase, freins, urgency, appointment_wish. Without a sender, the person asks by
    themselves. Raises NothingReceived, AlreadyReferred, NotAllowedNow.
    """
    person = person_to_refer(person_id)
    if by is not None and from_organisation_id is not None and not _is_member(by, from_organisation_id):
        raise NotAllowedNow(_("Choisissez une structure dont vous êtes membre."))
    days = promised_days(to_organisation_id, from_organisation_id)
    with for_purpose(Purpose.FOLLOW_UP):
        row = (
            Referral.objects.select_for_update(of=("self",))
            .filter(
                person=person,
                to_organisation=to_organisation_id,
                from_organisation=from_organisation_id,
                state=State.BROUILLON,
            )
            .first()
        )
    row = row or Referral(
        person=person,
        to_organisation_id=to_organisation_id,
        from_organisation_id=from_organisation_id,
        from_user_id=by,
        created_at=at,
        moved_at=at,
        moved_via=via,
        is_example=person.is_example,
    )
    row.initials, row.banner, row.promised_days = initials_of(person), banner_over(person), days
    row.leaves_when_agreed = False  # whoever fills it anew says again whether it waits for the person
    for name, value in values.items():
        setattr(row, name, value)
    due(row, at=at, in_charge=by)
    with explained():
        save(row)
    return row


@transaction.atomic
def send_referral(
    *, referral_id: int, by: int | None, at: datetime, via: str = Via.WEB, version: int | None = None
) -> Referral:
    """Send a draft: from now on the structure sees the person, and answers within the days that it promised.

    Raises ConsentMissing, NothingReceived, AlreadyReferred, NotAllowedNow, ReferralChanged.
    """
    row = locked(referral_id, version=version)
    if row.state != State.BROUILLON:
        raise NotAllowedNow(_("Cette orientation est déjà partie."))
    row.promised_days = promised_days(row.to_organisation_id, row.from_organisation_id)
    return _sent(row, by=by, at=at, via=via)


@transaction.atomic
def receive_referral(
    *, referral_id: int, by: int | None, at: datetime, via: str = Via.WEB, version: int | None = None
) -> Referral:
    """Note that the structure has it, in the charge of `by`; again by the same person changes nothing.

    Raises ReferralTaken (it names who has it), NotAllowedNow, ReferralChanged.
    """
    row = locked(referral_id)
    if row.state == State.RECUE:
        return _taken_over(row, by=by, version=version)
    _check_version(row, version)
    return move(row, State.RECUE, by=by, at=at, via=via, in_charge=_as_receiver(row, by))


@transaction.atomic
def accept_referral(
    *, referral_id: int, by: int | None, at: datetime, via: str = Via.WEB, note: str = ""
) -> Referral:
    """The structure takes the person on, in the charge of `by`, who becomes their referent there if nobody is.

    Twice by the same person changes nothing. Raises ReferralTaken (it names who accepted first), NotAllowedNow.
    """
    row = locked(referral_id)
    if row.state == State.ACCEPTEE:
        if by is not None and row.in_charge_id == by:
            return row
        raise ReferralTaken(_("%(name)s a déjà accepté cette orientation.") % {"name": who_moved(row)})
    mine = _as_receiver(row, by)
    row = move(
        row, State.ACCEPTEE, by=by, at=at, via=via, in_charge=mine, answered_at=at, answer_note=note.strip(),
        refusal_reason="",
    )  # fmt: skip
    if mine:
        Follow.objects.filter(
            person=row.person_id, organisation=row.to_organisation_id, referent=None
        ).update(referent=mine)
    tell_sender(row, by=by)
    return row


@transaction.atomic
def refuse_referral(
    *,
    referral_id: int,
    reason: str,
    by: int | None,
    at: datetime,
    via: str = Via.WEB,
    note: str = "",
    version: int | None = None,
) -> Referral:
    """The structure cannot take the person, for a reason of RefusalReason; « autre » needs words in `note`.

    The sender then has the person told. Raises NotAllowedNow, ReferralChanged, ReferralTaken.
    """
    note = note.strip()
    if reason not in RefusalReason.values:
        raise NotAllowedNow(_("Choisissez une raison : la personne doit savoir pourquoi."))
    if reason == RefusalReason.AUTRE and not note:
        raise NotAllowedNow(_("Dites en quelques mots simples pourquoi : la personne le lira."))
    row = locked(referral_id)
    if row.state == State.REFUSEE and row.refusal_reason == reason:
        return row
    _check_version(row, version)
    row = move(
        row, State.REFUSEE, by=by, at=at, via=via, answered_at=at, refusal_reason=reason, answer_note=note,
        person_told_at=None,
    )  # fmt: skip
    tell_sender(row, by=by)
    return row


@transaction.atomic
def pass_on_referral(
    *,
    referral_id: int,
    to_organisation_id: int,
    service_id: int | None,
    by: int | None,
    at: datetime,
    via: str = Via.WEB,
    note: str = "",
    version: int | None = None,
) -> Referral:
    """End a referral by another, to the structure that is the right one; gives the new referral.

    The first sender stays the sender, so that they know what becomes of it. It leaves at once if the person has agreed
    to the new structure; else it is a draft in the sender's charge. Raises NothingReceived, AlreadyReferred, NotAllowedNow.
    """
    row = locked(referral_id, version=version)
    if to_organisation_id == row.to_organisation_id:
        raise NothingReceived(
            _("C’est la structure qui a déjà reçu cette orientation : choisissez-en une autre.")
        )
    days = promised_days(to_organisation_id, row.from_organisation_id)
    new = Referral(
        person_id=row.person_id,
        initials=row.initials,
        from_organisation_id=sender_still(row, at),
        from_user_id=row.from_user_id,
        to_organisation_id=to_organisation_id,
        service_id=service_id,
        banner_id=row.banner_id,
        previous=row,
        reason=row.reason,
        phase=row.phase,
        freins=row.freins,
        urgency=row.urgency,
        appointment_wish=row.appointment_wish,
        promised_days=days,
        created_at=at,
        moved_at=at,
        moved_via=via,
        is_example=row.is_example,
    )
    move(row, State.REORIENTEE, by=by, at=at, via=via, answer_note=note.strip() or row.answer_note)
    due(new, at=at)
    with explained():
        save(new)
    if agreements(new.person_id, new.from_organisation_id, to_organisation_id).all_given:
        new = _sent(new, by=by, at=at, via=via)
    tell_sender(row, by=by)
    return new


@transaction.atomic
def cancel_referral(
    *,
    referral_id: int,
    by: int | None,
    at: datetime,
    via: str = Via.WEB,
    note: str = "",
    version: int | None = None,
) -> Referral:
    """Nobody expects anything of it any more; twice changes nothing. Raises NotAllowedNow, ReferralChanged."""
    row = locked(referral_id)
    if row.state == State.ANNULEE:
        return row
    _check_version(row, version)
    return move(row, State.ANNULEE, by=by, at=at, via=via, answer_note=note.strip() or row.answer_note)


@transaction.atomic
def record_outcome(
    *,
    referral_id: int,
    state: str,
    by: int | None,
    at: datetime,
    via: str = Via.WEB,
    note: str = "",
    version: int | None = None,
) -> Referral:
    """What an accepted referral gave, one of OUTCOMES: the first appointment, or the end. Raises NotAllowedNow, ReferralChanged."""
    if state not in OUTCOMES:
        raise NotAllowedNow(_("Dites ce que cela a donné."))
    row = locked(referral_id)
    if row.state == state:
        return row
    _check_version(row, version)
    row = move(row, state, by=by, at=at, via=via, answer_note=note.strip() or row.answer_note)
    tell_sender(row, by=by)
    return row


@transaction.atomic
def postpone_referral(*, referral_id: int, days: int, by: int, at: datetime) -> Referral:
    """Bring the next action back in `days` working days (1 to LATEST_DAYS), in the charge of `by`.

    Not while the structure's answer is awaited: its date is a promise. Raises NotAllowedNow.
    """
    if not 1 <= days <= LATEST_DAYS:
        raise NotAllowedNow(_("Choisissez un rappel dans les quatre semaines."))
    row = locked(referral_id)
    if row.state not in POSTPONED:
        raise NotAllowedNow(_("La date de réponse est promise à la personne : elle ne se reporte pas."))
    row.next_action_at = after_working_days(at, days)
    row.in_charge_id = by
    save(row)
    return row


@transaction.atomic
def note_person_told(*, referral_id: int, by: int, at: datetime) -> Referral:
    """`by` has told the person of a refusal, by word of mouth; what comes next is another structure. Raises NotAllowedNow."""
    row = locked(referral_id)
    if row.state != State.REFUSEE:
        raise NotAllowedNow(_("Cette orientation n’est plus refusée : relisez-la."))
    if row.person_told_at is None:
        row.person_told_at = at
        row.next_action, row.next_action_at = NextAction.PROPOSER_SUITE, after_working_days(at, 1)
        row.in_charge_id = by
        save(row)
    return row


def _sent(row: Referral, *, by: int | None, at: datetime, via: str) -> Referral:
    given = agreements(row.person_id, row.from_organisation_id, row.to_organisation_id)
    if not given.all_given:
        raise consent_missing()
    row.sent_at = at
    with explained():
        move(row, State.ENVOYEE, by=by, at=at, via=via)
    jobs.enqueue("journeys.announce", referral_id=row.pk)
    return row


def _taken_over(row: Referral, *, by: int | None, version: int | None) -> Referral:
    """A colleague's, seen as such (`version`), may be taken over; otherwise who came second is told who was first."""
    if by is None or row.in_charge_id == by:
        return row
    mine = _as_receiver(row, by)
    if version != row.version or not mine:
        raise ReferralTaken(_("%(name)s s’en charge déjà.") % {"name": name_of(row.in_charge_id)})
    row.in_charge_id = mine
    save(row)
    return row


def _check_version(row: Referral, version: int | None) -> None:
    if version is not None and version != row.version:
        raise ReferralTaken(
            _("%(name)s a répondu entre-temps : l’orientation est « %(state)s ».")
            % {"name": who_moved(row), "state": row.get_state_display().lower()}
        )


def _as_receiver(row: Referral, by: int | None) -> int | None:
    """`by`, when they belong to the receiving structure: it is in their charge from now on."""
    return by if by and _is_member(by, row.to_organisation_id) else None


def _is_member(user_id: int, organisation_id: int) -> bool:
    return Membership.objects.filter(organisation=organisation_id, user=user_id).exists()
