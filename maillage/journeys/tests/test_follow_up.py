"""The clock: reminders, the coordinator, the next offer, refusals. Days are working days; the clock is an argument."""

import io
import json
import os
import threading
from datetime import datetime, timedelta

import hypothesis
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from typer import BadParameter

from maillage.accounts.tests.people import person as user
from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.core.hours import after_working_days
from maillage.core.models import OutgoingMail, OutgoingText
from maillage.journeys.actions.follow_up import announce, run
from maillage.journeys.models import AnswerLink, NextAction, Person, Referral, RefusalReason, State, Terms
from maillage.journeys.schedule import Step, milestones, reminders_due, step_due
from maillage.journeys.tests.factories import NOW, make_person, make_referral, member
from maillage.journeys.tests.simulated_year import simulate
from maillage.organisations.models import Duty
from maillage.organisations.tests.factories import make_banner, make_organisation

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 1)).map(timezone.make_aware)
PROMISES = st.integers(1, 30)


@hypothesis.settings(max_examples=40)
@given(MOMENTS, PROMISES)
def test_a_silence_is_dealt_with_in_order_and_each_step_once(sent_at, promised_days):
    days = milestones(promised_days)
    assert 0 < days.remind < days.remind_again < days.take_over < days.next_offer

    state, moved_at, reminders, seen = State.ENVOYEE, sent_at, 0, []
    for hours in range(0, 24 * 75, 24):
        at = sent_at + timedelta(hours=hours)
        step = step_due(
            state, sent_at=sent_at, moved_at=moved_at, promised_days=promised_days, reminders=reminders, at=at
        )
        if step is None:
            continue
        seen.append(step)
        if step == Step.REMIND:
            reminders = reminders_due(sent_at=sent_at, promised_days=promised_days, at=at)
        elif step == Step.TAKE_OVER:
            state, moved_at = State.SANS_REPONSE, at
        else:
            break
    assert seen == [Step.REMIND, Step.REMIND, Step.TAKE_OVER, Step.PROPOSE]
    assert at.date() >= after_working_days(sent_at, days.next_offer).date()


@given(MOMENTS, PROMISES, st.integers(0, 2), st.integers(0, 400))
def test_who_is_late_gets_one_step_never_a_burst(sent_at, promised_days, reminders, later):
    at = sent_at + timedelta(days=later)
    step = step_due(
        State.ENVOYEE,
        sent_at=sent_at,
        moved_at=sent_at,
        promised_days=promised_days,
        reminders=reminders,
        at=at,
    )
    due = reminders_due(sent_at=sent_at, promised_days=promised_days, at=at)
    if step == Step.REMIND:
        assert due > reminders
        assert at.date() < after_working_days(sent_at, milestones(promised_days).take_over).date()
    if later > 60:
        assert step == Step.TAKE_OVER


def test_days_off_do_not_count():
    friday = timezone.make_aware(datetime(2026, 12, 18, 17, 0))

    def step(day):
        at = timezone.make_aware(datetime(2026, 12, day, 6, 0))
        return step_due(State.ENVOYEE, sent_at=friday, moved_at=friday, promised_days=5, reminders=0, at=at)

    assert [step(day) for day in (19, 20, 21, 22)] == [None, None, None, Step.REMIND]
    # Friday 25 is Christmas: day 6 is Tuesday 29
    assert [step(day) for day in (24, 25, 28, 29)] == [Step.REMIND, Step.REMIND, Step.REMIND, Step.TAKE_OVER]


@pytest.fixture
def home(settings):
    """A relay, a network that can be written to, a banner with its coordinator, a person, a referral just sent."""
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"

    class Home:
        relay = make_organisation(name="Relais A")
        network = make_organisation(name="Réseau B", courriel="accueil@reseau.invalid")
        awa, bo = member(user("awa@exemple.invalid"), relay), member(user("bo@exemple.invalid"), network)
        cleo = user("cleo@exemple.invalid")
        banner = make_banner()
        person = make_person(relay, first_name="Mariam", email="mariam@exemple.invalid")
        referral = make_referral(
            person, relay, network, bo, state=State.ENVOYEE, banner=banner, from_user=awa,
            initials="M. K.", reason="Un camion de cuisine",
        )  # fmt: skip

    Duty.objects.create(
        banner=Home.banner, user=Home.cleo, period=(NOW.date(), NOW.date() + timedelta(days=400))
    )
    return Home


def after(days):
    return after_working_days(NOW, days)


def now_is(referral):
    with for_purpose(Purpose.FOLLOW_UP):
        return Referral.objects.get(pk=referral.pk)


def mails():
    return [(mail.to, mail.subject) for mail in everyone_mails()]


