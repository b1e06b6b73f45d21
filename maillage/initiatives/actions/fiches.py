"""Writes on fiches: create, change with the row's version, move, archive, publish what was imported as drafts."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_date
from django.utils.text import slugify
from django.utils.translation import gettext as _

from maillage.core.errors import Conflict
from maillage.initiatives.models import Initiative, Merge
from maillage.initiatives.queries import placing
from maillage.initiatives.queries.values import Values, changed, values_of
from maillage.organisations.actions import ensure_organisation

# words of our own addresses under /initiatives/
RESERVED = frozenset(
    {"proposer", "suivre", "export", "flux", "carte", "api", "integrer", "nouvelle", "importer"}
)
# the columns that the value « place » fills
PLACE = ("scope", "address", "point", "commune", "qpv", "departement", "region")


class EditConflict(Conflict):
    """Somebody saved the fiche since it was read; `current` is the row as it is now."""

    def __init__(self, current: Initiative) -> None:
        self.current = current
        super().__init__(
            _(
                "Quelqu’un d’autre vient de modifier cette fiche. Comparez les deux versions, puis enregistrez."
            )
        )


def free_slug(title: str) -> str:
    """An address for a new fiche: not a word of ours, not taken, not one that redirects."""
    base = slugify(title).replace("_", "-")[:100].strip("-") or "initiative"
    slug, number = base, 1
    while (
        slug in RESERVED
        or Initiative.objects.filter(slug=slug).exists()
        or Merge.objects.filter(old_slug=slug).exists()
    ):
        number += 1
        slug = f"{base}-{number}"
    return slug


def apply_values(row: Initiative, values: Values) -> Initiative:
    """Write `values` (queries.values) onto `row`, without saving; a carrier known by name only is created or found."""
    for name, value in values.items():
        if name == "place":
            place = value or placing.place_wide("national", None)
            row.scope, row.address = place["scope"], place["address"] or ""
            row.point = Point(place["lon"], place["lat"], srid=4326) if place["lon"] is not None else None
            row.commune_id, row.qpv_id = place["commune"], place["qpv"]
            row.departement_id, row.region_id = place["departement"], place["region"]
        elif name == "carrier":
            row.carrier_id = _carrier_id(value, values.get("place"))
        elif name in {"starts_on", "ends_on"}:
            setattr(row, name, parse_date(value) if value else None)
        else:
            setattr(row, name, value)
    return row


def _carrier_id(carrier: Values | None, place: Values | None) -> int | None:
    if not carrier:
        return None
    if carrier.get("id"):
        return int(carrier["id"])
    made = ensure_organisation(
        name=carrier["name"], siret=carrier.get("siret", ""), commune=(place or {}).get("commune")
    )
    return made.pk


@transaction.atomic
def publish_new(*, values: Values, owner_id: int | None, at: datetime) -> Initiative:
    """A new fiche, public at once, confirmed on the day of `at`."""
    row = Initiative(
        slug=free_slug(values["title"]),
        status=Initiative.Status.PUBLISHED,
        owner_id=owner_id,
        published_at=at,
        confirmed_on=at.date(),
        updated_at=at,
    )
    apply_values(row, values).save(force_insert=True)
    return row


def locked(initiative_id: int, version: int) -> Initiative:
    """The row, locked until the end of the transaction. Raises EditConflict when it is no longer at `version`."""
    rows = Initiative.objects.defer("search", "origin_values")
    row = rows.select_for_update(of=("self",)).get(pk=initiative_id)
    if row.version != version:
        raise EditConflict(row)
    return row


@transaction.atomic
def save_initiative(*, initiative_id: int, version: int, values: Values) -> Initiative:
    """Change what `values` holds, if the row is still at `version`; the row comes back with its new version.

    Saving what is already there writes nothing. Raises EditConflict.
    """
    row = locked(initiative_id, version)
    new = {name: values[name] for name in changed(values_of(row), values)}
    if not new:
        return row
    apply_values(row, new).save()
    row.refresh_from_db(fields=["version", "updated_at"])
    return row


@transaction.atomic
def move_initiative(*, initiative_id: int, version: int, lon: float, lat: float) -> Initiative:
    """Put the fiche at this point, with the territories that hold it. Raises EditConflict, NoCommuneThere, InvalidPosition."""
    row = locked(initiative_id, version)
    place = placing.place_at(lon, lat, address=row.address)
    apply_values(row, {"place": place}).save(update_fields=PLACE)
    row.refresh_from_db(fields=["version"])
    return row


@transaction.atomic
def archive_initiative(*, initiative_id: int, version: int) -> Initiative:
    """Withdraw the fiche from public view. Raises EditConflict."""
    row = locked(initiative_id, version)
    if row.status != Initiative.Status.ARCHIVED:
        row.status = Initiative.Status.ARCHIVED
        row.save(update_fields=["status"])
    return row


@transaction.atomic
def publish_drafts(*, numbers: Iterable[int], at: datetime) -> int:
    """Show to everyone those of these fiches that are drafts; returns how many. One that says no day of confirmation is
    confirmed on the day of `at`.
    """
    rows = Initiative.objects.filter(pk__in=list(numbers), status=Initiative.Status.DRAFT)
    return rows.update(
        status=Initiative.Status.PUBLISHED,
        published_at=Coalesce("published_at", Value(at)),
        confirmed_on=Coalesce("confirmed_on", Value(at.date())),
    )
