"""What moderators have before them: the queue, one proposal beside its fiche, versions, deleted fiches."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from maillage.accounts.access import Scopes, is_network_administrator
from maillage.accounts.models import User
from maillage.core.acting import Purpose, for_purpose
from maillage.initiatives.access import PUBLIC, within
from maillage.initiatives.models import Initiative, InitiativeEvent, Photo, Proposal, Theme
from maillage.initiatives.queries.values import (
    Difference,
    Values,
    changed,
    differences,
    empty_values,
    values_of,
    version_values,
)
from maillage.territories.models import Departement


def waiting_proposals(scope: Scopes, *, theme: str = "", departement: str = "") -> QuerySet[Proposal]:
    """The proven proposals to answer within `scope`, oldest first, with `photo_count`; of one theme, in one département if given."""
    rows = (
        Proposal.objects.filter(within(scope), status=Proposal.Status.WAITING)
        .select_related("initiative", "commune", "departement", "region")
        .annotate(photo_count=Count("photos"))
        .order_by("created_at", "pk")
    )
    if theme:
        rows = rows.filter(themes__contains=[theme])
    if departement:
        rows = rows.filter(Q(commune__departement=departement) | Q(departement=departement))
    return rows


def waiting_photos(scope: Scopes) -> QuerySet[Photo]:
    """The photos added to published fiches within `scope` that nobody has looked at yet, oldest first."""
    fiches = Initiative.objects.filter(within(scope))
    return (
        Photo.objects.filter(status=Photo.Status.PENDING, initiative__in=fiches)
        .select_related("initiative")
        .order_by("added_at", "pk")
    )


def drafts(scope: Scopes, *, source: str = "", among: Iterable[int] | None = None) -> QuerySet[Initiative]:
    """The fiches within `scope` that nobody published yet, in the order they came; of one source, or `among` these numbers."""
    rows = Initiative.objects.filter(within(scope), status=Initiative.Status.DRAFT)
    if source:
        rows = rows.filter(origin=source)
    if among is not None:
        rows = rows.filter(pk__in=list(among))
    return rows.select_related("commune", "departement", "region", "carrier").order_by("pk")


def draft_sources(scope: Scopes) -> list[tuple[str, int]]:
    """How many drafts each source of the files imported has within `scope`, by name."""
    rows = drafts(scope).exclude(origin="").order_by("origin").values("origin").annotate(count=Count("pk"))
    return list(rows.values_list("origin", "count"))


def queue_count(scope: Scopes) -> int:
    """How many proposals and photos wait for someone of `scope`."""
    return waiting_proposals(scope).count() + waiting_photos(scope).count()


def themes_waiting(rows: QuerySet[Proposal]) -> list[tuple[Theme, int]]:
    """How many of these proposals wait, by theme, in the order of the themes."""
    counts = Counter(code for themes in rows.values_list("themes", flat=True) for code in themes)
    return [(theme, counts[theme.code]) for theme in Theme.objects.all() if theme.code in counts]


def departements_waiting(rows: QuerySet[Proposal]) -> list[tuple[Departement, int]]:
    """How many of these proposals wait, by département, in the order of their codes; the wider ones are in none."""
    codes = rows.values_list("commune__departement", "departement")
    counts = Counter(near or wide for near, wide in codes if near or wide)
    return [(one, counts[one.pk]) for one in Departement.objects.filter(pk__in=counts).order_by("pk")]


@dataclass(frozen=True)
class Comparison:
    """One proposal beside what the fiche says now."""

    present: Values
    proposed: Values  # complete: the present values where the proposal says nothing
    differences: list[Difference]
    has_moved: bool  # the fiche was saved since the proposal was written
    overtaken: frozenset[str]  # the proposed fields that it says otherwise since then


def compare(proposal: Proposal) -> Comparison:
    """The proposal's difference with the present fiche, or with nothing when it is new."""
    fiche = proposal.initiative
    present = values_of(fiche) if fiche else empty_values()
    proposed = {**present, **proposal.values}
    if fiche is None or fiche.version == proposal.base_version:
        return Comparison(present, proposed, differences(present, proposed), False, frozenset())
    read = version_values(fiche.pk, proposal.base_version or 0)
    overtaken = frozenset(changed(read, present)) & proposal.values.keys() if read else frozenset()
    return Comparison(present, proposed, differences(present, proposed), True, overtaken)