def everyone_mails():
    with for_purpose(Purpose.MAIL):
        return list(OutgoingMail.objects.order_by("pk"))


def follow(*days):
    return [{name: count for name, count in run(after(day)).items() if count} for day in days]


@pytest.mark.django_db
def test_silence_brings_three_mails_then_the_coordinator_then_another_offer(home):
    with for_purpose(Purpose.FOLLOW_UP):
        assert announce(referral_id=home.referral.pk, at=NOW)
        assert not announce(referral_id=home.referral.pk, at=NOW)  # a job run twice

    assert follow(1, 2, 2, 3, 4, 5) == [{}, {"reminded": 1}, {}, {}, {"reminded": 1}, {}]
    written = [mail for mail in everyone_mails() if mail.to == "accueil@reseau.invalid"]
    assert len(written) == 3
    said = "".join(mail.subject + mail.text for mail in written)
    assert "M. K." in said
    assert "Un camion de cuisine" in said
    assert not any(secret in said for secret in ("Mariam", home.person.phone, "mariam@"))

    assert follow(6, 6) == [{"taken_over": 1}, {}]
    row = now_is(home.referral)
    assert (row.state, row.next_action, row.in_charge_id) == (
        State.SANS_REPONSE,
        NextAction.APPELER,
        home.cleo.pk,
    )
    assert row.coordinated
    assert (row.mails, row.reminders) == (3, 2)
    assert mails()[-1] == ("cleo@exemple.invalid", "Des orientations sans réponse")

    assert follow(9, 10, 10, 40) == [{}, {"proposed": 1}, {}, {}]
    row = now_is(home.referral)
    assert (row.state, row.next_action, row.closed_at) == (
        State.SANS_REPONSE,
        NextAction.PROPOSER_SUITE,
        None,
    )
    assert mails()[-1] == ("mariam@exemple.invalid", "Des nouvelles de votre demande")
    assert len([to for to, _subject in mails() if to == "accueil@reseau.invalid"]) == 3


@pytest.mark.django_db
def test_after_a_month_without_a_worker_the_coordinator_calls_and_no_mail_leaves_to_the_structure(home):
    with for_purpose(Purpose.FOLLOW_UP):
        announce(referral_id=home.referral.pk, at=NOW)
    assert follow(25, 25, 26, 27) == [{"taken_over": 1}, {}, {}, {"proposed": 1}]
    assert now_is(home.referral).mails == 1


@pytest.mark.django_db
def test_a_structure_without_an_address_is_telephoned_at_once(home):
    alone = make_organisation(name="Sans adresse")
    row = make_referral(home.person, home.relay, alone, home.awa, state=State.ENVOYEE, banner=home.banner)
    with for_purpose(Purpose.FOLLOW_UP):
        assert not announce(referral_id=row.pk, at=NOW)
    assert follow(2) == [{"reminded": 1, "taken_over": 1}]
    assert (now_is(row).state, now_is(row).mails) == (State.SANS_REPONSE, 0)
    assert "/espace/coordination/" in everyone_mails()[-1].text


@pytest.mark.django_db
def test_where_no_coordinator_is_on_duty_the_sender_takes_over(home):
    Duty.objects.all().delete()
    assert follow(6) == [{"taken_over": 1}]
    assert now_is(home.referral).in_charge_id == home.awa.pk
    mail = everyone_mails()[-1]
    assert (mail.to, "/espace/orientations/" in mail.text) == ("awa@exemple.invalid", True)


@pytest.mark.django_db
def test_a_link_lasts_72_hours_and_takes_the_place_of_the_one_before(home):
    Terms.objects.create(organisation=home.network, courriel="orientations@reseau.invalid")
    with for_purpose(Purpose.FOLLOW_UP):
        announce(referral_id=home.referral.pk, at=NOW)
    follow(2)
    first, second = sorted(everyone_links(), key=lambda link: link.pk)
    assert first.sent_to == "orientations@reseau.invalid"
    assert first.expires_at - NOW == timedelta(hours=72)
    assert (first.revoked_at, second.revoked_at) == (after(2), None)


def everyone_links():
    with for_purpose(Purpose.FOLLOW_UP):
        return list(AnswerLink.objects.all())


@pytest.mark.django_db
def test_a_refusal_reaches_the_person_in_plain_words_once(home):
    with for_purpose(Purpose.FOLLOW_UP):
        Referral.objects.filter(pk=home.referral.pk).update(
            state=State.REFUSEE, refusal_reason=RefusalReason.COMPLET, answered_at=NOW, moved_at=NOW,
            next_action=NextAction.PREVENIR_PERSONNE, next_action_at=after(1), in_charge=home.awa,
        )  # fmt: skip
    assert [run(NOW)["told"], run(NOW)["told"]] == [1, 0]
    row, mail = now_is(home.referral), everyone_mails()[-1]
    assert (row.person_told_at, row.next_action, row.in_charge_id) == (
        NOW,
        NextAction.PROPOSER_SUITE,
        home.awa.pk,
    )
    assert mail.to == "mariam@exemple.invalid"
    assert "Il n’y a plus de place en ce moment." in mail.text
    assert "« Relais A » reste votre contact" in mail.text


