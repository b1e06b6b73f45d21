"""Delete a fiche, and bring back what it was: one of its versions, or all of it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core import history
from maillage.initiatives.actions.fiches import free_slug, locked
from maillage.initiatives.actions.proposals import hold_proposals, refuse_proposal, remove_photo
from maillage.initiatives.models import Document, Initiative, InitiativeEvent, Merge, Photo, Proposal


@transaction.atomic
def delete_initiative(*, initiative_id: int, version: int, user_id: int, at: datetime) -> None:
    """Delete the row: its history keeps it, its files wait for it to come back. Raises EditConflict.

    Who waits for an answer to a correction of it gets one: there is nothing left to correct.
    """
    corrections = hold_proposals(initiative_id)
    row = locked(initiative_id, version)
    for correction in corrections:
        if correction.status == Proposal.Status.WAITING:
            reason = _("La fiche que vous vouliez corriger vient d’être supprimée.")
            refuse_proposal(proposal_id=correction.pk, moderator_id=user_id, reason=reason, at=at)
    for photo in Photo.objects.filter(proposal__initiative=row, initiative=None):
        remove_photo(photo)
    Photo.objects.filter(initiative=row).update(initiative=None, proposal=None, deleted_from=row.pk)
    Document.objects.filter(initiative=row).update(initiative=None, deleted_from=row.pk)
    row.delete()


@transaction.atomic
def restore_version(*, event_id: int) -> Initiative:
    """Make the fiche say again what the history row `event_id` kept; a deleted fiche comes back, with its files.

    A fiche that is there keeps its address, and the day on which it was last confirmed: an old text is no reason to withdraw
    it. One that was deleted comes back at its own address, or beside it when another took it since. Raises NoSuchVersion,
    RestoreImpossible.
    """
    event = InitiativeEvent.objects.filter(pgh_id=event_id).first()
    instead: dict[str, Any] = {}
    if event is not None:
        present = Initiative.objects.filter(pk=event.pgh_obj_id).first()
        if present is not None:
            instead["confirmed_on"] = present.confirmed_on or event.confirmed_on
        elif Initiative.objects.filter(slug=event.slug).exists():
            instead["slug"] = free_slug(event.title)
        else:
            Merge.objects.filter(old_slug=event.slug).delete()
    row = history.restore(
        model=Initiative, event_id=event_id, keep={"slug", "created_at", "reminded_on"}, instead=instead
    )
    for kept in (Photo, Document):
        kept.objects.filter(deleted_from=row.pk).update(initiative=row, deleted_from=None)
    return row
