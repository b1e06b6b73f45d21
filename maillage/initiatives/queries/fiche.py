"""Reads of one fiche: itself, its neighbours, what became of an address, its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.db.models.functions import Distance, GeometryDistance
from django.db.models import F, Prefetch, QuerySet

from maillage.core.history import Version, versions_of
from maillage.initiatives.models import Initiative, InitiativeEvent, Merge, Photo
from maillage.initiatives.queries.search import PUBLIC_STATUSES, Criteria, matching, published

LISTED = ("commune", "carrier", "departement", "region", "qpv")
HEAVY = ("search", "origin_values", "body", "commune__contour", "commune__town_hall", "qpv__contour")
# what the public history says of a field: its name always, its values only when they are about no person
TOLD = ("title", "summary", "body", "themes", "publics", "phases", "partners", "scope", "address", "starts_on",
        "ends_on", "links", "source_name", "source_url", "licence", "status", "confirmed_on")  # fmt: skip
NAMED = ("carrier_id", "commune_id", "qpv_id", "departement_id", "region_id", "point", "contact_name",
         "contact_email", "contact_phone", "author_name")  # fmt: skip


def fiche(slug: str) -> Initiative | None:
    """The initiative of this address whatever its status, with what its page shows: relations, accepted photos, documents."""
    return (
        Initiative.objects.filter(slug=slug)
        .select_related(*LISTED)
        .defer("search", "origin_values", "commune__contour", "commune__town_hall", "qpv__contour")
        .prefetch_related(
            Prefetch("photos", Photo.objects.filter(status=Photo.Status.PUBLISHED)),
            "documents",
        )
        .first()
    )


def fiche_by_key(key: int) -> Initiative | None:
    """The initiative with this key whatever its status, with its relations."""
    return (
        Initiative.objects.filter(pk=key)
        .select_related(*LISTED)
        .defer("search", "origin_values", "commune__contour", "commune__town_hall", "qpv__contour")
        .first()
    )


def moved_to(slug: str) -> str | None:
    """The slug of the initiative into which this one was merged, if it was."""
    merge = Merge.objects.filter(old_slug=slug).select_related("into").only("into__slug").first()
    return merge.into.slug if merge else None


def was_public(slug: str) -> bool:
    """Whether an initiative that no longer exists was once shown at this address."""
    return InitiativeEvent.objects.filter(slug=slug, status__in=PUBLIC_STATUSES).exists()


def nearby(initiative: Initiative, limit: int = 4) -> list[Initiative]:
    """The nearest other public initiatives with a point, each with its `distance`; none for one without a point."""
    if initiative.point is None:
        return []
    others = published().exclude(pk=initiative.pk).filter(point__isnull=False)
    # The index orders by degrees: its nearest rows bound the distance within which the true nearest must be.
    distance = Distance("point", initiative.point, spheroid=True)
    by_degrees = (
        others.alias(degrees=GeometryDistance("point", initiative.point))
        .annotate(distance=distance)
        .order_by("degrees")[:limit]
    )
    reach = max((row.distance.m for row in by_degrees.only("pk")), default=None)
    if reach is None:
        return []
    around = Criteria(lon=initiative.point.x, lat=initiative.point.y, radius_m=int(reach) + 1)
    return list(
        matching(around)
        .exclude(pk=initiative.pk)
        .select_related(*LISTED)
        .defer(*HEAVY)
        .annotate(distance=distance)
        .order_by("distance", "pk")[:limit]
    )


def same_theme(
    initiative: Initiative, limit: int = 4, *, apart_from: Sequence[int] = ()
) -> QuerySet[Initiative]:
    """The latest other public initiatives that share a theme."""
    return (
        matching(Criteria(themes=tuple(initiative.themes)))
        .exclude(pk__in=[initiative.pk, *apart_from])
        .select_related(*LISTED)
        .defer(*HEAVY)
        .order_by(F("published_at").desc(), "pk")[:limit]
        if initiative.themes
        else Initiative.objects.none()
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One public change of a fiche: when, and which values before and after; nobody is named."""

    at: datetime | None
    before: Version | None
    after: Version

    def told(self) -> dict[str, tuple[Any, Any]]:
        """Field → values before and after, for the fields whose values are about no person."""
        return self._changed(TOLD)

    def named(self) -> list[str]:
        """The other fields that changed: only their names are told."""
        return list(self._changed(NAMED))

    def _changed(self, names: Sequence[str]) -> dict[str, tuple[Any, Any]]:
        if self.before is None or self.before.values is None or self.after.values is None:
            return {}
        old, new = self.before.values, self.after.values
        return {name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)}


def public_changes(initiative: Initiative) -> list[Change]:
    """The changes of a public fiche, latest first, from its publication on: what came before was not public."""
    changes: list[Change] = []
    before: Version | None = None
    for version in versions_of(initiative):
        if version.values is None or version.values["status"] not in PUBLIC_STATUSES:
            before = None
            continue
        change = Change(version.at, before, version)
        # a change of nothing that is told, such as a reminder sent, is no news
        if before is None or change.told() or change.named():
            changes.append(change)
        before = version
    return changes[::-1]
