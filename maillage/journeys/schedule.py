"""What comes next for a referral, and when: pure, the clock comes from outside.

Days are working days: Monday to Friday, but for the French public holidays.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.utils.timezone import localdate

from maillage.core.hours import after_working_days
from maillage.journeys.models import NextAction, State

# working days after the state began; an answer is due when the structure promised it
AFTER = {
    State.BROUILLON: (NextAction.COMPLETER, 1),
    State.SANS_REPONSE: (NextAction.APPELER, 0),
    State.REFUSEE: (NextAction.PREVENIR_PERSONNE, 1),
    State.ACCEPTEE: (NextAction.FIXER_RDV, 3),
    State.ABSENT: (NextAction.FIXER_RDV, 2),
    State.EXCUSE: (NextAction.FIXER_RDV, 2),
    State.RDV_FAIT: (NextAction.NOTER_ISSUE, 10),
}
USUAL_PROMISE = 5
REMINDERS = 2
TO_CALL = 2  # days that a coordinator has to call, however late the rest is


class Step(StrEnum):
    """What a silence calls for."""

    REMIND = "remind"
    TAKE_OVER = "take-over"
    PROPOSE = "propose"


class Milestones(NamedTuple):
    """The working days after sending on which a silence is dealt with."""

    remind: int
    remind_again: int
    take_over: int
    next_offer: int


def next_for(state: str, since: datetime, promised_days: int) -> tuple[NextAction, datetime]:
    """The next action of an open referral that is in `state` since that moment (a waiting one: since it was sent)."""
    action, days = AFTER.get(State(state), (NextAction.REPONDRE, promised_days))
    return action, after_working_days(since, days)


def milestones(promised_days: int) -> Milestones:
    """Days 2, 4, 6 and 10; later by as much as the structure promised more than five days."""
    late = max(promised_days, USUAL_PROMISE)
    return Milestones(late - 3, late - 1, late + 1, late + 5)


def reminders_due(*, sent_at: datetime, promised_days: int, at: datetime) -> int:
    """How many reminders (0 to 2) a structure that says nothing should have had on the day of `at`."""
    days = milestones(promised_days)
    return is_reached(sent_at, days.remind, at) + is_reached(sent_at, days.remind_again, at)


def step_due(
    state: str, *, sent_at: datetime, moved_at: datetime, promised_days: int, reminders: int, at: datetime
) -> Step | None:
    """The one step that a silence calls for on the day of `at`; None when it is to be waited for, or is over.

    Who is late gets the latest step, not all of them: a month without a worker sends no burst. `moved_at`: since when
    the referral is in `state`; `reminders`: those sent.
    """
    days = milestones(promised_days)
    if state == State.SANS_REPONSE:
        due = is_reached(sent_at, days.next_offer, at) and is_reached(moved_at, TO_CALL, at)
        return Step.PROPOSE if due else None
    if state not in {State.ENVOYEE, State.RECUE}:
        return None
    if is_reached(sent_at, days.take_over, at):
        return Step.TAKE_OVER
    should = reminders_due(sent_at=sent_at, promised_days=promised_days, at=at)
    return Step.REMIND if reminders < should else None


def is_reached(since: datetime, days: int, at: datetime) -> bool:
    """Whether `at` is on, or after, the day that comes `days` working days after `since`."""
    return localdate(at) >= localdate(after_working_days(since, days))
