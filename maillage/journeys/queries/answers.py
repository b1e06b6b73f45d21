"""What the holder of an answer link may see: initials and need; with the code, a name and a number."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, Subject, for_purpose, for_subject
from maillage.core.errors import DomainError
from maillage.core.keys import hash_of
from maillage.core.phones import readable_phone
from maillage.journeys.answer_tokens import key_of
from maillage.journeys.models import AnswerLink, Person, Referral, State

WAITING = (State.ENVOYEE, State.RECUE, State.SANS_REPONSE)
# the structure is asked, or has said yes: the code shows it whom to call
NAMED = (*WAITING, State.ACCEPTEE, State.RDV_FAIT, State.ABSENT, State.EXCUSE)


class LinkUnknown(DomainError):
    """The text of the link is not one that we wrote."""

    status = 404


class LinkOver(DomainError):
    """The link is too old, taken back, or someone has answered by another door."""

    status = 410


@dataclass(frozen=True)
class Identity:
    """Whom it is about, once the code was given."""

    name: str
    phone: str  # in groups; "" when they have none
    dialled: str
    email: str


def link_to_open(token: str, *, at: datetime) -> AnswerLink:
    """The link of this text, with its referral and the structures, still open at `at`. Raises LinkUnknown, LinkOver.

    Used once, it still opens until its 72 hours are over: to read what was answered.
    """
    key = key_of(token)
    with for_purpose(Purpose.FOLLOW_UP):
        link = (
            AnswerLink.objects.select_related(
                "referral__to_organisation", "referral__from_organisation", "referral__service"
            )
            .filter(key_hash=hash_of(key))
            .first()
            if key
            else None
        )
    if link is None:
        raise LinkUnknown(
            _("Ce lien est incomplet ou n’existe pas. Ouvrez-le depuis notre message, sans le recopier.")
        )
    if link.revoked_at or link.expires_at <= at:
        raise LinkOver(
            _(
                "Ce lien ne sert plus : il valait trois jours, ou un autre l’a remplacé. Un rappel vous enverra un nouveau lien ; "
                "sinon, appelez la structure qui vous a adressé la personne."
            )
        )
    if link.referral.state == State.ANNULEE:
        raise LinkOver(_("Cette orientation est annulée. Vous n’avez plus rien à faire."))
    if link.used_at is None and link.referral.state not in WAITING:
        raise LinkOver(_("Il a déjà été répondu à cette orientation. Vous n’avez plus rien à faire."))
    return link


def identity_of(referral: Referral) -> Identity | None:
    """The name and the number of the person, for who has given the code; None when the structure needs them no more."""
    if referral.state not in NAMED:
        return None
    with for_subject(Subject("answer", referral.pk)):
        person = Person.objects.get(pk=referral.person_id)
    name = f"{person.first_name} {person.last_name}".strip()
    return Identity(name, readable_phone(person.phone), person.phone, person.email)
