"""What was public and no longer is, so that mirrors of the API can follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from maillage.initiatives.models import Initiative, InitiativeEvent, Merge
from maillage.initiatives.queries.search import PUBLIC_STATUSES

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One initiative that left public view: its key, when, and the key of the one it was merged into."""

    id: int
    withdrawn_at: datetime
    merged_into: int | None


def withdrawn(
    since: datetime | None = None, *, key: int | None = None, limit: int = AT_ONCE
) -> Sequence[Withdrawal]:
    """Initiatives once public, hidden or deleted at `since` or later, oldest first; only that of `key` when given.

    One that came back is not there.
    """
    was_public = InitiativeEvent.objects.filter(pgh_obj_id=OuterRef("pk"), status__in=PUBLIC_STATUSES)
    hidden = (
        Initiative.objects.exclude(status__in=PUBLIC_STATUSES)
        .filter(Exists(was_public))
        .order_by("updated_at", "pk")
    )
    deleted = (
        InitiativeEvent.objects.filter(pgh_label="before_delete")
        .filter(
            Exists(
                InitiativeEvent.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), status__in=PUBLIC_STATUSES)
            ),
            ~Exists(Initiative.objects.filter(pk=OuterRef("pgh_obj_id"))),
        )
        .order_by("pgh_created_at", "pgh_id")
    )
    if since is not None:
        hidden = hidden.filter(updated_at__gte=since)
        deleted = deleted.filter(pgh_created_at__gte=since)
    if key is not None:
        hidden, deleted = hidden.filter(pk=key), deleted.filter(pgh_obj_id=key)
    merged = dict(Merge.objects.values_list("merged_id", "into"))
    found = [
        *hidden.values_list("pk", "updated_at")[:limit],
        *deleted.values_list("pgh_obj_id", "pgh_created_at")[:limit],
    ]
    # deleted, given back and deleted again: the last time counts
    latest = {pk: at for at, pk in sorted((at, pk) for pk, at in found)}
    return [
        Withdrawal(pk, at, merged.get(pk))
        for pk, at in sorted(latest.items(), key=lambda p: (p[1], p[0]))[:limit]
    ]
