"""Reads of claims, and of the versions of a structure."""

import itertools
from dataclasses import dataclass
from datetime import datetime

from maillage.core.history import FieldDifference, difference, versions_of
from maillage.organisations.access import Someone, may_verify
from maillage.organisations.models import Claim, Organisation

HIDDEN = ("source_digest", "local_fields", "reminded_on", "verified_by_id")


@dataclass(frozen=True)
class Change:
    """One change of a structure: when, what."""

    at: datetime | None
    fields: list[FieldDifference]


def claims_to_answer(user: Someone) -> list[Claim]:
    """The claims that wait for `user`, who moderates where the structure lies, the oldest first."""
    rows = (
        Claim.objects.filter(status=Claim.Status.WAITING)
        .select_related("organisation__commune__departement")
        .defer("organisation__commune__contour")
        .order_by("created_at", "pk")
    )
    return [row for row in rows if may_verify(user, row.organisation)]


def versions_shown(row: Organisation) -> list[Change]:
    """The changes of a structure, the latest first; nobody is named."""
    found = versions_of(row)
    changes = []
    for before, after in itertools.pairwise(found):
        if before.values is None or after.values is None:
            continue
        fields = [one for one in difference(before, after, Organisation) if one.field not in HIDDEN]
        if fields:
            changes.append(Change(after.at, fields))
    return changes[::-1]
