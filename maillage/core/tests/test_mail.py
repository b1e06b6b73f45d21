"""The outbox, against a real SMTP server on this machine."""

import logging
import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.db import connection
from django.utils import timezone

from maillage.core import mail
from maillage.core.acting import Purpose, acting_as
from maillage.core.models import OutgoingMail


class Sink:
    """Takes mails; refuses some recipients, for now or for good."""

    def __init__(self):
        self.mails, self.busy = [], False

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 no such mailbox"
        if self.busy:
            return "451 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def sink(settings, bare_database):
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the test server tells each lost connection
    handler = Sink()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.SMTP_URL = f"smtp://127.0.0.1:{port}"
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    yield handler
    controller.stop()


def rows(*fields):
    with acting_as(None, purpose=Purpose.MAIL, read_only=True):
        return list(OutgoingMail.objects.order_by("pk").values_list(*fields))


def be_due():
    with acting_as(None, purpose=Purpose.MAIL):
        OutgoingMail.objects.update(due_at=timezone.now())


def test_a_mail_leaves_once_with_its_headers_and_both_bodies(sink):
    with acting_as(None):
        message = EmailMultiAlternatives(
            "À confirmer",
            "Bonjour",
            to=["ada@example.org"],
            headers={
                "List-Unsubscribe": "<https://example.org/non>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
            reply_to=["equipe@example.org"],
        )
        message.attach_alternative("<p>Bonjour</p>", "text/html")
        message.send()

    assert mail.deliver_due() == 1
    assert mail.deliver_due() == 0

    [(recipients, received)] = sink.mails
    assert recipients == ["ada@example.org"]
    assert received["Subject"] == "À confirmer"
    assert received["List-Unsubscribe"] == "<https://example.org/non>"
    assert received["Reply-To"] == "equipe@example.org"
    assert received["Message-ID"].startswith("<mail-")
    assert received.get_body(("plain",)).get_content().strip() == "Bonjour"
    assert received.get_body(("html",)).get_content().strip() == "<p>Bonjour</p>"
    # what has left is kept no more: its links may still be good
    assert rows("to", "text", "html", "headers") == [("ada@example.org", "", "", {})]


def test_a_transaction_that_is_undone_sends_nothing(sink):
    def fail():
        with acting_as(None):
            send_mail("Sujet", "Texte", None, ["ada@example.org"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert rows("pk") == []
    assert mail.deliver_due() == 0


def test_a_busy_server_is_tried_again_later_with_the_same_message_id(sink):
    with acting_as(None):
        send_mail("Sujet", "Texte", None, ["ada@example.org", "bob@example.org"])
    sink.busy = True
    assert mail.deliver_due() == 0
    assert mail.deliver_due() == 0  # not due again yet

    sink.busy = False
    be_due()
    assert mail.deliver_due() == 2
    assert rows("attempts", "given_up_at") == [(2, None), (2, None)]


def test_what_is_refused_for_good_is_given_up_and_the_others_leave(sink):
    with acting_as(None):
        send_mail("Sujet", "Texte", None, ["nobody@example.org", "ada@example.org"])

    assert mail.deliver_due() == 1

    be_due()
    assert mail.deliver_due() == 0
    assert [(sent is not None, lost is not None) for sent, lost in rows("sent_at", "given_up_at")] == [
        (False, True),
        (True, False),
    ]


def test_a_server_that_is_down_costs_one_wait_and_no_mail_an_attempt(sink, settings, monkeypatch):
    there, settings.SMTP_URL = settings.SMTP_URL, "smtp://127.0.0.1:9"
    tried, tries = [], mail.EmailBackend.open
    monkeypatch.setattr(mail.EmailBackend, "open", lambda self: tried.append(self.port) or tries(self))
    with acting_as(None):
        send_mail("Sujet", "Texte", None, ["ada@example.org", "bob@example.org"])

    assert mail.deliver_due() == 0
    assert (tried, rows("attempts", "due_at")) == ([9], [(0, None), (0, None)])

    settings.SMTP_URL = there
    assert mail.deliver_due() == 2  # as soon as it is back
    tried.clear()
    assert (mail.deliver_due(), tried) == (0, [])  # nothing waits: nobody is disturbed


def test_a_worker_killed_half_way_does_not_lose_the_mail(sink):
    with acting_as(None):
        send_mail("Sujet", "Texte", None, ["ada@example.org"])
    claimed = mail._claim()  # then the power goes out
    assert claimed.attempts == 1
    assert mail.deliver_due() == 0

    be_due()
    assert mail.deliver_due() == 1
    assert len(sink.mails) == 1


def test_no_recipient_is_logged(sink, capfd, caplog):
    caplog.set_level(logging.DEBUG)
    with acting_as(None):
        send_mail("Sujet", "Texte", None, ["nobody@example.org", "ada@example.org"])
    mail.deliver_due()

    out, err = capfd.readouterr()
    # "mail.log" is the test server's own
    ours = "".join(record.getMessage() for record in caplog.records if record.name != "mail.log")
    assert "example.org" not in out + err + ours
    assert "mail.refused" in out + err + ours


def test_a_month_later_mails_are_forgotten(sink):
    with acting_as(None):
        send_mail("Sujet", "Texte", None, ["ada@example.org", "bob@example.org"])
    with acting_as(None, purpose=Purpose.MAIL):
        first = OutgoingMail.objects.order_by("pk").first()
        OutgoingMail.objects.filter(pk=first.pk).update(created_at=timezone.now() - mail.KEPT)
        assert mail.forget_old_mails() == 1
    assert rows("to") == [("bob@example.org",)]


def test_a_small_text_is_joined_and_anything_else_is_refused_aloud(bare_database, settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    message = EmailMessage("Sujet", "Texte", to=["ada@example.org"])
    message.attach("a.ics", "BEGIN:é", "text/calendar; method=REQUEST")
    with acting_as(None):
        message.send()
    with acting_as(None, purpose=Purpose.MAIL):
        (row,) = OutgoingMail.objects.all()
    _text, part = mail._message(row).message().get_payload()
    assert part["Content-Type"] == 'text/calendar; method="REQUEST"; charset="utf-8"'
    assert part["Content-Disposition"] == 'attachment; filename="a.ics"'
    assert part.get_payload(decode=True).decode() == "BEGIN:é"
    for text, kind in (("x" * 20_001, "text/plain"), (b"%PDF", "application/pdf")):
        other = EmailMessage("Sujet", "Texte", to=["ada@example.org"])
        other.attach("a", text, kind)
        with pytest.raises(ValueError, match="send a link"), acting_as(None):
            other.send()


@pytest.mark.django_db
def test_the_web_role_reads_no_mail_in_plain_sql(settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    send_mail("Sujet", "Texte", None, ["ada@example.org"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_outgoingmail")
        assert cursor.fetchone() == (0,)


def test_the_demo_shows_its_mails_with_links_and_says_that_they_are_examples(settings, bare_database, client):
    settings.EMAIL_BACKEND, settings.DEMO = "maillage.core.mail.OutboxBackend", True
    with acting_as(None):
        send_mail("Votre code", "Code : ABC-DEF https://example.org/x <script>", None, ["ada@example.org"])

    page = client.get("/demo/boite-d-envoi/").text

    assert '<a href="https://example.org/x" rel="nofollow">' in page
    assert "exemple" in page
    assert "<script>" not in page.replace('<script type="module"', "")
    settings.DEMO = False
    assert client.get("/demo/boite-d-envoi/").status_code == 404