@pytest.mark.django_db
@pytest.mark.parametrize("offered", [True, False])
def test_who_has_no_mail_address_gets_a_text_message_else_someone_calls(home, settings, offered):
    settings.DEMO = offered
    with for_purpose(Purpose.CONSENT):
        Person.objects.update(email="")
    with for_purpose(Purpose.FOLLOW_UP):
        Referral.objects.update(
            state=State.REFUSEE, refusal_reason=RefusalReason.TROP_TOT, answered_at=NOW, moved_at=NOW,
            next_action=NextAction.PREVENIR_PERSONNE, next_action_at=after(1), in_charge=home.awa,
        )  # fmt: skip
    assert run(NOW)["told"] == int(offered)
    with for_purpose(Purpose.MAIL):
        texts = [(row.to, "ne peut pas vous aider" in row.text) for row in OutgoingText.objects.all()]
    assert texts == ([(home.person.phone, True)] if offered else [])
    told = NextAction.PROPOSER_SUITE if offered else NextAction.PREVENIR_PERSONNE
    assert now_is(home.referral).next_action == told


@pytest.mark.django_db
def test_who_is_off_the_rota_hands_over_to_who_is_on_it(home):
    follow(6)
    day = after(7).date()
    dora = user("dora@exemple.invalid")
    Duty.objects.update(period=(NOW.date(), day))
    Duty.objects.create(banner=home.banner, user=dora, period=(day, day + timedelta(days=30)))

    assert follow(7, 7) == [{"handed_over": 1}, {}]
    assert now_is(home.referral).in_charge_id == dora.pk


@pytest.mark.django_db
def test_over_a_year_nobody_is_lost_nobody_is_flooded_and_no_timer_ends_anything(settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    year = simulate(int(os.environ.get("MAILLAGE_REFERRALS", "8")))

    assert year.most_mails_a_run == 1
    assert min(year.done[name] for name in ("reminded", "taken_over", "proposed", "handed_over")) > 0
    with for_purpose(Purpose.FOLLOW_UP):
        states = dict(Referral.objects.values_list("pk", "state"))
    ends = {"accept": State.ACCEPTEE, "refuse": State.REFUSEE}
    assert states == {number: ends.get(fate, State.SANS_REPONSE) for number, fate in year.fates.items()}


def test_two_runs_at_once_do_each_step_once(bare_database, settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    with transaction.atomic():
        relay, network = make_organisation(), make_organisation(courriel="accueil@reseau.invalid")
        awa = member(user("awa@exemple.invalid"), relay)
        for _each in range(6):
            make_referral(make_person(relay), relay, network, awa, state=State.ENVOYEE, from_user=awa)
    name, done = connection.settings_dict["NAME"], []
    start = threading.Barrier(2)

    def once():
        connections["default"].settings_dict["NAME"] = name
        start.wait()
        done.append(run(after(2))["reminded"])
        connections.close_all()

    both = [threading.Thread(target=once) for _each in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sum(done) == 6
    with acting_as(None, purpose=Purpose.MAIL):
        assert OutgoingMail.objects.filter(to="accueil@reseau.invalid").count() == 6


@pytest.mark.django_db
def test_a_referral_that_nobody_can_take_over_stops_no_other(home):
    alone = make_referral(
        home.person, None, make_organisation(), home.cleo, state=State.ENVOYEE, at=NOW - timedelta(days=1)
    )
    assert follow(6) == [{"taken_over": 1}]
    assert (now_is(alone).state, now_is(home.referral).state) == (State.ENVOYEE, State.SANS_REPONSE)
    user("reseau@exemple.invalid", ("network",))
    assert follow(6) == [{"taken_over": 1}]


@pytest.mark.django_db
def test_the_command_does_what_is_due_and_refuses_a_moment_to_come(home):
    out = io.StringIO()
    call_command("journeys", "follow-up", "--at", "2026-01-05T10:00", "--json", stdout=out)
    assert json.loads(out.getvalue()) == dict.fromkeys(
        ("reminded", "taken_over", "proposed", "told", "handed_over"), 0
    )
    for moment in ("2100-01-01T10:00", "demain"):
        with pytest.raises((CommandError, BadParameter)):
            call_command("journeys", "follow-up", "--at", moment)
