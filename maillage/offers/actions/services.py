"""Writes on services: create, change with the row's version, publish, withdraw, confirm."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core.errors import Conflict, DomainError
from maillage.offers.imports.followed import FOLLOWED, slug_of
from maillage.offers.inclusion import quality_score
from maillage.offers.models import Permanence, PermanenceException, Service
from maillage.organisations.models import Organisation

Values = dict[str, Any]
# what a person may change, as attributes of the row
FIELDS = (
    "nom", "description", "kind", "type", "phases", "thematiques", "publics", "publics_precisions", "conditions_acces",
    "qpv_only", "zone_eligibilite", "frais", "frais_precisions", "telephone", "courriel", "contact_nom_prenom",
    "lien_mobilisation", "modes_mobilisation", "mobilisable_par", "mobilisation_precisions", "modes_accueil", "adresse",
    "complement_adresse", "code_postal", "commune_id", "point", "horaires_accueil", "languages", "accessibility",
    "delay_days", "capacity", "places_left",
)  # fmt: skip


class EditConflict(Conflict):
    """Somebody saved the service since it was read; `current` is what it says now."""

    def __init__(self, current: Service) -> None:
        super().__init__(_("Quelqu’un a modifié ce service en même temps que vous."))
        self.current = current


class ServiceIncomplete(DomainError):
    """The service lacks what readers need before it can be shown."""


def values_of(row: Any) -> Values:
    """What a person may change, of a Service or of one ServiceEvent of its history."""
    return {
        name: list(value) if isinstance(value := getattr(row, name), list | tuple) else value
        for name in FIELDS
    }


def version_values(service_id: int, version: int) -> Values | None:
    """What version number `version` said: the present row's, or the row that its history kept; None when unknown."""
    present = Service.objects.filter(pk=service_id, version=version).first()
    if present is not None:
        return values_of(present)
    kept = (
        Service.pgh_event_model.objects.filter(pgh_obj_id=service_id, version=version)  # type: ignore[attr-defined]
        .order_by("-pgh_id")
        .first()
    )
    return values_of(kept) if kept is not None else None


@transaction.atomic
def create_service(
    *,
    structure: Organisation,
    values: Values,
    permanences: list[Values],
    user_id: int,
    at: datetime,
    publish: bool = False,
) -> Service:
    """Write a new service of `structure`, a draft unless `publish`. Raises ServiceIncomplete."""
    row = Service(structure=structure, slug=_free_slug(values["nom"]), owner_id=user_id, updated_at=at)
    _fill(row, values, at)
    row.status = Service.Status.PUBLISHED if publish else Service.Status.DRAFT
    if publish:
        _check_complete(row)
    row.save()
    row.refresh_from_db()
    _write_permanences(row, permanences)
    return _scored(row)


@transaction.atomic
def save_service(
    *,
    service_id: int,
    version: int,
    values: Values,
    permanences: list[Values] | None = None,
    at: datetime,
) -> Service:
    """Change a service and its permanences (None: left as they are); saving is confirming.

    What follows a source and is changed here stays so at the next imports. Raises EditConflict.
    """
    row = Service.objects.select_for_update(of=("self",)).get(pk=service_id)
    if row.version != version:
        raise EditConflict(row)
    before = values_of(row)
    if row.origin:
        followed = {FOLLOWED[name][0] if name in FOLLOWED else name: name for name in FOLLOWED}
        changed = {
            followed[name] for name in FIELDS if name in followed and values.get(name, before[name]) != before[name]
        }  # fmt: skip
        row.local_fields = sorted({*row.local_fields, *changed})
    _fill(row, values, at)
    if row.status == Service.Status.PUBLISHED:
        _check_complete(row)
    row.save()
    if permanences is not None:
        _write_permanences(row, permanences)
    row.refresh_from_db()
    return _scored(row)


@transaction.atomic
def publish_service(*, service_id: int, at: datetime) -> Service:
    """Show the service to everyone from now on; publishing twice changes nothing. Raises ServiceIncomplete."""
    row = Service.objects.select_for_update(of=("self",)).get(pk=service_id)
    if row.status == Service.Status.PUBLISHED:
        return row
    _check_complete(row)
    row.status, row.confirmed_on, row.reminded_on = Service.Status.PUBLISHED, at.date(), None
    row.save(update_fields=["status", "confirmed_on", "reminded_on"])
    return row


@transaction.atomic
def withdraw_service(*, service_id: int) -> Service:
    """Hide the service; it can be published again, and nothing is erased."""
    row = Service.objects.select_for_update(of=("self",)).get(pk=service_id)
    if row.status != Service.Status.WITHDRAWN:
        row.status = Service.Status.WITHDRAWN
        row.save(update_fields=["status"])
    return row


@transaction.atomic
def confirm_service(*, service_id: int, at: datetime) -> Service:
    """Note that the service is up to date on the day of `at`; one withdrawn for want of news is public again."""
    row = Service.objects.select_for_update(of=("self",)).get(pk=service_id)
    row.confirmed_on, row.reminded_on = at.date(), None
    if row.status == Service.Status.WITHDRAWN:
        row.status = Service.Status.PUBLISHED
    row.save(update_fields=["confirmed_on", "reminded_on", "status"])
    row.findings.filter(kind="stale").delete()
    return row


def _check_complete(row: Service) -> None:
    if not (row.telephone or row.courriel or row.lien_mobilisation):
        raise ServiceIncomplete(
            _("Donnez au moins un moyen de joindre le service : téléphone, adresse e-mail ou lien.")
        )


def _fill(row: Service, values: Mapping[str, Any], at: datetime) -> None:
    for name in FIELDS:
        if name in values:
            setattr(row, name, values[name])
    # a day that has come everywhere: the national schema refuses tomorrow's
    row.date_maj = at.astimezone(UTC).date()
    row.confirmed_on, row.reminded_on = at.date(), None


def _scored(row: Service) -> Service:
    """The row with data·inclusion's own score of what it says."""
    score = quality_score(row)
    if score != row.score_qualite:
        Service.objects.filter(pk=row.pk).update(score_qualite=score)
        row.refresh_from_db()
    return row


def _free_slug(name: str) -> str:
    base = slug_of(name, "service")
    slug, number = base, 1
    while Service.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug


def _write_permanences(row: Service, permanences: list[Values]) -> None:
    """Make the permanences of a service these ones: {"id" (None: new), place, …, exceptions: {day: (hours, note)}}."""
    present = {one.pk: one for one in row.permanences.all()}
    kept = set()
    for values in permanences:
        one = present.get(values["id"]) or Permanence(service=row)
        for name, value in values.items():
            if name not in {"id", "exceptions"}:
                setattr(one, name, value)
        one.save()
        kept.add(one.pk)
        one.exceptions.all().delete()
        PermanenceException.objects.bulk_create(
            PermanenceException(permanence=one, day=day, hours=hours, note=note)
            for day, (hours, note) in sorted(values["exceptions"].items())
        )
    row.permanences.exclude(pk__in=kept).delete()
