"""How a referral moves: held, checked, dated, in somebody's charge. Every action on a referral goes through `move`."""

from datetime import datetime
from typing import Any

import structlog
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from maillage.accounts.models import User
from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import Conflict, DomainError
from maillage.journeys import schedule
from maillage.journeys.models import CLOSED, Referral, ReferralEvent, State
from maillage.journeys.queries.in_charge import person_in_charge
from maillage.journeys.queries.transitions import may_follow

log = structlog.get_logger()
WAITING = (State.ENVOYEE, State.RECUE)  # for the structure's answer, promised from the day that it was asked


class NotAllowedNow(DomainError):
    """The referral is not where this could be done."""


class ReferralChanged(Conflict):
    """Somebody moved the referral since the page was shown."""


class ReferralTaken(Conflict):
    """Somebody else has it."""


def locked(referral_id: int, *, version: int | None = None) -> Referral:
    """The referral as the acting identity sees it, held until the transaction ends.

    `version` is the one that was shown, if any. Raises NotAllowedNow when it is not theirs, ReferralChanged when it is
    another version now.
    """
    row = Referral.objects.select_for_update(of=("self",)).filter(pk=referral_id).first()
    if row is None:
        raise NotAllowedNow(_("Cette orientation n’existe plus, ou n’est pas pour vous."))
    if version is not None and version != row.version:
        raise ReferralChanged(
            _(
                "Cette orientation a changé pendant que vous la lisiez : %(state)s. Relisez-la, puis recommencez."
            )
            % {"state": row.get_state_display().lower()}
        )
    return row


def move(
    row: Referral,
    state: str,
    *,
    by: int | None,
    at: datetime,
    via: str,
    in_charge: int | None = None,
    **values: Any,
) -> Referral:
    """Bring a referral that `locked` gave to `state`, with what comes next, when, and in whose charge.

    `in_charge` is who takes it, if that is known; `values` are other fields to keep. A closed referral has no next
    action. Raises NotAllowedNow when the state cannot follow.
    """
    if not may_follow(row.state, state):
        raise NotAllowedNow(
            _("Ce n’est pas possible maintenant : l’orientation est « %(state)s ».")
            % {"state": row.get_state_display().lower()}
        )
    for name, value in values.items():
        setattr(row, name, value)
    before, row.state, row.moved_at, row.moved_via = row.state, state, at, via
    # the coordinator reads it for as long as the structure's silence, or its no, is theirs to mend
    row.coordinated = row.coordinated and state in {State.SANS_REPONSE, State.REFUSEE}
    if state in CLOSED:
        row.next_action, row.next_action_at, row.in_charge_id = "", None, None
        row.closed_at = row.closed_at or at
    else:
        due(row, at=at, in_charge=in_charge)
    save(row)
    log.info("referral.moved", referral=row.pk, before=before, state=state, by=by, via=via)
    return row


def due(row: Referral, *, at: datetime, in_charge: int | None = None) -> None:
    """Say, on an open referral not yet saved, what comes next, when, and who sees to it."""
    since = row.sent_at if row.state in WAITING and row.sent_at else at
    row.next_action, row.next_action_at = schedule.next_for(row.state, since, row.promised_days)
    row.in_charge_id = in_charge or person_in_charge(row, row.state, localdate(at))
    if row.in_charge_id is None:
        raise NotAllowedNow(
            _("Personne ne peut s’en charger : le réseau n’a ni coordination ni administration.")
        )


def save(row: Referral) -> None:
    """Write a referral that `locked` gave: it may leave the writer's own sight (sql/policies.sql)."""
    with for_purpose(Purpose.FOLLOW_UP):
        row.save()
        row.refresh_from_db()


def who_moved(row: Referral) -> str:
    """The displayed name of who last moved it, as its log says; nobody's for a link, a job or the person."""
    moves = ReferralEvent.objects.filter(referral_number=row.pk).order_by("-pk")
    return name_of(moves.values_list("user_number", flat=True).first())


def name_of(user_id: int | None) -> str:
    """The displayed name of someone who has a referral in charge, or moved it."""
    with for_purpose(Purpose.ADMINISTRATION):
        found = User.objects.filter(pk=user_id).first() if user_id else None
    return str(found) if found else _("une autre personne")
