"""What a referral needs before it is written, and the database's own rules said in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import Conflict, DomainError
from maillage.journeys.actions.moves import NotAllowedNow
from maillage.journeys.models import Follow, Person, Referral, Terms
from maillage.organisations.models import Banner, Organisation
from maillage.organisations.queries.banners import banner_for


class ConsentMissing(DomainError):
    """The person has not agreed to it."""


class AlreadyReferred(Conflict):
    """A referral of this person to this structure is under way."""


class NothingReceived(DomainError):
    """The structure takes no referrals, or is the sender itself."""


# constraints of the database that a rule here has not seen coming: someone else was quicker
RULES = {
    "referral_consent": (
        ConsentMissing,
        gettext_lazy("La personne n’a pas donné son accord, ou l’a repris : demandez-le avant d’envoyer."),
    ),
    "referral_open_once": (
        AlreadyReferred,
        gettext_lazy("Une orientation de cette personne vers cette structure est déjà en cours."),
    ),
    "referral_draft_once": (
        AlreadyReferred,
        gettext_lazy("Ce brouillon vient d’être créé par ailleurs : reprenez-le."),
    ),
    "referral_of_a_followed_person": (
        NotAllowedNow,
        gettext_lazy("Votre structure ne suit pas cette personne, ou ne la suit plus."),
    ),
}


def initials_of(person: Person) -> str:
    """« M. K. », all that is said of a person outside their file."""
    names = (person.first_name.strip(), person.last_name.strip())
    return " ".join(f"{name[0].upper()}." for name in names if name)[:8]


def person_to_refer(person_id: int) -> Person:
    """Someone whom the acting identity may read. Raises NotAllowedNow."""
    found = Person.objects.select_related("commune").defer("commune__contour").filter(pk=person_id).first()
    if found is None:
        raise NotAllowedNow(_("Votre structure ne suit pas cette personne, ou ne la suit plus."))
    return found


def banner_over(person: Person) -> Banner | None:
    """The narrowest published banner over the place where the person lives, else the one that they came by."""
    place = person.commune
    codes = [person.qpv_code, *((place.pk, place.parent_id, place.epci_id) if place else ())]
    return banner_for(code for code in codes if code) or person.banner


def promised_days(receiver_id: int, sender_id: int | None) -> int:
    """The working days within which the structure answers. Raises NothingReceived."""
    if receiver_id == sender_id:
        raise NothingReceived(_("C’est votre propre structure : ouvrez le dossier de la personne."))
    receiver = Organisation.objects.filter(pk=receiver_id, gone_on=None, closed_on=None).first()
    terms = Terms.objects.filter(organisation=receiver_id).first()
    if receiver is None or (terms and not terms.is_open):
        raise NothingReceived(_("Cette structure ne reçoit pas d’orientations en ce moment."))
    return terms.promised_days if terms else 5


def sender_still(row: Referral, at: datetime) -> int | None:
    """The first sender, as long as it follows the person; else the structure that passes on."""
    with for_purpose(Purpose.FOLLOW_UP):
        live = Follow.objects.filter(person=row.person_id, organisation=row.from_organisation_id)
        if row.from_organisation_id is None or live.exclude(until__lte=at).exists():
            return row.from_organisation_id
    return row.to_organisation_id


@contextmanager
def explained() -> Iterator[None]:
    """Say in words what the database refuses inside the block."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if name not in RULES:
            raise
        kind, words = RULES[name]
        raise kind(str(words)) from error


def consent_missing() -> ConsentMissing:
    """The error to raise when an agreement lacks."""
    return ConsentMissing(str(RULES["referral_consent"][1]))
