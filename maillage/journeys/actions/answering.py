"""A structure answers by its link, without an account: a code for the name, one answer, every use noted."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, Subject, for_purpose, for_subject
from maillage.core.errors import Conflict, DomainError
from maillage.core.hours import after_working_days
from maillage.core.ratelimit import hashed, limit
from maillage.journeys.actions import referrals
from maillage.journeys.actions.moves import save
from maillage.journeys.mails.answers import send_code
from maillage.journeys.mails.appointments import tell_both
from maillage.journeys.models import (
    AnswerLink,
    Appointment,
    LinkOpeningEvent,
    NextAction,
    Person,
    Referral,
    Via,
)
from maillage.journeys.queries.answers import link_to_open

log = structlog.get_logger()
CODE_LASTS = timedelta(minutes=15)
TRIES = 5


class LinkUsed(Conflict):
    """The link has answered already."""


class WrongCode(DomainError):
    """The code is not the one sent, or too old, or was tried too often."""


def note(link_id: int, what: str, *, at: datetime) -> None:
    """Write down one use of a link, a key of queries.link_uses.USES."""
    # INSERT … RETURNING reads the row back, which whoever holds a link may not
    with for_purpose(Purpose.FOLLOW_UP):
        LinkOpeningEvent.objects.create(link_number=link_id, what=what, at=at)


@transaction.atomic
def ask_code(*, token: str, at: datetime) -> AnswerLink:
    """Send a new code to the address that the link was sent to; the one before no longer opens anything.

    Raises LinkUnknown, LinkOver, TooMany.
    """
    link = _held(token, at)
    limit("answer-code", link.pk, times=5, per_seconds=3600)
    code = f"{secrets.randbelow(10**6):06}"
    link.code_hash, link.code_sent_at, link.code_tries = _hash(link, code), at, 0
    _save(link)
    send_code(link.sent_to, code, int(CODE_LASTS.total_seconds() // 60))
    note(link.pk, "code", at=at)
    return link


@transaction.atomic
def check_code(*, token: str, code: str, at: datetime) -> bool:
    """Whether `code` is the one sent less than a quarter of an hour ago, at the fifth try at most; it then serves no more.

    Raises LinkUnknown, LinkOver.
    """
    link = _held(token, at)
    alive = link.code_sent_at is not None and at - link.code_sent_at <= CODE_LASTS
    right = (
        bool(link.code_hash)
        and alive
        and link.code_tries < TRIES
        and compare_digest(link.code_hash, _hash(link, "".join(code.split())))
    )
    link.code_tries += 0 if right else link.code_tries < TRIES
    if right:
        link.code_hash = ""
    _save(link)
    note(link.pk, "code-given" if right else "code-wrong", at=at)
    return right


def accept(*, token: str, at: datetime, starts_at: datetime | None = None, place: str = "") -> Referral:
    """The structure takes the person on; with `starts_at`, it expects them then, for an hour.

    Raises LinkUnknown, LinkOver, LinkUsed.
    """

    def answer(row: Referral) -> Referral:
        row = referrals.accept_referral(referral_id=row.pk, by=None, at=at, via=Via.LINK)
        if starts_at:
            _expect(row, starts_at, place, at)
        return row

    return _answer(token, at, answer)


def refuse(*, token: str, at: datetime, reason: str, words: str = "") -> Referral:
    """The structure cannot take the person, for a reason of RefusalReason. Raises as `accept`, and NotAllowedNow."""

    def answer(row: Referral) -> Referral:
        return referrals.refuse_referral(
            referral_id=row.pk, reason=reason, note=words, by=None, at=at, via=Via.LINK
        )

    return _answer(token, at, answer)


def pass_on(*, token: str, at: datetime, to_organisation_id: int, service_id: int | None) -> Referral:
    """The structure passes the person on to another; gives the referral that follows. Raises as `accept`, and NothingReceived."""

    def answer(row: Referral) -> Referral:
        return referrals.pass_on_referral(
            referral_id=row.pk,
            to_organisation_id=to_organisation_id,
            service_id=service_id,
            by=None,
            at=at,
            via=Via.LINK,
        )

    return _answer(token, at, answer)


@transaction.atomic
def give_up_link(*, token: str, at: datetime) -> None:
    """The structure takes its own link back: it was sent to the wrong place, or read by someone else."""
    link = _held(token, at)
    link.revoked_at = at
    _save(link)
    note(link.pk, "revoked", at=at)


@transaction.atomic
def _answer(token: str, at: datetime, answer: Callable[[Referral], Referral]) -> Referral:
    """One answer by one link: the row of the link is held, so that of two at once the second is told."""
    link = _held(token, at)
    if link.used_at:
        raise LinkUsed(_("Ce lien a déjà servi à répondre : la première réponse est la bonne."))
    with for_subject(Subject("referral", link.referral_id)):
        row = answer(link.referral)
    link.used_at = at
    _save(link)
    note(link.pk, "answered", at=at)
    log.info("referral.answered_by_link", referral=link.referral_id, link=link.pk)
    return row


def _held(token: str, at: datetime) -> AnswerLink:
    """The link, held; read again once held, since another answer may have come first."""
    link = link_to_open(token, at=at)
    with for_purpose(Purpose.FOLLOW_UP):
        AnswerLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    return link_to_open(token, at=at)


def _save(link: AnswerLink) -> None:
    with for_purpose(Purpose.FOLLOW_UP):
        link.save()


def _hash(link: AnswerLink, code: str) -> str:
    return hashed(("answer-code", bytes(link.key_hash).hex(), code))


def _expect(row: Referral, starts_at: datetime, place: str, at: datetime) -> None:
    values: dict[str, Any] = {
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "place": place,
    }
    meeting = Appointment.objects.create(
        person_id=row.person_id,
        organisation_id=row.to_organisation_id,
        referral=row,
        created_at=at,
        **values,
    )
    row.next_action, row.next_action_at = NextAction.NOTER_ISSUE, after_working_days(starts_at, 1)
    save(row)
    with for_purpose(Purpose.FOLLOW_UP):
        person = Person.objects.get(pk=row.person_id)
    tell_both(meeting, person, initials=row.initials, at=at)
