"""What comes next for a referral, and when: pure, the clock comes from outside."""

from datetime import datetime

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


def next_for(state: str, since: datetime, promised_days: int) -> tuple[NextAction, datetime]:
    """The next action of an open referral that is in `state` since that moment (a waiting one: since it was sent)."""
    action, days = AFTER.get(State(state), (NextAction.REPONDRE, promised_days))
    return action, after_working_days(since, days)
