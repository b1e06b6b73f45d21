"""The referrals that the follow-up looks at, by number, the oldest first. Under the purpose of the follow-up."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from maillage.accounts.models import User
from maillage.core import sms
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import OPEN, NextAction, Referral, State
from maillage.journeys.schedule import USUAL_PROMISE, milestones
from maillage.organisations.models import Duty

DAY = timedelta(days=1)
WATCHED = (NextAction.REPONDRE, NextAction.APPELER, NextAction.RELANCER)


def silent(at: datetime) -> list[int]:
    """Those whose structure has said nothing for so many days that a step may be due: `schedule.step_due` says which.

    A working day is at least a day: none that is due is left out, some that are not yet due are there.
    """
    days = milestones(USUAL_PROMISE)
    waits = Q(state__in=[State.ENVOYEE, State.RECUE])
    past = {
        days.remind: waits & Q(reminders=0),
        days.remind_again: waits & Q(reminders=1),
        days.take_over: waits & Q(reminders=2),
        days.next_offer: Q(state=State.SANS_REPONSE),
    }
    due = Q()
    for number, which in past.items():
        # a day early: a step is due on its day, whatever the hour
        due |= which & Q(sent_at__lte=at - (number - 1) * DAY)
    rows = Referral.objects.filter(due, next_action__in=WATCHED)
    return list(rows.order_by("sent_at", "pk").values_list("pk", flat=True))


def refused(at: datetime) -> list[int]:
    """Those that were refused, of people who can be written to and do not know it yet."""
    rows = Referral.objects.filter(
        ~Q(person__email="") | ~Q(person__phone="") if sms.is_offered() else ~Q(person__email=""),
        state=State.REFUSEE,
        next_action=NextAction.PREVENIR_PERSONNE,
        person_told_at=None,
        answered_at__lte=at,
    )
    return list(rows.order_by("answered_at", "pk").values_list("pk", flat=True))


def without_anybody(at: datetime) -> list[int]:
    """Those in the charge of a coordinator who is off the rota while another is on it, or of a closed account."""
    with for_purpose(Purpose.ADMINISTRATION):
        gone = list(User.objects.filter(is_active=False).values_list("pk", flat=True))
    duty = Duty.objects.filter(banner=OuterRef("banner"), period__contains=localdate(at))
    off = (
        Q(coordinated=True, state=State.SANS_REPONSE)
        & Exists(duty)
        & ~Exists(duty.filter(user=OuterRef("in_charge")))
    )
    rows = Referral.objects.filter(Q(in_charge__in=gone) | off, state__in=OPEN)
    return list(rows.order_by("next_action_at", "pk").values_list("pk", flat=True))
