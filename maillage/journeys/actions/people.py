"""Writes about people: someone new, corrected, two files made one, erased."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import Conflict, DomainError
from maillage.core.models import OutgoingMail, OutgoingText
from maillage.core.ratelimit import limit
from maillage.journeys.actions.consents import ask_by_link, give_consent
from maillage.journeys.actions.documents import forget_documents
from maillage.journeys.actions.facts import keep_fact
from maillage.journeys.models import Aim, Consent, Person
from maillage.journeys.queries.consents import is_known
from maillage.journeys.queries.home import Home

log = structlog.get_logger()
TYPOS = timedelta(days=1)  # in which who wrote someone down mends a number; afterwards, the person alone does
ASKED = (
    "first_name",
    "last_name",
    "phone",
    "email",
    "birth_year",
    "gender",
    "situation",
    "languages",
    "phase",
)


class AlreadyKnown(Conflict):
    """Someone has this number or this address already; who asks learns no more."""

    def __init__(self) -> None:
        super().__init__(_("Cette personne est déjà suivie. Demander le lien."))


class PersonChanged(Conflict):
    """Somebody else corrected the file since it was read."""


class NotTheirDoor(DomainError):
    """A professional would change what opens the person's own space."""


class Unreachable(DomainError):
    """Neither a number nor an address."""


@dataclass(frozen=True)
class Agreement:
    """How someone agrees to be followed: on screen, by a link to come, or by word of mouth before a witness."""

    how: str
    witness: str = ""
    language: str = "fr"
    shared: bool = False  # the structures around them see one another


def check_known(*, phone: str, email: str, by: int) -> bool:
    """Whether someone has this number or this address. A yes or a no, thirty times an hour a user, noted without either.

    Raises TooMany.
    """
    limit("known-person", by, times=30, per_seconds=3600)
    known = is_known(phone=phone, email=email)
    log.info("person.known-or-not", by=by, known=known)
    return known


def add_person(
    *,
    organisation_id: int,
    values: dict[str, Any],
    home: Home | None,
    agreement: Agreement,
    by: int,
    at: datetime,
) -> Person:
    """Write someone down for a structure: `values` of ASKED, what is kept of where they live, and their agreement.

    By a link (Consent.How.LINK), the structure reads nothing until they have said yes. Raises AlreadyKnown, Unreachable,
    WitnessMissing, TooMany.
    """
    phone, email = values.get("phone", ""), values.get("email", "").lower()
    _reachable(phone, email)
    # before anything is undone: what was looked up stays counted, whatever the answer
    if check_known(phone=phone, email=email, by=by):
        raise AlreadyKnown
    with transaction.atomic():
        return _add(
            organisation_id,
            {**values, "phone": phone, "email": email},
            home=home,
            agreement=agreement,
            by=by,
            at=at,
        )


def _add(
    organisation_id: int,
    values: dict[str, Any],
    *,
    home: Home | None,
    agreement: Agreement,
    by: int,
    at: datetime,
) -> Person:
    person = Person(
        **{name: values[name] for name in ASKED if name in values},
        created_by_organisation_id=organisation_id,
        created_at=at,
        last_activity_at=at,
    )
    _live(person, home)
    with once(), for_purpose(Purpose.CONSENT):
        person.save()
    aims = [(Aim.SUIVI.value, organisation_id), *([(Aim.PARTAGE.value, None)] if agreement.shared else [])]
    if agreement.how == Consent.How.LINK:
        label = f"{person.first_name} {person.last_name}".strip()
        ask_by_link(person, organisation_id=organisation_id, label=label, by=by, at=at, aims=aims)
    else:
        for aim, number in aims:
            give_consent(
                person_id=person.pk,
                organisation_id=number,
                aim=aim,
                how=agreement.how,
                witness=agreement.witness,
                language=agreement.language,
                by=by,
                by_organisation=organisation_id,
                at=at,
            )
    log.info("person.added", person=person.pk, organisation=organisation_id, by=by, how=agreement.how)
    return person


def correct_person(
    *, person_id: int, values: dict[str, Any], home: Home | None, version: int, by: int | None, at: datetime
) -> Person:
    """Correct what is kept of someone whom the acting identity reads: `values` of ASKED; `home` None keeps where they live.

    `by` is None for the person themselves; the others change a number or an address on the first day only (TYPOS), since it
    opens the person's own space. Raises AlreadyKnown, NotTheirDoor, Unreachable, PersonChanged, TooMany.
    """
    now = Person.objects.filter(pk=person_id).first()
    reached = (
        {"phone": values.get("phone", now.phone), "email": values.get("email", now.email).lower()}
        if now
        else {}
    )
    if now and reached != {"phone": now.phone, "email": now.email}:
        _reachable(**reached)
        if by is not None and at - now.created_at > TYPOS:
            raise NotTheirDoor(
                _(
                    "Seule la personne change son numéro ou son adresse, dans « Mon parcours » : c’est ce qui ouvre son espace. En attendant, écrivez le nouveau dans une note."
                )
            )
        limit("known-person", by or f"person-{person_id}", times=30, per_seconds=3600)
        if is_known(**reached, but=person_id):
            raise AlreadyKnown
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).filter(pk=person_id).first()
        if person is None or person.version != version:
            raise PersonChanged(
                _("Ce dossier a changé pendant que vous écriviez. Relisez-le, puis recommencez.")
            )
        for name, value in {**{name: values[name] for name in ASKED if name in values}, **reached}.items():
            setattr(person, name, value)
        _live(person, home)
        person.last_activity_at, person.warned_at = max(at, person.last_activity_at), None
        with once():
            person.save()
    log.info("person.corrected", person=person_id, by=by)
    return person


@transaction.atomic
def erase_person(person_id: int, at: datetime) -> bool:
    """Delete a person's file and everything in it, at once; what the figures count of them stays, and tells of nobody.

    What waited to be sent to them goes too. False when there is nobody of that number.
    """
    with for_purpose(Purpose.RETENTION):
        person = Person.objects.select_for_update(of=("self",)).filter(pk=person_id).first()
        if person is None:
            return False
        keep_fact(person_id, at)
        forget_documents(person_id)
        person.delete()
    with for_purpose(Purpose.MAIL):
        if person.email:
            OutgoingMail.objects.filter(to__iexact=person.email).delete()
        if person.phone:
            OutgoingText.objects.filter(to=person.phone).delete()
    log.info("person.erased", person=person_id)
    return True


@contextmanager
def once() -> Iterator[None]:
    """Someone else wrote the same number or address down at the same moment: the same answer as a moment later."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "_once" not in str(error):
            raise
        raise AlreadyKnown from error


def _live(person: Person, home: Home | None) -> None:
    if home is None:
        return
    person.commune_id, person.banner_id = home.commune_code, home.banner_id
    person.qpv_code, person.qpv_generation = home.qpv_code, home.qpv_generation


def _reachable(phone: str, email: str) -> None:
    if not phone and not email:
        raise Unreachable(_("Donnez un numéro de téléphone ou une adresse e-mail : il en faut un."))
