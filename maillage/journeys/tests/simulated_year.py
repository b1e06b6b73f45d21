"""A year of referrals, day by day, with everything that goes wrong: silences, refusals, weeks without a worker.

MAILLAGE_REFERRALS=2000 pytest -k over_a_year: as many as a network sends.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from maillage.accounts.models import User
from maillage.accounts.tests.people import person as user
from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.core.hours import is_working_day
from maillage.journeys.actions.follow_up import announce, run
from maillage.journeys.actions.referrals import accept_referral, refuse_referral
from maillage.journeys.models import CLOSED, NextAction, Referral, ReferralEvent, RefusalReason, State
from maillage.journeys.tests.factories import make_person, make_referral, member
from maillage.organisations.models import Duty
from maillage.organisations.tests.factories import make_banner, make_organisation

START = timezone.make_aware(datetime(2026, 1, 5, 8, 0))
DAYS = 365
OUTAGE = range(100, 130)  # a month without a worker
FATES = ("silence", "silence", "accept", "refuse", "called")


@dataclass
class Year:
    """What happened: the referrals by number with their fate, and what the runs did in all."""

    fates: dict[int, str] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    most_mails_a_run: int = 0


def simulate(count: int, seed: int = 1) -> Year:
    """Live `count` referrals through a year; what must always hold is checked each week, and at the end."""
    chance, year = random.Random(seed), Year()
    relay = make_organisation(name="Relais")
    networks = [make_organisation(courriel=f"r{n}@reseau.invalid" if n else "") for n in range(4)]
    awa = member(user("awa@exemple.invalid"), relay)
    banner = make_banner()
    rota = [user(f"rota{n}@exemple.invalid") for n in range(2)]
    for turn in range(5):
        day = START.date() + timedelta(weeks=13 * turn)
        Duty.objects.create(banner=banner, user=rota[turn % 2], period=(day, day + timedelta(weeks=13)))
    sent: dict[int, list[str]] = {}
    for fate in [*FATES, *chance.choices(FATES, k=count)][:count]:
        sent.setdefault(chance.randrange(DAYS - 60), []).append(fate)
    answers: dict[int, list[tuple[int, str]]] = {}
    for day in range(DAYS):
        at = START + timedelta(days=day)
        for fate in sent.get(day, ()):
            row = _sent(relay, chance.choice(networks), awa, banner, at)
            year.fates[row.pk] = fate
            answers.setdefault(day + chance.randrange(1, 20), []).append((row.pk, fate))
        for number, fate in answers.get(day, ()):
            _answer(number, fate, at)
        if day not in OUTAGE and is_working_day(at.date()):
            before = _mails()
            for name, times in run(at).items():
                year.done[name] = year.done.get(name, 0) + times
            grown = [mails - before.get(number, 0) for number, mails in _mails().items()]
            year.most_mails_a_run = max([year.most_mails_a_run, *grown])
        if day % 28 == 0:
            check(at, rota, ran=day not in OUTAGE)
    check(START + timedelta(days=DAYS), rota, ran=True)
    return year


def check(at: datetime, rota: list[User], *, ran: bool) -> None:
    """Nobody is lost: each open referral has a next action, a date, someone; three mails at most; no timer ends any."""
    with for_purpose(Purpose.FOLLOW_UP):
        for row in Referral.objects.exclude(state__in=CLOSED):
            assert row.next_action
            assert row.next_action_at
            assert row.in_charge_id
            assert row.mails <= 3
            if ran and row.state in {State.ENVOYEE, State.RECUE}:
                assert at - row.sent_at < timedelta(days=14), "a silence that nobody has taken over"
            if ran and row.state == State.SANS_REPONSE and at - row.sent_at > timedelta(days=40):
                assert row.next_action == NextAction.PROPOSER_SUITE
            if row.coordinated and row.state == State.SANS_REPONSE:
                assert row.in_charge_id in {one.pk for one in rota}
        by_timer = ReferralEvent.objects.filter(via="job").values_list("to_state", flat=True)
        assert set(by_timer) <= {State.SANS_REPONSE}


def _sent(relay, network, awa, banner, at):  # type: ignore[no-untyped-def]
    row = make_referral(
        make_person(relay, created_at=at - timedelta(minutes=1)),
        relay, network, awa, state=State.ENVOYEE, at=at, from_user=awa, banner=banner,
    )  # fmt: skip
    with acting_as(None, purpose=Purpose.FOLLOW_UP):
        announce(referral_id=row.pk, at=at)
    return row


def _answer(number: int, fate: str, at: datetime) -> None:
    with acting_as(None, purpose=Purpose.FOLLOW_UP):
        if fate == "accept":
            accept_referral(referral_id=number, by=None, at=at)
        elif fate == "refuse":
            refuse_referral(referral_id=number, reason=RefusalReason.COMPLET, by=None, at=at)
        elif fate == "called":
            Referral.objects.filter(pk=number, state=State.SANS_REPONSE).update(
                next_action=NextAction.RELANCER, next_action_at=at + timedelta(days=2)
            )


def _mails() -> dict[int, int]:
    with for_purpose(Purpose.FOLLOW_UP):
        return dict(Referral.objects.values_list("pk", "mails"))
