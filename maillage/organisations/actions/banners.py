"""Writes of banners: opened, changed with the row's version, and their rota."""

from datetime import date, timedelta
from typing import Any

import structlog
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from maillage.accounts.queries import user_by_email
from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import Conflict, DomainError
from maillage.organisations.actions.structures import put_logo
from maillage.organisations.models import Banner, Duty
from maillage.organisations.queries.banners import territory_of

log = structlog.get_logger()


class BannerConflict(Conflict):
    """Somebody saved the banner since it was read."""


class ZoneTaken(Conflict):
    """Another published banner has a part of this territory, or this host name."""


class NoSuchPlace(DomainError):
    """The codes mean no territory that we know."""


class NobodyThere(DomainError):
    """No account has that address."""


class DutyTaken(Conflict):
    """Somebody is on duty then, or the person is already on the rota."""


@transaction.atomic
def open_banner(*, values: dict[str, Any]) -> Banner:
    """A new banner, not public yet unless `values` say so. `values` are fields; `partners` organisations. Raises NoSuchPlace, ZoneTaken."""
    base = slugify(values["name"])[:50].strip("-") or "banniere"
    slug, number = base, 1
    while Banner.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    row = _written(Banner(slug=slug), values)
    log.info("banner.opened", banner=row.pk)
    return row


@transaction.atomic
def change_banner(*, banner_id: int, version: int, values: dict[str, Any]) -> Banner:
    """Change what `values` holds, if the row is still at `version`. Raises BannerConflict, NoSuchPlace, ZoneTaken."""
    row = Banner.objects.select_for_update(of=("self",)).get(pk=banner_id)
    if row.version != version:
        raise BannerConflict(
            _(
                "Quelqu’un d’autre vient de modifier cette bannière. Relisez-la, puis reportez vos changements."
            )
        )
    return _written(row, values)


@transaction.atomic
def change_logo(*, banner: Banner, logo: "ContentFile[bytes] | None") -> Banner:
    """Put a logo (from core.pictures.encode_logo) in place of the former, whose file goes with the commit; None: no logo."""
    row = Banner.objects.select_for_update(of=("self",)).get(pk=banner.pk)
    put_logo(row, logo)
    return row


@transaction.atomic
def put_on_duty(*, banner: Banner, email: str, starts_on: date, weeks: int = 1, rank: int = 1) -> Duty:
    """Put an account on the rota from `starts_on`, for whole weeks; rank 1 is on duty, the others stand in.

    Raises NobodyThere, DutyTaken.
    """
    with for_purpose(Purpose.ADMINISTRATION):
        user = user_by_email(email)
    if user is None:
        raise NobodyThere(
            _("Personne n’a de compte à cette adresse. Demandez-lui d’abord de se connecter une fois.")
        )
    period = (starts_on, starts_on + timedelta(weeks=weeks))
    try:
        with transaction.atomic():
            duty = Duty.objects.create(banner=banner, user=user, period=period, rank=rank)
    except IntegrityError as error:
        raise DutyTaken(
            _(
                "Ces jours-là, ce rang est déjà pris, ou cette personne est déjà de l’astreinte : regardez le tableau."
            )
        ) from error
    log.info("duty.added", banner=banner.pk, user=user.pk, rank=rank)
    return duty


@transaction.atomic
def end_duty(*, duty: Duty) -> None:
    """Take a line off the rota."""
    duty.delete()


def _written(row: Banner, values: dict[str, Any]) -> Banner:
    values = dict(values)
    partners = values.pop("partners", None)
    for name, value in values.items():
        setattr(row, name, value)
    found = territory_of(row.zones)
    if row.zones and found.lon is None:
        raise NoSuchPlace(_("Aucun de ces territoires n’est connu : vérifiez leurs codes."))
    row.lon, row.lat, row.radius_km = found.lon, found.lat, found.radius_km
    row.territory_name = values.get("territory_name") or found.name
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise ZoneTaken(_what_is_taken(error)) from error
    if partners is not None:
        row.partners.set(partners)
    row.refresh_from_db()
    return row


def _what_is_taken(error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    match diagnosis.constraint_name if diagnosis else "":
        case "banner_zone_once":
            return _(
                "Une autre bannière couvre déjà une partie de ce territoire : une seule bannière par lieu."
            )
        case "banner_host_once":
            return _("Une autre bannière a déjà ce nom de domaine.")
        case "banner_published_somewhere":
            return _("Donnez un territoire à la bannière avant de la rendre visible.")
        case "banner_reads_in_light" | "banner_reads_in_dark":
            return _(
                "Une des couleurs ne se lit pas assez bien sur les fonds du site (contraste de 4,5 au moins)."
            )
    raise error
