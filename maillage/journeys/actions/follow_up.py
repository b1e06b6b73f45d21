"""What a silence, and a refusal, call for. The clock comes from outside; each step can run twice; none ends a referral.

One transaction a referral, which holds it: a run that is killed, or two at once, does each step once. A run looks at what
is due by now, however long ago it came due, and writes at most one mail to a structure.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from django.db import transaction
from django.utils.timezone import localdate

from maillage.core.acting import Purpose, acting_as
from maillage.core.errors import DomainError
from maillage.journeys.actions.links import can_be_told, tell_structure
from maillage.journeys.actions.moves import move, save
from maillage.journeys.actions.telling import tell_next_offer, tell_refusal
from maillage.journeys.mails.answers import send_to_call
from maillage.journeys.models import NextAction, Referral, State, Via
from maillage.journeys.queries import waiting
from maillage.journeys.queries.contacts import mail_of
from maillage.journeys.queries.in_charge import coordinators, person_in_charge
from maillage.journeys.schedule import Step, reminders_due, step_due
from maillage.organisations.queries.calls import has_duties

log = structlog.get_logger()


def run(at: datetime) -> dict[str, int]:
    """Do what is due at `at`: {"reminded", "taken_over", "proposed", "told", "handed_over"}, how many referrals each.

    Opens its own transactions. Doing it again at the same moment does nothing more.
    """
    done: Counter[str] = Counter(reminded=0, taken_over=0, proposed=0, told=0, handed_over=0)
    to_call: Counter[int] = Counter()
    for number in _numbers(waiting.silent, at):
        with _one(number):
            what, caller = _break_silence(number, at)
            done[what] += bool(what)
            if caller:
                to_call[caller] += 1
    for number in _numbers(waiting.refused, at):
        with _one(number):
            done["told"] += _tell_refusal(number, at)
    for number in _numbers(waiting.without_anybody, at):
        with _one(number):
            done["handed_over"] += _hand_over(number, at)
    for user_id, count in to_call.items():
        with acting_as(None, purpose=Purpose.FOLLOW_UP):
            if to := mail_of(user_id):
                send_to_call(to, count, on_duty=has_duties(user_id))
    done.pop("", None)
    return dict(done)


@transaction.atomic
def announce(*, referral_id: int, at: datetime) -> bool:
    """Tell the structure of a referral that was just sent, once; whether a mail left. Under FOLLOW_UP."""
    row = _held(referral_id, skip=False)
    if row is None or row.state != State.ENVOYEE or row.mails or not tell_structure(row, at=at):
        return False
    save(row)
    return True


@contextmanager
def _one(referral_id: int) -> Iterator[None]:
    """The transaction of one referral: what a rule refuses there stops nobody else's."""
    try:
        with acting_as(None, purpose=Purpose.FOLLOW_UP):
            yield
    except DomainError:
        log.exception("referral.stuck", referral=referral_id)


def _numbers(query: Callable[[datetime], list[int]], at: datetime) -> list[int]:
    with acting_as(None, purpose=Purpose.FOLLOW_UP, read_only=True):
        return query(at)


def _held(referral_id: int, *, skip: bool = True) -> Referral | None:
    """The referral, held until the transaction ends; None when it is gone or, with `skip`, when someone else holds it."""
    rows = Referral.objects.select_for_update(of=("self",), skip_locked=skip)
    return rows.select_related("to_organisation").filter(pk=referral_id).first()


def _break_silence(referral_id: int, at: datetime) -> tuple[str, int | None]:
    """One step of one silent referral: what was done ("" for nothing), and who has the structure to call from now on."""
    row = _held(referral_id)
    step = _step(row, at) if row else None
    if row is None or step is None:
        return "", None
    if step == Step.REMIND and can_be_told(row):
        row.reminders = reminders_due(sent_at=_sent_at(row), promised_days=row.promised_days, at=at)
        tell_structure(row, at=at, reminder=row.reminders)
        save(row)
        return "reminded", None
    if step == Step.PROPOSE:
        row.next_action, row.next_action_at = NextAction.PROPOSER_SUITE, at
        save(row)
        tell_next_offer(row, at=at)
        return "proposed", None
    # nobody can be written to: someone calls at once
    move(row, State.SANS_REPONSE, by=None, at=at, via=Via.JOB, coordinated=row.banner_id is not None)
    return "taken_over", row.in_charge_id


def _step(row: Referral, at: datetime) -> Step | None:
    waits = row.next_action in {NextAction.REPONDRE, NextAction.APPELER}
    called = row.next_action == NextAction.RELANCER and row.next_action_at and row.next_action_at <= at
    if row.sent_at is None or not (waits or called):
        return None
    return step_due(
        row.state,
        sent_at=row.sent_at,
        moved_at=row.moved_at,
        promised_days=row.promised_days,
        reminders=row.reminders,
        at=at,
    )


def _sent_at(row: Referral) -> datetime:
    return row.sent_at or row.created_at


def _tell_refusal(referral_id: int, at: datetime) -> bool:
    row = _held(referral_id)
    if row is None or row.state != State.REFUSEE or row.person_told_at or not tell_refusal(row, at=at):
        return False
    row.person_told_at = at
    row.next_action, row.next_action_at = NextAction.PROPOSER_SUITE, at
    save(row)
    return True


def _hand_over(referral_id: int, at: datetime) -> bool:
    """Give a referral to who sees to it now: its coordinator is off the rota, or has no account any more."""
    row = _held(referral_id)
    if row is None:
        return False
    on_duty = list(coordinators(row, localdate(at))) if row.coordinated else []
    if row.in_charge_id in on_duty:
        return False
    before, row.in_charge_id = row.in_charge_id, None
    found = person_in_charge(row, row.state, localdate(at))
    if found is None or found == before:
        return False
    row.in_charge_id = found
    save(row)
    log.info("referral.handed_over", referral=row.pk, before=before, now=found)
    return True
