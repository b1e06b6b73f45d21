"""« Mon parcours »: a code opens one's own file and nobody else's, for half an hour."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maillage.accounts.tests.people import signed_in
from maillage.journeys.tests.mine_pages import HOME, PAGES, digits, enter, mine_home, outbox, run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(settings):
    return mine_home(settings)


@pytest.mark.parametrize("reach", ["06 12 34 56 78", "+33612345678", "M@exemple.invalid"])
def test_a_code_on_the_phone_or_in_the_mailbox_opens_the_space(home, reach):
    client = enter(reach)
    page = client.get(HOME)
    for text in (
        "Bonjour Mariam", "Le Relais", "02 40 41 90 00", "3 rue du Tiers-Pot", "Réseau B", "C’est oui", "Un camion de cuisine",
        "Diagnostic", "A trouvé un local", "Mobilité",
    ):  # fmt: skip
        assert text in page.text
    for text in ("Zorah", "Secret de conseillère"):
        assert text not in page.text
    assert "no-store" in page["Cache-Control"]
    assert f"Appel {home.mariam.pk}" in client.get(f"{HOME}lectures/").text
    assert str(home.awa) in client.get(f"{HOME}lectures/").text
    assert f"Appel {home.zorah.pk}" not in client.get(f"{HOME}lectures/").text


def test_an_unknown_number_gets_the_same_page_and_no_code(home):
    known, unknown = Client(), Client()
    answers = [
        client.post(f"{HOME}code/", {"reach": reach}, follow=True).text
        for client, reach in ((known, "0612345678"), (unknown, "0698765432"))
    ]
    plain = [text.split("<form")[0] for text in answers]
    assert plain[0] == plain[1]
    run_jobs()
    assert [to for to, _text in outbox()] == ["+33612345678"]
    wrong = [
        client.post(f"{HOME}code/", {"code": "12"}).text.split("<form")[0] for client in (known, unknown)
    ]
    assert wrong[0] == wrong[1]
    with CaptureQueriesContext(connection) as first:
        known.post(f"{HOME}code/", {"reach": "0612345678"})
    with CaptureQueriesContext(connection) as second:
        unknown.post(f"{HOME}code/", {"reach": "0698765432"})
    assert len(first) == len(second)


def test_guessing_a_code_stops_at_five_and_asking_at_the_limit(home):
    client = Client()
    client.post(f"{HOME}code/", {"reach": "0612345678"})
    run_jobs()
    [(_to, text)] = outbox()
    code = digits(text)
    for n in range(5):
        guess = f"{(int(code) + 1 + n) % 10**6:06}"
        assert client.post(f"{HOME}code/", {"code": guess}).status_code == 422
    assert client.post(f"{HOME}code/", {"code": code}).status_code == 422
    assert client.get(HOME).text.count("Recevoir mon code") == 1
    stranger = Client()
    stranger.post(f"{HOME}code/", {"reach": "0612345678"})
    run_jobs()
    fresh = digits(outbox()[0][1])
    assert client.post(f"{HOME}code/", {"code": fresh}).status_code == 422  # another browser's code
    statuses = [Client().post(f"{HOME}code/", {"reach": "0612345678"}).status_code for _ in range(4)]
    assert statuses == [302, 302, 302, 429]
    assert client.post(f"{HOME}code/", {"reach": "12"}).status_code == 422


def test_without_a_gateway_codes_go_by_mail_alone(home, settings):
    settings.DEMO = False
    client = Client()
    assert "par SMS" not in client.get(HOME).text
    assert "par e-mail" in client.post(f"{HOME}code/", {"reach": "0612345678"}).text
    enter("m@exemple.invalid", client)


def test_the_session_is_a_new_one_and_ends_by_itself_or_by_leaving(home):
    client = Client()
    client.post(f"{HOME}code/", {"reach": "0612345678"})
    fixed = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    run_jobs()
    client.post(f"{HOME}code/", {"code": digits(outbox()[0][1])})
    key = client.cookies[django_settings.SESSION_COOKIE_NAME]
    assert key.value != fixed
    assert int(key["max-age"]) == 1800
    assert not Session.objects.filter(session_key=fixed).exists()
    thief = Client()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = fixed
    assert "Mariam" not in thief.get(HOME).text

    row = Session.objects.get(session_key=key.value)
    assert timedelta(minutes=29) < row.expire_date - timezone.now() <= timedelta(minutes=30)
    Session.objects.filter(pk=row.pk).update(expire_date=timezone.now() + timedelta(minutes=1))
    client.get(HOME)  # a page: the half hour starts again
    assert Session.objects.get(pk=row.pk).expire_date - timezone.now() > timedelta(minutes=29)
    Session.objects.filter(pk=row.pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert "Mariam" not in client.get(HOME).text
    assert client.get(f"{HOME}accords/").url == HOME

    again = enter()
    old = again.cookies[django_settings.SESSION_COOKIE_NAME].value
    assert "Vous avez quitté" in again.post(f"{HOME}quitter/", follow=True).text
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = old
    assert "Mariam" not in thief.get(HOME).text


def test_entering_ends_a_professional_s_session_and_no_two_identities_meet(home):
    client = signed_in(home.awa)
    assert "compte professionnel" in client.get(HOME).text
    enter(client=client)
    assert client.get("/espace/orientations/").status_code == 302
    assert "Bonjour Mariam" in client.get(HOME).text
    other = signed_in(home.bo)
    session = other.session
    session["subject"] = f"person:{home.zorah.pk}"
    session.save()
    assert "Zorah" not in other.get(HOME).text


@pytest.mark.parametrize("page", PAGES)
def test_no_page_opens_without_a_code(home, page, client):
    answer = client.get(HOME + page)
    assert answer.status_code == (302 if page else 200)
    assert "Mariam" not in answer.text
    session = client.session
    session["subject"] = f"referral:{home.sent.pk}"
    session.save()
    assert "Mariam" not in client.get(HOME + page).text
