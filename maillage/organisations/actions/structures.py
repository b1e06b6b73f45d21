"""Writes of organisations."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.core import signing
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from stdnum.fr import siret as siret_number

from maillage.core.errors import Conflict, DomainError
from maillage.organisations import queries, sirene
from maillage.organisations.models import Banner, Membership, Organisation

INVITATION_SALT = "organisations.invitation"
INVITATION_DAYS = 14


class WrongSiret(DomainError):
    """The fourteen digits are not a SIRET."""


class SiretTaken(DomainError):
    """Another organisation has this SIRET."""


class OrganisationConflict(Conflict):
    """Somebody saved the structure since it was read."""


class NetworkInUse(DomainError):
    """What others belong to is a network, and nobody belongs to itself."""


class InvitationOver(DomainError):
    """The link is too old, or not ours."""


class LastManager(DomainError):
    """An organisation with members keeps one manager at least."""


def checked_siret(text: str) -> str:
    """Fourteen digits whose key is right, or "" for nothing. Raises WrongSiret."""
    digits = re.sub(r"[\s.]", "", text)
    if not digits:
        return ""
    if not siret_number.is_valid(digits):
        raise WrongSiret(
            _(
                "Ce SIRET n’est pas valable : il a 14 chiffres, vérifiez-les (annuaire-entreprises.data.gouv.fr)."
            )
        )
    return str(siret_number.compact(digits))


def _free_slug(name: str) -> str:
    base = slugify(name)[:190].strip("-") or "structure"
    slug, number = base, 1
    while Organisation.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug


@transaction.atomic
def ensure_organisation(*, name: str, siret: str = "", commune: str | None = None) -> Organisation:
    """The organisation of this SIRET, or of this name in this commune; created when there is none. Raises WrongSiret."""
    siret = checked_siret(siret)
    found = queries.same_organisation(name=name, siret=siret, commune=commune)
    if found is not None:
        if siret and not found.siret:
            found.siret = siret
            found.save(update_fields=["siret"])
        return found
    try:
        with transaction.atomic():
            return Organisation.objects.create(
                name=name.strip(), slug=_free_slug(name), siret=siret, commune_id=commune
            )
    except IntegrityError:  # somebody created it meanwhile
        again = queries.same_organisation(name=name, siret=siret, commune=commune)
        if again is None:
            raise
        return again


@transaction.atomic
def change_organisation(*, organisation: Organisation, version: int, values: dict[str, Any]) -> Organisation:
    """Change what `values` holds (fields, and `networks`), if the row is still at `version`.

    What was changed of a structure that a file brings no longer follows the file. Raises OrganisationConflict, WrongSiret,
    SiretTaken, NetworkInUse.
    """
    row = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    if row.version != version:
        raise OrganisationConflict(
            _("Quelqu’un d’autre vient de modifier cette structure. Relisez, puis reportez vos changements.")
        )
    values = dict(values)
    networks = values.pop("networks", None)
    if "siret" in values:
        values["siret"] = checked_siret(values["siret"])
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if row.origin:
        row.local_fields = sorted({*row.local_fields, *changed})
    others = Organisation.objects.filter(siret=row.siret, origin="").exclude(pk=row.pk)
    if row.siret and not row.origin and others.exists():
        raise SiretTaken(_("Une autre structure a déjà ce SIRET : signalez le doublon à la modération."))
    try:
        with transaction.atomic():
            row.save(update_fields=[*changed, "local_fields"])
            if networks is not None:
                row.networks.set(networks)
    except IntegrityError as error:
        raise _network_fault(error) from error
    row.refresh_from_db()
    return row


@transaction.atomic
def change_logo(*, organisation: Organisation, logo: "ContentFile[bytes] | None") -> Organisation:
    """Put a logo (from core.pictures.encode_logo) in place of the former, whose file goes with the commit; None: no logo."""
    row = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    put_logo(row, logo)
    return row


def put_logo(row: Organisation | Banner, logo: "ContentFile[bytes] | None") -> None:
    """Save the logo of a locked row; the former file is deleted once the transaction has committed."""
    storage, former = row.logo.storage, row.logo.name
    if logo is None:
        row.logo = ""
    else:
        row.logo.save(str(logo.name), logo, save=False)
    row.save(update_fields=["logo"])
    if former:
        transaction.on_commit(lambda: storage.delete(former))


def _network_fault(error: IntegrityError) -> Exception:
    diagnosis = getattr(error.__cause__, "diag", None)
    match diagnosis.constraint_name if diagnosis else "":
        case "organisation_network_in_use":
            return NetworkInUse(_("D’autres structures appartiennent à ce réseau : il reste un réseau."))
        case "organisation_belongs_to_networks":
            return NetworkInUse(_("Une structure n’appartient qu’à des réseaux, et jamais à elle-même."))
    return error


def invitation(*, organisation: Organisation, kind: str) -> str:
    """The signed text of an invitation link; it names the organisation and the place in it, never the person."""
    return signing.dumps([organisation.pk, kind], salt=INVITATION_SALT)


def read_invitation(token: str) -> tuple[Organisation, str]:
    """The organisation and the kind of place that an invitation gives. Raises InvitationOver."""
    try:
        number, kind = signing.loads(token, salt=INVITATION_SALT, max_age=INVITATION_DAYS * 86_400)
        return Organisation.objects.get(pk=number), str(kind)
    except (signing.BadSignature, Organisation.DoesNotExist) as error:
        raise InvitationOver(
            _("Cette invitation n’est plus valable. Demandez-en une autre à votre structure.")
        ) from error


@transaction.atomic
def join_organisation(*, token: str, user_id: int) -> Organisation:
    """Give `user_id` the place that the invitation offers; taking it twice changes nothing. Raises InvitationOver."""
    organisation, kind = read_invitation(token)
    Membership.objects.get_or_create(organisation=organisation, user_id=user_id, defaults={"kind": kind})
    return organisation


@transaction.atomic
def remove_member(*, membership: Membership) -> None:
    """End one person's place. Raises LastManager when nobody could then manage the remaining members."""
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    others = Membership.objects.filter(organisation=membership.organisation_id).exclude(pk=membership.pk)
    if (
        membership.kind == Membership.Kind.MANAGER
        and others.exists()
        and not others.filter(kind=Membership.Kind.MANAGER).exists()
    ):
        raise LastManager(_("Nommez d’abord une autre personne responsable."))
    membership.delete()


@dataclass(frozen=True)
class Closures:
    """What a reading of SIRENE changed; `missing` SIRET are not in the file."""

    asked: int
    closed: int
    reopened: int
    missing: int


@transaction.atomic
def note_closures(*, path: Path, on: date) -> Closures:
    """Note which structures are closed, or open again, by the stock of establishments at `path`; `on` is the day of a
    closure that has none. Doing it again changes nothing. Raises sirene.NotSirene."""
    rows = Organisation.objects.exclude(siret="").order_by("pk")
    known = set(rows.values_list("siret", flat=True))
    found = {one.siret: one for one in sirene.establishments(path, known)}
    closed = reopened = 0
    for row in rows.filter(siret__in=found).select_for_update(of=("self",)):
        said = found[row.siret]
        if said.is_closed and row.closed_on is None:
            row.closed_on, closed = said.since or on, closed + 1
        elif not said.is_closed and row.closed_on is not None:
            row.closed_on, reopened = None, reopened + 1
        else:
            continue
        row.save(update_fields=["closed_on"])
    return Closures(len(known), closed, reopened, len(known - found.keys()))
