"""Merge two fiches that are one."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.initiatives.actions.fiches import locked
from maillage.initiatives.actions.proposals import hold_proposals
from maillage.initiatives.models import Document, Initiative, Merge, Photo, Proposal
from maillage.initiatives.queries.merging import complete


class SameFiche(DomainError):
    """A fiche cannot be merged with itself."""


@transaction.atomic
def merge_initiatives(
    *, keep_id: int, keep_version: int, gone_id: int, gone_version: int, user_id: int, at: datetime
) -> Initiative:
    """Put `gone` into `keep`: its photos, documents, links, partners, proposals and addresses move; what `keep` does not
    say, `gone` says. `gone`'s row is deleted, its history stays, its address redirects. Raises EditConflict, SameFiche.
    """
    if keep_id == gone_id:
        raise SameFiche(_("Choisissez une autre fiche : une fiche ne fusionne pas avec elle-même."))
    for number in sorted((keep_id, gone_id)):
        hold_proposals(number)
    # always in the same order, so that two merges never wait for each other
    rows = {
        number: locked(number, version)
        for number, version in sorted([(keep_id, keep_version), (gone_id, gone_version)])
    }
    keep, gone = rows[keep_id], rows[gone_id]
    complete(keep, gone)
    keep.save()
    for model in (Photo, Document):
        model.objects.filter(initiative=gone).update(initiative=keep)
    # written about a version of the other fiche, which says nothing of this one's
    Proposal.objects.filter(initiative=gone).update(initiative=keep, base_version=0)
    Merge.objects.filter(into=gone).update(into=keep)
    Merge.objects.create(old_slug=gone.slug, into=keep, merged_id=gone.pk, merged_by_id=user_id)
    gone.delete()
    keep.refresh_from_db()
    return keep
