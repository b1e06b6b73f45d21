"""What the person is told of their referral, in plain words, with where to go next."""

from datetime import datetime

from maillage.core import sms
from maillage.journeys.mails.news import send_news, send_text_news
from maillage.journeys.models import Person, Referral
from maillage.journeys.queries.next_offer import next_offers


def tell_refusal(row: Referral, *, at: datetime) -> bool:
    """Tell the person that the structure cannot help, why, and who may; False when they cannot be written to."""
    return _tell(row, "refused", at)


def tell_next_offer(row: Referral, *, at: datetime) -> bool:
    """Tell the person that the structure has not answered, and who else may help; False when they cannot be written to."""
    return _tell(row, "unanswered", at)


def _tell(row: Referral, what: str, at: datetime) -> bool:
    person = Person.objects.filter(pk=row.person_id).first()
    by_text = person is not None and not person.email and sms.is_offered()
    if person is None or not (person.email or by_text):
        return False
    offer = next(iter(next_offers(row, at=at, most=1)), None)
    if by_text:
        send_text_news(row, person, what, offer, at=at)
    else:
        send_news(row, person, what, offer)
    return True
