"""Links of services are visited for real, on a server of ours; the day's run is one transaction a link."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from maillage.core.acting import Purpose, acting_as
from maillage.core.models import OutgoingMail
from maillage.core.tests.servers import NOTICE_S
from maillage.offers.actions.links import check_links
from maillage.offers.models import Finding, LinkCheck
from maillage.offers.tests.factories import make_service, make_structure


class Pages(BaseHTTPRequestHandler):
    """Each path answers the status that it names; what was asked for is kept in `seen`."""

    seen: list[str] = []
    answers: dict[str, int] = {}

    def do_GET(self):
        self.seen.append(self.path)
        self.send_response(self.answers.get(self.path, 200))
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *args):
        pass


@pytest.fixture
def server(settings):
    settings.LINKS_MAY_BE_LOCAL = True
    Pages.seen, Pages.answers = [], {"/gone": 404, "/broken": 500}
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=httpd.serve_forever, args=[NOTICE_S])
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def nowhere(**fields):
    """A service without a place: these tests need no territory."""
    return make_service(commune_id=None, structure=make_structure(commune_id=None), **fields)


def found():
    with acting_as(None):
        return sorted(Finding.objects.values_list("service__nom", "kind"))


def test_a_run_visits_what_is_due_and_tells_each_dead_link_once(server, bare_database, settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    with acting_as(None):
        nowhere(nom="Gone", lien_mobilisation=f"{server}/gone", courriel="bus@exemple.fr")
        nowhere(nom="Broken", lien_source=f"{server}/broken", lien_mobilisation=f"{server}/fine")
        nowhere(nom="Private", lien_mobilisation="http://10.0.0.1/")
        nowhere(nom="Draft", status="draft", lien_mobilisation=f"{server}/draft")
        nowhere(nom="Left", gone_on=timezone.localdate(), lien_mobilisation=f"{server}/left")
    settings.LINKS_MAY_BE_LOCAL = True
    now = timezone.now()

    assert check_links(now=lambda: now, per_run=1, pause_s=0)["visited"] == 1
    first = check_links(now=lambda: now, pause_s=0)
    # a limit cuts a run, the next one goes on; nothing is visited twice the same day
    assert first["visited"] == 3
    assert check_links(now=lambda: now, pause_s=0) == {"visited": 0, "dead": 0}
    assert set(Pages.seen) == {"/gone", "/broken", "/fine"}
    # a plain « gone » is told at once, a failing server at the second look
    assert ("Gone", "dead-link") in found()
    assert ("Broken", "dead-link") not in found()
    later = now + timedelta(hours=7)
    check_links(now=lambda: later, pause_s=0)
    assert {("Broken", "dead-link"), ("Gone", "dead-link")} <= set(found())
    with acting_as(None, purpose=Purpose.MAIL):
        mails = [mail for mail in OutgoingMail.objects.order_by("pk") if "/gone" in mail.text]
    assert [mail.to for mail in mails] == ["bus@exemple.fr"]

    Pages.answers = {}
    healed = later + timedelta(hours=7)
    check_links(now=lambda: healed, pause_s=0)
    assert not {("Broken", "dead-link"), ("Gone", "dead-link")} & set(found())


def test_a_run_that_stops_keeps_what_it_learnt(server, bare_database):
    with acting_as(None):
        for n in range(3):
            nowhere(lien_mobilisation=f"{server}/page-{n}")
    clock = iter([timezone.now(), timezone.now()])  # the third time it is asked, it breaks

    with pytest.raises(StopIteration):
        check_links(now=lambda: next(clock), pause_s=0)

    with acting_as(None):
        assert LinkCheck.objects.filter(status=200).count() == 1
    assert check_links(now=timezone.now, pause_s=0)["visited"] == 2
