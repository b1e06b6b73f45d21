"""Text messages, against a real HTTP server on this machine; codes, as someone who guesses would try them."""

import json
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maillage.core import codes, sms
from maillage.core.acting import Purpose, Subject, acting_as, for_purpose
from maillage.core.models import OneTimeCode, OutgoingText
from maillage.core.ratelimit import TooMany

ADA = Subject("person", 12)


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.heard.append((self.headers["Authorization"], body))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def gateway(settings, bare_database):
    with HTTPServer(("127.0.0.1", 0), Gateway) as server:
        server.heard, server.answer = [], 202
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        settings.SMS_URL, settings.SMS_TOKEN = f"http://127.0.0.1:{server.server_port}/sms", "secret"
        yield server
        server.shutdown()


def waiting():
    with acting_as(None, purpose=Purpose.MAIL, read_only=True):
        return list(OutgoingText.objects.order_by("pk").values_list("to", "attempts"))


def be_due():
    with acting_as(None, purpose=Purpose.MAIL):
        OutgoingText.objects.update(due_at=timezone.now())


def test_a_message_leaves_with_its_transaction_and_is_forgotten_once_taken(gateway, caplog):
    now = timezone.now()
    with acting_as(None):
        sms.send_text("+33612345678", "Perdu", at=now)
        transaction.set_rollback(True)
    with acting_as(None):
        sms.send_text("+33612345678", "Votre code :\n 123456", at=now)
        assert OutgoingText.objects.count() == 0  # nobody reads the table back
        sms.send_text("+33612345679", "Trop vieux", at=now - timedelta(hours=1), lasts=timedelta(minutes=9))

    gateway.answer = 503
    assert (sms.deliver_due(), sms.deliver_due()) == (0, 0)  # the second time, it is not due again yet
    assert waiting() == [("+33612345678", 1), ("+33612345679", 0)]
    be_due()
    gateway.answer = 202
    assert sms.deliver_due() == 1

    assert waiting() == [("+33612345679", 0)]
    (first, again) = gateway.heard
    assert first == again  # the same id
    assert again[0] == "Bearer secret"
    assert (again[1]["to"], again[1]["text"]) == ("+33612345678", "Votre code : 123456")
    assert "612345678" not in caplog.text
    with acting_as(None, purpose=Purpose.MAIL):
        assert sms.forget_old_texts(now + timedelta(days=3)) == 1


def test_a_number_that_the_gateway_refuses_is_given_up_and_a_silent_gateway_tried_again(gateway, settings):
    with acting_as(None):
        sms.send_text("+33612345678", "Bonjour", at=timezone.now())
    gateway.answer = 401  # ours to mend
    assert sms.deliver_due() == 0
    be_due()
    url, settings.SMS_URL = settings.SMS_URL, "http://127.0.0.1:9/"
    assert sms.deliver_due() == 0
    assert waiting() == [("+33612345678", 2)]
    be_due()
    settings.SMS_URL, gateway.answer = url, 400
    assert sms.deliver_due() == 0
    assert waiting() == []


@pytest.mark.django_db
def test_without_a_gateway_no_message_is_offered_and_a_wrong_number_is_refused(settings, client):
    settings.SMS_URL, settings.DEMO = "", False
    assert not sms.is_offered()
    assert client.get("/demo/boite-d-envoi/").status_code == 404
    settings.DEMO = True
    assert sms.is_offered()
    sms.send_text("+33612345678", "Bonjour", at=timezone.now())
    assert "06 12 34 56 78" in client.get("/demo/boite-d-envoi/").text
    with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
        sms.send_text("0612345678", "Bonjour", at=timezone.now())


def ask(address="ada@exemple.invalid", *, client="10.0.0.1", at=None):
    return codes.ask_code("test", address, client=client, job="core.deliver_mails", at=at or timezone.now())


def send(key, *, known=True, at=None):
    """The code that left, None for none."""
    sent = {}
    codes.send_code(
        key, find=lambda _: ADA if known else None, deliver=sent.__setitem__, at=at or timezone.now()
    )
    return next(iter(sent.values()), None)


def check(key, code, *, at=None, client="10.0.0.1", kind="test"):
    return codes.check_code(key, kind, code, client=client, at=at or timezone.now())


@pytest.mark.django_db
def test_a_code_opens_once_to_the_browser_that_asked_and_its_address_is_forgotten():
    key, other = ask(), ask("bo@exemple.invalid")
    code, another = send(key), send(other)
    assert send(key) is None  # a job that runs twice sends once
    with for_purpose(Purpose.PROOF):
        row = OneTimeCode.objects.get(pk=key)
        assert (row.address, row.subject) == ("", "person:12")
        assert code not in row.code_hash
    assert OneTimeCode.objects.count() == 0  # row security
    if another != code:
        assert check(key, another) is None
    assert check(key, code, kind="other") is None
    assert check(UUID(int=1), code) is None
    assert check(key, f" {code[:3]} {code[3:]} ") == ADA
    assert check(key, code) is None


@pytest.mark.django_db
def test_a_code_is_worth_five_tries_and_ten_minutes():
    key = ask()
    code = send(key)
    wrong = "000000" if code != "000000" else "111111"
    assert [check(key, wrong) for _ in range(5)] == [None] * 5
    assert check(key, code) is None
    now = timezone.now()
    late = ask(at=now - timedelta(minutes=11))
    assert send(late, at=now - timedelta(minutes=10, seconds=30)) is not None
    with for_purpose(Purpose.PROOF):
        assert OneTimeCode.objects.get(pk=late).code_hash != ""
    in_time = ask(at=now - timedelta(minutes=9))
    assert check(in_time, send(in_time), at=now + timedelta(minutes=2)) is None
    assert codes.forget_old_codes(now) == 1
    assert send(ask(at=now - timedelta(minutes=11))) is None


@pytest.mark.django_db
def test_an_unknown_address_costs_and_says_the_same():
    known, unknown = ask(), ask("qui@exemple.invalid")
    code = send(known)
    assert send(unknown, known=False) is None
    with CaptureQueriesContext(connection) as first:
        assert check(known, "000000" if code != "000000" else "111111") is None
    with CaptureQueriesContext(connection) as second:
        assert check(unknown, "000000") is None
    assert len(first) == len(second)
    assert check(unknown, "") is None


@pytest.mark.django_db
def test_who_asks_or_guesses_too_often_waits_known_or_not():
    for _ in range(5):
        ask(client="10.0.0.2")
    with pytest.raises(TooMany):
        ask(client="10.0.0.3")
    for n in range(10):
        ask(f"n{n}@exemple.invalid", client="10.0.0.4")
    with pytest.raises(TooMany):
        ask("n11@exemple.invalid", client="10.0.0.4")
    key = uuid4()
    for _ in range(30):
        check(key, "123456", client="10.0.0.5")
    with pytest.raises(TooMany):
        check(key, "123456", client="10.0.0.5")
