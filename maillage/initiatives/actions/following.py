"""Follow a search by mail: subscribe, prove, stop, and the digests themselves."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import DomainError
from maillage.core.keys import hash_of, renew_key
from maillage.core.proof import prove, row_to_prove
from maillage.initiatives import mails
from maillage.initiatives.models import Subscription
from maillage.initiatives.queries import following
from maillage.initiatives.queries.criteria import Criteria
from maillage.initiatives.stop_tokens import subscription_of

EVERY = {Subscription.Rhythm.DAILY: timedelta(days=1), Subscription.Rhythm.WEEKLY: timedelta(days=7)}
# the job runs at a fixed hour, give or take: a digest is due a little before its exact time
_SLACK = timedelta(hours=2)


def normal_criteria(query: QueryDict) -> str:
    """The search of an address as its shortest query string, always written the same. Raises UnknownCriterion."""
    return Criteria.from_query(query).without("sort", "page").to_query()


@transaction.atomic
def subscribe(*, email: str, criteria: str, rhythm: str, at: datetime) -> Subscription:
    """Keep what someone wants to follow, and send the link that proves the address.

    Asking again for the same search changes its rhythm and sends another link, whether it was proved or not: the answer
    tells nothing about who follows what.
    """
    if len(criteria) > 500:
        raise DomainError(_("Cette recherche est trop longue pour être suivie : retirez la zone dessinée."))
    with for_purpose(Purpose.PROOF):
        row = Subscription.objects.filter(email=email, criteria=criteria).first()
        if row is None:
            row = Subscription(email=email, criteria=criteria)
        row.rhythm, row.created_at = rhythm, row.created_at if row.proven_at else at
        renew_key(row)
        row.save()
    mails.send_subscription_proof(row, following.in_words(criteria))
    return row


def subscription_to_prove(key: UUID, *, at: datetime) -> Subscription:
    """The subscription of a link, proven or not. Raises ProofOver."""
    return row_to_prove(Subscription, key, at=at, over=_over())


def prove_subscription(*, key: UUID, at: datetime) -> Subscription:
    """Start the digests: they tell what is published from now on. Raises ProofOver."""
    return prove(Subscription, key, at=at, over=_over(), sent_until=at)


def _over() -> str:
    return _("Ce lien n’est plus valable : l’abonnement est arrêté, ou la confirmation a plus de 48 heures.")


@transaction.atomic
def unsubscribe(*, token: str) -> None:
    """Forget the subscription of a link. Stopping twice is fine, and so is a text that is not ours: there is nothing to stop."""
    number = subscription_of(token)
    if number is not None:
        with for_purpose(Purpose.PROOF):
            Subscription.objects.filter(pk=number).delete()


@transaction.atomic
def unsubscribe_by_key(*, key: UUID) -> None:
    """Forget the subscription of a link of before the stop tokens: digests that people have kept still carry it."""
    with for_purpose(Purpose.PROOF):
        Subscription.objects.filter(key_hash=hash_of(key)).delete()


@transaction.atomic
def send_digest(*, subscription_id: int, at: datetime) -> int:
    """Send what is new since the last digest, when it is due; returns how many initiatives it tells.

    Nothing new, no mail. Run twice, it sends once: `sent_until` moves in the same transaction as the mail. To be called for
    Purpose.DIGEST.
    """
    row = (
        Subscription.objects.select_for_update(skip_locked=True)
        .filter(pk=subscription_id, proven_at__isnull=False)
        .first()
    )
    if (
        row is None
        or row.sent_until is None
        or at - row.sent_until < EVERY[Subscription.Rhythm(row.rhythm)] - _SLACK
    ):
        return 0
    news = following.news(row.criteria, since=row.sent_until, until=at)
    row.sent_until = at
    row.save(update_fields=["sent_until"])
    if news:
        mails.send_digest(row, news, following.in_words(row.criteria))
    return len(news)
