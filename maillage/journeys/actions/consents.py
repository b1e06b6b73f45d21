"""Agreements: asked, given, taken back. Each is one person's, for one aim and one structure, on words that are kept.

Given, an agreement opens the file to the structure; taken back, it shuts it in the same transaction (migrations/0001_schema.sql).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import DomainError
from maillage.core.ratelimit import TooMany, limit
from maillage.journeys.actions.agreed import held_drafts, send_agreed
from maillage.journeys.mails.consents import send_consent_link, tell_asker
from maillage.journeys.models import Aim, Consent, ConsentRequest, Person, Referral
from maillage.journeys.queries.consents import (
    FRENCH,
    LINK_LASTS,
    latest_text,
    person_reached_by,
    questions,
    request_to_answer,
)

log = structlog.get_logger()
FORGOTTEN_AFTER = timedelta(days=7)  # someone who never answered whether a file may be kept
How = Consent.How


class WitnessMissing(DomainError):
    """An agreement given by word of mouth names who heard it."""


class LinkNotSent(DomainError):
    """No text message leaves from here, and the person has no mail address."""


@transaction.atomic
def give_consent(
    *,
    person_id: int,
    organisation_id: int | None,
    aim: str,
    how: str,
    at: datetime,
    by: int | None = None,
    by_organisation: int | None = None,
    witness: str = "",
    language: str = FRENCH,
) -> Consent:
    """Note that the person agrees, on the words in force; an agreement that stands already is left as it was given.

    `organisation_id` is None for Aim.PARTAGE. `by` and `by_organisation` recorded it, `witness` heard it (How.ORAL).
    Raises WitnessMissing.
    """
    if how == How.ORAL and not witness.strip():
        raise WitnessMissing(_("Dites qui a entendu la personne donner son accord."))
    with for_purpose(Purpose.CONSENT):
        # of two at once, the second waits, and finds the first
        Person.objects.select_for_update(of=("self",)).get(pk=person_id)
        live = Consent.objects.filter(
            person=person_id, aim=aim, organisation=organisation_id, withdrawn_at=None
        ).first()
        given = live or Consent.objects.create(
            person_id=person_id,
            aim=aim,
            organisation_id=organisation_id,
            text=latest_text(aim, language),
            how=how,
            given_at=at,
            recorded_by_id=by,
            recorded_by_organisation_id=by_organisation,
            witness=witness.strip()[:120],
        )
    if not live:
        log.info("consent.given", consent=given.pk, aim=aim, organisation=organisation_id, how=how, by=by)
    return given


@transaction.atomic
def withdraw_consent(*, consent_id: int, person_id: int, at: datetime) -> bool:
    """The person takes one agreement back, at once; False when it was taken back already, or is not theirs."""
    with for_purpose(Purpose.CONSENT):
        done = Consent.objects.filter(pk=consent_id, person=person_id, withdrawn_at=None).update(
            withdrawn_at=at
        )
    log.info("consent.withdrawn", consent=consent_id, done=done)
    return bool(done)


@transaction.atomic
def withdraw_all(*, person_id: int, at: datetime) -> int:
    """The person takes back everything that they agreed to; returns how many agreements ended."""
    with for_purpose(Purpose.CONSENT):
        live = Consent.objects.filter(person=person_id, withdrawn_at=None)
        # one by one: each end is looked at by a trigger, in the order of their giving
        return sum(
            live.filter(pk=number).update(withdrawn_at=at)
            for number in list(live.order_by("given_at", "pk").values_list("pk", flat=True))
        )


@transaction.atomic
def ask_known(*, phone: str, email: str, organisation_id: int, label: str, by: int, at: datetime) -> None:
    """Ask whoever has this number or this address whether the structure may follow them; nobody there: nothing.

    Who asks is told the same in every case. Asked already and not answered, the person is not asked again; three links a
    day at most reach one person, whoever asks.
    """
    person = person_reached_by(phone=phone, email=email)
    if person is not None:
        _ask(person, [(Aim.SUIVI.value, organisation_id)], organisation_id, label=label, by=by, at=at)


@transaction.atomic
def ask_by_link(
    person: Person,
    *,
    organisation_id: int,
    label: str,
    by: int,
    at: datetime,
    aims: Iterable[tuple[str, int | None]] = (),
) -> ConsentRequest:
    """Send the person a link, good for 72 hours and one answer: may this structure follow them, and what else `aims` says.

    `label` is what the structure wrote to find its request again. A request that waits already is the answer. Raises
    LinkNotSent.
    """
    asked = list(aims) or [(Aim.SUIVI.value, organisation_id)]
    request, via = _ask(person, asked, organisation_id, label=label, by=by, at=at)
    if not via:
        raise LinkNotSent(
            _(
                "Ici, les liens partent par e-mail seulement. Ajoutez une adresse e-mail, ou recueillez l’accord à l’écran ou devant témoin."
            )
        )
    return request


def _ask(
    person: Person,
    asked: list[tuple[str, int | None]],
    organisation_id: int,
    *,
    label: str,
    by: int,
    at: datetime,
) -> tuple[ConsentRequest, str]:
    """The request, and how its link left: « sms », « mail », « waiting », « limited », or "" for no way at all."""
    aims = [list(pair) for pair in asked]
    with for_purpose(Purpose.CONSENT):
        waiting = ConsentRequest.objects.filter(
            person=person,
            organisation=organisation_id,
            answer="",
            asked_at__gt=at - LINK_LASTS,
            aims=aims,
        ).first()
        if waiting:
            return waiting, "waiting"
        request = ConsentRequest.objects.create(
            person=person,
            organisation_id=organisation_id,
            asked_by_id=by,
            aims=aims,
            label=label[:80],
            asked_at=at,
        )
        try:
            limit("consent-link", person.pk, times=3, per_seconds=86_400)
            via = send_consent_link(request, person, at=at)
        except TooMany:
            via = "limited"
    log.info("consent.asked", request=request.pk, organisation=organisation_id, by=by, via=via)
    return request, via


@transaction.atomic
def answer_request(*, token: str, agreed: Iterable[str], language: str, at: datetime) -> list[Consent]:
    """The person answers a link: `agreed` names the questions said yes to (Question.name); none is a no. A draft that waited
    for it leaves at once.

    Raises RequestUnknown, RequestOver: of two answers, the first is the one.
    """
    request = request_to_answer(token, at=at, lock=True)
    drafts = held_drafts(request)
    wanted = set(agreed)
    given = [
        give_consent(
            person_id=request.person_id,
            organisation_id=one.organisation.pk if one.organisation else None,
            aim=one.aim,
            how=How.LINK,
            language=one.text.language,
            at=at,
        )
        for one in questions([(aim, number) for aim, number in request.aims], language)
        if one.name in wanted
    ]
    _close(request, bool(given), drafts, at)
    return given


@transaction.atomic
def answer_in_space(*, request_id: int, person_id: int, yes: bool, at: datetime) -> bool:
    """The person answers a request from their own space; False when there is nothing to answer any more."""
    with for_purpose(Purpose.CONSENT):
        request = (
            ConsentRequest.objects.select_for_update(of=("self",))
            .filter(pk=request_id, person=person_id, answer="", asked_at__gt=at - LINK_LASTS)
            .first()
        )
    if request is None:
        return False
    drafts = held_drafts(request)
    for aim, number in request.aims if yes else ():
        give_consent(person_id=person_id, organisation_id=number, aim=aim, how=How.SCREEN, at=at)
    _close(request, yes, drafts, at)
    return True


def forget_unanswered(at: datetime) -> int:
    """Delete the people whom a structure wrote down and who never said yes, a week after; returns how many."""
    with for_purpose(Purpose.RETENTION):
        silent = Person.objects.filter(
            created_at__lt=at - FORGOTTEN_AFTER,
            created_by_organisation__isnull=False,
            consents=None,
            referrals=None,
        )
        count = 0
        for person in silent.iterator():
            person.delete()
            count += 1
    log.info("people.unanswered", forgotten=count)
    return count


def _close(request: ConsentRequest, yes: bool, drafts: list[Referral], at: datetime) -> None:
    """Note the answer, let what waited for it leave, and tell who asked."""
    request.answer = ConsentRequest.Answer.GIVEN if yes else ConsentRequest.Answer.REFUSED
    request.answered_at = at
    with for_purpose(Purpose.CONSENT):
        request.save(update_fields=["answer", "answered_at"])
    left = send_agreed(request, drafts, at=at)
    tell_asker(request, left)
    log.info("consent.answered", request=request.pk, yes=yes, sent=sum(not one.why for one in left))
