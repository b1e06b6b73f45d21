"""Appointments: in both calendars, and what they give to the referral."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localdate, localtime
from icalendar import Calendar

from maillage.accounts.tests.people import signed_in
from maillage.core.acting import Purpose, for_purpose
from maillage.core.models import OutgoingMail, OutgoingText
from maillage.journeys.models import (
    Appointment,
    NextAction,
    Person,
    Referral,
    State,
)
from maillage.journeys.tests.factories import act_as, make_referral
from maillage.journeys.tests.file_pages import as_all, file_home, in_name_of, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(settings, tmp_path):
    return file_home(settings, tmp_path)


def appointment(home, **changes):
    start = localtime() + timedelta(days=2)
    values = {
        "day": start.date().isoformat(), "hour": "14:00", "minutes": "60", "received_by": home.bo.pk, "place": "1 rue du Port",
    }  # fmt: skip
    return in_name_of(home.network, "rdv", **{**values, **changes})


def mails():
    with for_purpose(Purpose.MAIL):
        return list(OutgoingMail.objects.order_by("pk"))


def events():
    return [
        (
            mail.to,
            mail.subject,
            next(iter(Calendar.from_ical(mail.attachments[0][2]).walk("VEVENT"))),
            mail.attachments[0][1],
        )
        for mail in mails()
        if mail.attachments
    ]


def test_an_appointment_is_set_moved_and_cancelled_in_both_calendars(home):
    with for_purpose(Purpose.CONSENT):
        Person.objects.filter(pk=home.person.pk).update(email="mariam@exemple.invalid")
    client = signed_in(home.bo)
    path = page(home, "rendez-vous")
    assert client.post(path, appointment(home, received_by="")).status_code == 422
    assert client.post(path, appointment(home, received_by=home.dan.pk)).status_code == 422
    assert client.post(path, appointment(home, day="2090-01-01")).status_code == 422
    for _ in range(2):  # sent twice: one
        assert client.post(path, appointment(home)).status_code == 302
    (row,) = as_all(Appointment)
    form = {
        "structure": home.network.pk, "day": localdate(row.starts_at).isoformat(), "hour": "16:30", "minutes": "45",
        "received_by": home.cy.pk, "place": "",
    }  # fmt: skip
    one = page(home, "rendez-vous", row.pk)
    assert "14:00" in client.get(one).text
    assert client.post(one, {**form, "version": 1}).status_code == 302
    late = client.post(one, {**form, "hour": "17:00", "version": 1})
    assert late.status_code == 409
    assert (
        client.post(page(home, "rendez-vous", row.pk, "issue"), {"issue": "annule", "version": 2}).status_code
        == 302
    )
    told = events()
    assert [(to, event["SEQUENCE"], event["STATUS"], kind) for to, _subject, event, kind in told] == [
        ("mariam@exemple.invalid", 0, "CONFIRMED", "text/calendar; method=REQUEST"),
        (home.bo.email, 0, "CONFIRMED", "text/calendar; method=REQUEST"),
        ("mariam@exemple.invalid", 1, "CONFIRMED", "text/calendar; method=REQUEST"),
        (home.cy.email, 1, "CONFIRMED", "text/calendar; method=REQUEST"),
        (home.bo.email, 1, "CANCELLED", "text/calendar; method=CANCEL"),  # who no longer receives
        ("mariam@exemple.invalid", 2, "CANCELLED", "text/calendar; method=CANCEL"),
        (home.cy.email, 2, "CANCELLED", "text/calendar; method=CANCEL"),
    ]
    assert len({str(event["UID"]) for _to, _subject, event, _kind in told}) == 1
    assert localtime(told[2][2]["DTSTART"].dt).strftime("%H:%M") == "16:30"
    for mail in mails():
        assert "Koné" not in mail.subject + mail.text + str(mail.attachments)
        assert "Mariam" not in mail.subject + mail.text + str(mail.attachments)
        assert not (mail.to != "mariam@exemple.invalid" and "mariam@" in str(mail.attachments))
    assert str(told[1][2]["SUMMARY"]) == "Rendez-vous avec M. K."
    again = client.post(
        page(home, "rendez-vous", row.pk, "issue"), {"issue": "fait", "version": 3}, follow=True
    )
    assert "déjà noté" in again.text


@pytest.mark.parametrize(
    ("issue", "state"), [("fait", State.RDV_FAIT), ("absent", State.ABSENT), ("excuse", State.EXCUSE)]
)
def test_what_an_appointment_gave_moves_the_referral(home, settings, issue, state):
    settings.SMS_URL = ""
    settings.DEMO = True
    referral = make_referral(
        home.person, home.relay, home.network, home.bo, state=State.ACCEPTEE, initials="M. K."
    )
    client = signed_in(home.bo)
    assert client.post(page(home, "rendez-vous"), appointment(home)).status_code == 302
    (row,) = as_all(Appointment)

    def now():
        with for_purpose(Purpose.FOLLOW_UP):
            return Referral.objects.get(pk=referral.pk)

    assert row.referral_id == referral.pk
    assert (now().next_action, now().next_action_at) == (NextAction.NOTER_ISSUE, row.ends_at)
    with for_purpose(Purpose.MAIL):
        assert [text.to for text in OutgoingText.objects.all()] == [home.person.phone]
    path = page(home, "rendez-vous", row.pk, "issue")
    if issue != "excuse":
        assert "pas encore eu lieu" in client.post(path, {"issue": issue, "version": 1}, follow=True).text
        act_as(home.bo)
        Appointment.objects.update(starts_at=timezone.now() - timedelta(hours=2), ends_at=timezone.now())
    version = as_all(Appointment)[0].version
    assert client.post(path, {"issue": issue, "version": version}).status_code == 302
    assert as_all(Appointment)[0].status == issue
    assert now().state == state
    assert [event["STATUS"] for _to, _subject, event, _kind in events()][1:] == (
        ["CANCELLED"] if issue == "excuse" else []
    )  # excused before the day: out of the calendar
    assert client.post(path, {"issue": issue, "version": version}).status_code == 302  # twice: nothing more
    assert client.post(path, {"issue": "autre", "version": version}, follow=True).status_code == 200
    act_as(home.bo)


def test_a_cancelled_appointment_asks_for_another(home):
    referral = make_referral(home.person, home.relay, home.network, home.bo, state=State.ACCEPTEE)
    client = signed_in(home.bo)
    client.post(page(home, "rendez-vous"), appointment(home))
    client.post(page(home, "rendez-vous"), appointment(home, hour="16:00"))
    row, other = as_all(Appointment)

    def cancelled(one):
        client.post(page(home, "rendez-vous", one.pk, "issue"), {"issue": "annule", "version": 1})
        with for_purpose(Purpose.FOLLOW_UP):
            return Referral.objects.get(pk=referral.pk)

    found = cancelled(row)
    assert (found.next_action, found.next_action_at) == (NextAction.NOTER_ISSUE, other.ends_at)
    found = cancelled(other)
    assert (found.state, found.next_action, found.in_charge_id) == (
        State.ACCEPTEE,
        NextAction.FIXER_RDV,
        home.bo.pk,
    )
