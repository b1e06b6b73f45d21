"""A draft that waits for the person's agreement leaves by itself the moment they give it.

The draft is held before anything is agreed to: whoever cancels it or fills it anew at the same moment comes first or second,
never across (a move holds the referral, then the person).
"""

from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core.acting import Subject, for_subject
from maillage.core.errors import DomainError
from maillage.journeys.actions.moves import NotAllowedNow, locked, save
from maillage.journeys.actions.referrals import send_referral
from maillage.journeys.mails.consents import Departure
from maillage.journeys.models import Aim, ConsentRequest, Referral, State, Via
from maillage.journeys.queries.agreements import agreements

log = structlog.get_logger()


@transaction.atomic
def leave_when_agreed(*, referral_id: int) -> Referral:
    """Let a draft leave by itself once the person agrees to what it lacks. Raises NotAllowedNow when it is no draft any more."""
    row = locked(referral_id)
    if row.state != State.BROUILLON:
        raise NotAllowedNow(_("Cette orientation est déjà partie."))
    row.leaves_when_agreed = True
    save(row)
    return row


def held_drafts(request: ConsentRequest) -> list[Referral]:
    """The drafts of the structure that asks which wait for the person, held until the transaction ends."""
    with for_subject(Subject("person", request.person_id)):
        return list(
            Referral.objects.select_for_update(of=("self",))
            .filter(
                person=request.person_id,
                from_organisation=request.organisation_id,
                state=State.BROUILLON,
                leaves_when_agreed=True,
            )
            .order_by("pk")
        )


@transaction.atomic
def send_agreed(request: ConsentRequest, drafts: list[Referral], *, at: datetime) -> list[Departure]:
    """Send those of `drafts`, held, to which the person has now agreed; one that cannot leave waits for its sender.

    One that the request asked for, and that lacks an agreement still, was refused: it waits no more.
    """
    with for_subject(Subject("person", request.person_id)):
        return [left for row in drafts if (left := _sent_or_not(row, request, at)) is not None]


def _sent_or_not(row: Referral, request: ConsentRequest, at: datetime) -> Departure | None:
    if not agreements(row.person_id, row.from_organisation_id, row.to_organisation_id).all_given:
        if [Aim.ORIENTATION.value, row.to_organisation_id] in request.aims:
            _stay(row)
        return None
    try:
        return Departure(send_referral(referral_id=row.pk, by=None, at=at, via=Via.PERSON))
    except DomainError as error:
        _stay(row)
        log.info("referral.could-not-leave", referral=row.pk, error=type(error).__name__)
        return Departure(row, str(error))


def _stay(row: Referral) -> None:
    row.leaves_when_agreed = False
    save(row)