@dataclass(frozen=True)
class Version:
    """One version of a fiche: the row that the history kept, or the present one (`event_id` None)."""

    number: int
    event_id: int | None
    written_at: datetime | None
    by: int | None  # user number
    values: Values
    status: str
    before: Values | None  # what the version before said
    author: str = ""  # in words, for who reads it

    @cached_property
    def changes(self) -> list[Difference]:
        """What it changed, told once a page shows it: a fiche may have a thousand versions."""
        return differences(self.before, self.values) if self.before else []


def versions(initiative_id: int) -> list[Version]:
    """Every version of one fiche, present or deleted, newest first, with what each changed."""
    events = list(InitiativeEvent.objects.filter(pgh_obj_id=initiative_id).order_by("pgh_id"))
    present = Initiative.objects.filter(pk=initiative_id).first()
    rows: list[Any] = [*events, *([present] if present else [])]
    found: list[Version] = []
    before: Values | None = None
    wrote: int | None = (
        None  # who wrote a row is said by the change that made it: the event of the row before
    )
    for row in rows:
        values = values_of(row)
        event = row if row is not present else None
        found.append(
            Version(
                number=row.version,
                event_id=event.pgh_id if event else None,
                written_at=row.updated_at,
                by=wrote,
                values=values,
                status=str(Initiative.Status(row.status).label),
                before=before,
            )
        )
        before = values
        wrote = (event.pgh_context or {}).get("user") if event else None
    return found[::-1]


def signed(found: list[Version], reader: User) -> list[Version]:
    """These versions with their author as `reader` may know it: « vous », a name for who runs the network, else « un contributeur »."""
    names: dict[int, str] = {}
    if is_network_administrator(reader):
        with for_purpose(Purpose.ADMINISTRATION):
            people = User.objects.filter(pk__in={version.by for version in found if version.by})
            names = dict(people.values_list("pk", "name"))
    names = {pk: name for pk, name in names.items() if name} | {reader.pk: _("vous")}
    return [
        replace(version, author=names.get(version.by) or _("un contributeur")) if version.by else version
        for version in found
    ]


def deleted(scope: Scopes, *, limit: int = 100) -> list[Any]:
    """The last history row of each fiche deleted within `scope`, newest first; `pgh_id` restores it."""
    there = Initiative.objects.filter(pk=OuterRef("pgh_obj_id"))
    rows = (
        InitiativeEvent.objects.filter(pgh_label="before_delete")
        .annotate(back=Exists(there))
        .filter(back=False)
        .order_by("pgh_obj_id", "-pgh_id")
        .distinct("pgh_obj_id")
    )
    inside = InitiativeEvent.objects.filter(pk__in=rows.values("pk"))
    if not scope.everywhere:
        inside = inside.filter(within(scope))
    return list(inside.order_by("-pgh_id")[:limit])


def proposals_of(user_id: int) -> QuerySet[Proposal]:
    """What one person proposed, newest first."""
    return (
        Proposal.objects.filter(user_id=user_id).select_related("initiative").order_by("-created_at", "-pk")
    )


def fiches_of(user_id: int) -> QuerySet[Initiative]:
    """The fiches that a person owns, or whose carrier they belong to, by title."""
    return (
        Initiative.objects.filter(Q(owner_id=user_id) | Q(carrier__memberships__user_id=user_id))
        .distinct()
        .select_related("commune")
        .order_by("title", "pk")
    )


def carried_by(organisation_id: int) -> QuerySet[Initiative]:
    """The public initiatives of one organisation, by title."""
    return Initiative.objects.filter(carrier=organisation_id, status__in=PUBLIC).order_by("title", "pk")
