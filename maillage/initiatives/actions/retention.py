"""Forget what is no longer needed (docs/data-protection.md)."""

from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from maillage.initiatives.actions.photos import WAITING_ROOM
from maillage.initiatives.actions.proposals import remove_photo
from maillage.initiatives.models import LinkCheck, Photo, Proposal, Subscription

EMAIL_KEPT = timedelta(days=90)  # after the answer
UNPROVEN_KEPT = timedelta(days=7)
UPLOADS_KEPT = timedelta(days=1)
CHECKS_KEPT = timedelta(days=60)


@transaction.atomic
def forget(*, at: datetime) -> dict[str, int]:
    """Empty or delete what is past its time: {"emails", "proposals", "subscriptions", "uploads"}. For Purpose.ADMINISTRATION."""
    answered = Proposal.objects.filter(answered_at__lte=at - EMAIL_KEPT).filter(
        ~Q(email="") | Q(user__isnull=False)
    )
    emails = answered.update(email="", user=None)
    stale = Proposal.objects.filter(status=Proposal.Status.UNPROVEN, created_at__lte=at - UNPROVEN_KEPT)
    for photo in Photo.objects.filter(proposal__in=stale, initiative__isnull=True):
        remove_photo(photo)
    proposals = stale.delete()[1].get("initiatives.Proposal", 0)
    subscriptions, _detail = Subscription.objects.filter(
        proven_at__isnull=True, created_at__lte=at - UNPROVEN_KEPT
    ).delete()
    LinkCheck.objects.filter(checked_at__lte=at - CHECKS_KEPT).delete()
    return {
        "emails": emails,
        "proposals": proposals,
        "subscriptions": subscriptions,
        "uploads": _empty_waiting_room(at),
    }


def _empty_waiting_room(at: datetime) -> int:
    if not default_storage.exists(WAITING_ROOM):
        return 0
    old = [
        f"{WAITING_ROOM}/{name}"
        for name in default_storage.listdir(WAITING_ROOM)[1]
        if default_storage.get_modified_time(f"{WAITING_ROOM}/{name}") <= at - UPLOADS_KEPT
    ]
    for name in old:
        default_storage.delete(name)
    return len(old)
