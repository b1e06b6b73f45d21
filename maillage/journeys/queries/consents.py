"""What people are asked, what they agreed to, and whether someone is known: yes or no, nothing more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, Subject, for_purpose
from maillage.core.errors import DomainError
from maillage.core.keys import hash_of
from maillage.journeys.consent_tokens import key_of
from maillage.journeys.models import Aim, Consent, ConsentRequest, ConsentText, Person
from maillage.organisations.models import Organisation

LINK_LASTS = timedelta(hours=72)
FRENCH = "fr"


class RequestUnknown(DomainError):
    """The text of the link is not one that we wrote."""

    status = 404


class RequestOver(DomainError):
    """The link was used, or is older than 72 hours."""

    status = 410


@dataclass(frozen=True)
class Question:
    """One thing to agree to: the aim, the structure that it is about (None: all of them), and the words read."""

    aim: str
    organisation: Organisation | None
    text: ConsentText
    words: str

    @property
    def name(self) -> str:
        """What the box of this question is called in a form: « suivi-12 »."""
        return f"{self.aim}-{self.organisation.pk if self.organisation else 0}"


def is_known(*, phone: str, email: str, but: int = 0) -> bool:
    """Whether someone other than the person `but` has this number or this address. Nothing else is ever said of them."""
    match = _reached_by(phone, email)
    with for_purpose(Purpose.CONSENT):
        return bool(match) and Person.objects.filter(match).exclude(pk=but).exists()


def person_reached_by(*, phone: str, email: str) -> Person | None:
    """Whom this number, or else this address, belongs to: for what is sent to that person, never for who asks."""
    match = _reached_by(phone, email)
    with for_purpose(Purpose.CONSENT):
        found = list(Person.objects.filter(match).order_by("pk")[:2]) if match else []
    return min(found, key=lambda one: one.phone != phone, default=None)


def subject_reached_by(address: str) -> Subject | None:
    """Whose number (international form) or mail address this is."""
    mail = "@" in address
    found = person_reached_by(phone="" if mail else address, email=address if mail else "")
    return Subject("person", found.pk) if found else None


def latest_text(aim: str, language: str = FRENCH) -> ConsentText:
    """The version in force of what is agreed to; in French when the language has none."""
    found = list(
        ConsentText.objects.filter(aim=aim, language__in={language, FRENCH}).order_by("language", "number")
    )
    return max(found, key=lambda one: (one.language == language, one.number))


def languages() -> list[str]:
    """The languages that every aim has words in, French first."""
    rows = ConsentText.objects.values_list("language", "aim").distinct()
    have: dict[str, set[str]] = {}
    for language, aim in rows:
        have.setdefault(language, set()).add(aim)
    whole = [language for language, aims in have.items() if aims >= set(Aim.values)]
    return sorted(whole, key=lambda one: (one != FRENCH, one))


def question(aim: str, organisation: Organisation | None, language: str = FRENCH) -> Question:
    """One thing to ask, with its words in force."""
    text = latest_text(aim, language)
    words = text.body.replace("{structure}", organisation.name if organisation else "")
    return Question(aim, organisation, text, words)


def questions(asked: Iterable[tuple[str, int | None]], language: str = FRENCH) -> list[Question]:
    """What a request asks, (aim, structure's number) pairs; structures that are gone are left out."""
    pairs = [(aim, number) for aim, number in asked]
    rows = Organisation.objects.in_bulk([number for _aim, number in pairs if number])
    return [
        question(aim, rows.get(number or 0), language)
        for aim, number in pairs
        if number is None or number in rows
    ]


def request_to_answer(token: str, *, at: datetime, lock: bool = False) -> ConsentRequest:
    """The request of a link, not answered yet and not older than 72 hours. Raises RequestUnknown, RequestOver."""
    key = key_of(token)
    with for_purpose(Purpose.CONSENT):
        rows = ConsentRequest.objects.select_related("organisation")
        rows = rows.select_for_update(of=("self",)) if lock else rows
        found = rows.filter(key_hash=hash_of(key)).first() if key else None
    if found is None:
        raise RequestUnknown(
            _("Ce lien est incomplet ou n’existe pas. Ouvrez-le depuis notre message, sans le recopier.")
        )
    if found.answer:
        raise RequestOver(
            _(
                "Vous avez déjà répondu à cette demande. Pour changer d’avis, ouvrez « Mon parcours » : tout s’y décide."
            )
        )
    if at - found.asked_at > LINK_LASTS:
        raise RequestOver(
            _(
                "Ce lien ne sert plus : il valait trois jours. Demandez-en un autre à la structure qui vous l’a envoyé."
            )
        )
    return found


def live_consents(person_id: int) -> list[Consent]:
    """What a person has agreed to and not taken back, the oldest first; as row security lets who asks see it."""
    return list(
        Consent.objects.select_related("organisation", "text")
        .filter(person=person_id, withdrawn_at=None)
        .order_by("given_at", "pk")
    )


def waiting_requests(organisation_ids: Iterable[int], *, at: datetime) -> list[ConsentRequest]:
    """What these structures have asked and still wait for, the latest first."""
    return list(
        ConsentRequest.objects.filter(
            organisation__in=list(organisation_ids), answer="", asked_at__gt=at - LINK_LASTS
        ).order_by("-asked_at", "-pk")[:50]
    )


def _reached_by(phone: str, email: str) -> Q:
    match = Q()
    if phone:
        match |= Q(phone=phone)
    if email:
        match |= Q(email=email)
    return match
