"""Links that let a structure answer a referral without an account: made, announced, taken back."""

from datetime import datetime, timedelta

from django.db import transaction

from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.answer_tokens import token_of
from maillage.journeys.mails.answers import send_notice, send_notice_to_colleague
from maillage.journeys.models import AnswerLink, Referral
from maillage.journeys.queries.contacts import address_of, colleague_in_charge

LASTS = timedelta(hours=72)


def can_be_told(row: Referral) -> bool:
    """Whether some address of the receiving structure is known."""
    return bool(address_of(row.to_organisation_id) or colleague_in_charge(row))


def tell_structure(row: Referral, *, at: datetime, reminder: int = 0) -> bool:
    """Write to the receiving structure, and count the mail on `row`, which the caller saves; False without an address.

    The mail says initials and need. Its link takes the place of those sent before.
    """
    if to := address_of(row.to_organisation_id):
        send_notice(row, to, token_of(_new_link(row, to, at).key), reminder=reminder)
    elif to := colleague_in_charge(row):
        send_notice_to_colleague(row, to, reminder=reminder)
    else:
        return False
    row.mails += 1
    return True


@transaction.atomic
def revoke_links(*, referral_id: int, at: datetime) -> int:
    """Take back the links of a referral that the acting identity may read; gives how many."""
    return AnswerLink.objects.filter(referral=referral_id, revoked_at=None).update(revoked_at=at)


def _new_link(row: Referral, to: str, at: datetime) -> AnswerLink:
    with for_purpose(Purpose.FOLLOW_UP):
        revoke_links(referral_id=row.pk, at=at)
        return AnswerLink.objects.create(referral=row, sent_to=to, created_at=at, expires_at=at + LASTS)
