"""What a coordinator does about a silence."""

from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core.hours import after_working_days
from maillage.journeys.actions.moves import NotAllowedNow, locked, save
from maillage.journeys.models import NextAction, Referral, State
from maillage.journeys.schedule import TO_CALL

log = structlog.get_logger()


@transaction.atomic
def note_call(*, referral_id: int, by: int, at: datetime) -> Referral:
    """`by` has telephoned the structure, which is to answer within two working days. Raises NotAllowedNow."""
    row = locked(referral_id)
    if row.state != State.SANS_REPONSE:
        raise NotAllowedNow(_("Cette structure a répondu entre-temps : rouvrez la liste."))
    row.next_action, row.next_action_at = NextAction.RELANCER, after_working_days(at, TO_CALL)
    row.in_charge_id = by
    save(row)
    log.info("referral.called", referral=row.pk, by=by)
    return row
