"""Links are visited for real (a server on loopback), never on our own network, and each failure is told once."""

import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from maillage.core import links
from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.core.models import OutgoingMail
from maillage.core.tests.servers import NOTICE_S
from maillage.initiatives.actions.links import check_links, note_visit
from maillage.initiatives.models import LinkCheck
from maillage.initiatives.queries.links import due_links
from maillage.initiatives.tests.factories import make_initiative
from maillage.initiatives.tests.people import everyone


class Pages(BaseHTTPRequestHandler):
    """Each path answers what its name says; what was asked is kept in `seen`."""

    seen: list[tuple[str, str]] = []

    def do_HEAD(self):
        self.seen.append((self.command, self.path))
        status = {
            "/fine": 200,
            "/gone": 404,
            "/broken": 500,
            "/robots-out": 403,
            "/moved": 301,
            "/round": 302,
        }.get(self.path, 200)
        if self.path == "/no-head":
            status = 501 if self.command == "HEAD" else 200
        if self.path == "/inside":
            status = 302
        self.send_response(status)
        where = {"/moved": "/fine", "/round": "/round", "/inside": "http://10.0.0.1/admin"}.get(self.path)
        if where:
            self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, *args):
        pass


@pytest.fixture
def server(settings):
    settings.LINKS_MAY_BE_LOCAL = True
    Pages.seen = []
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=httpd.serve_forever, args=[NOTICE_S])
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.mark.parametrize(
    ("path", "status", "dead"),
    [
        ("/fine", 200, False),
        ("/gone", 404, True),
        ("/broken", 500, True),
        ("/robots-out", 403, False),
        ("/moved", 200, False),
        ("/no-head", 200, False),
        ("/round", None, True),
    ],
)
def test_what_an_address_answers(server, path, status, dead):
    assert links.visit(server + path) == status
    assert links.is_dead(status) is dead


def test_a_redirect_to_a_private_address_is_not_followed(server):
    with pytest.raises(links.NotVisited):
        links.visit(f"{server}/inside")


def test_nothing_answers(settings):
    settings.LINKS_MAY_BE_LOCAL = True
    assert links.visit("http://127.0.0.1:9/") is None
    assert links.visit("http://nom-qui-n-existe-pas.invalid/") is None


def nowhere(count):
    return [f"http://nom-{n}-qui-n-existe-pas.invalid/" for n in range(count)]


def test_what_does_not_answer_is_said_once_another_server_did(server):
    urls = [*nowhere(3), f"{server}/gone", *nowhere(1)]

    said = list(links.visits(urls, pause_s=0))

    assert said == [(url, 404 if url.startswith(server) else None) for url in urls]


def test_when_none_of_several_servers_answers_nobody_is_accused(settings):
    settings.LINKS_MAY_BE_LOCAL = False
    private = "http://10.0.0.1/"

    assert list(links.visits([*nowhere(2), *nowhere(1)], pause_s=0)) == [
        (url, None) for url in [*nowhere(2), *nowhere(1)]
    ]
    assert list(links.visits([*nowhere(3), private], pause_s=0)) == [(private, None)]


def test_a_server_is_left_in_peace_and_a_run_ends(server):
    urls = [f"{server}/fine", f"{server}/moved", f"{server}/gone"]
    start = time.monotonic()

    assert len(list(links.visits(urls, pause_s=0.1))) == 3
    assert time.monotonic() - start >= 0.2
    assert list(links.visits(urls, pause_s=0, patience_s=-1)) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://10.1.2.3/", "http://192.168.1.1/", "http://172.16.0.1/", "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/", "http://[fd00::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "http://2130706433/", "http://100.64.0.1/", "http://224.0.0.1/",
        "ftp://example.org/", "file:///etc/passwd", "http://user:secret@example.org/",
    ],
)  # fmt: skip
def test_addresses_that_are_never_visited(url):
    with pytest.raises(links.NotVisited):
        links.visit(url)


def test_a_run_visits_what_is_due_and_tells_each_failure_once(server, bare_database, settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    with acting_as(None):
        make_initiative(
            title="Le bus",
            contact_email="bus@exemple.fr",
            links=[{"url": f"{server}/gone", "label": "Site"}, {"url": f"{server}/fine", "label": ""}],
            source_url=f"{server}/broken",
        )
        make_initiative(status="archived", source_url=f"{server}/moved")
    now = timezone.now()

    assert check_links(now=lambda: now, pause_s=0) == {"visited": 3, "dead": 2, "told": 1}
    assert check_links(now=lambda: now, pause_s=0) == {"visited": 0, "dead": 0, "told": 0}
    later = now + timedelta(hours=6)
    assert check_links(now=lambda: later, pause_s=0) == {"visited": 1, "dead": 1, "told": 1}
    for days in (1, 2, 8):
        again = now + timedelta(days=days)
        assert check_links(now=lambda day=again: day, pause_s=0)["told"] == 0
    with acting_as(None, purpose=Purpose.MAIL):
        mails = list(OutgoingMail.objects.order_by("pk"))
    assert [mail.to for mail in mails] == ["bus@exemple.fr"] * 2
    assert "/gone" in mails[0].text
    assert "/broken" in mails[1].text
    assert "exemple.fr" not in mails[0].subject


def test_a_run_that_lasts_too_long_stops_and_keeps_what_it_learnt(server, bare_database):
    with acting_as(None):
        make_initiative(links=[{"url": f"{server}/fine?{n}", "label": ""} for n in range(3)])
    now = timezone.now()
    assert check_links(now=lambda: now, pause_s=0, patience_s=-1)["visited"] == 0
    assert check_links(now=lambda: now, pause_s=0)["visited"] == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    "dies_after", [timedelta(minutes=1), timedelta(hours=7), timedelta(hours=14, minutes=59)]
)
def test_the_owner_is_told_within_a_day_whenever_the_link_dies(dies_after):
    url = "https://exemple.org/page"
    make_initiative(contact_email="bus@exemple.fr", source_url=url)
    start = timezone.now()
    told = []
    for hour in range(48):  # the job of each hour
        at = start + timedelta(hours=hour)
        for due in due_links(at, limit=10):
            with for_purpose(Purpose.FRESHNESS):
                if note_visit(url=due, status=None if at > start + dies_after else 200, at=at):
                    told.append(at - start - dies_after)

    assert len(told) == 1
    assert told[0] <= timedelta(hours=24)


@pytest.mark.django_db
def test_a_link_that_comes_back_and_dies_again_is_told_again(settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    url = "https://exemple.org/page"
    make_initiative(contact_email="bus@exemple.fr", source_url=url)
    start = timezone.now()
    with for_purpose(Purpose.FRESHNESS):
        told = [
            note_visit(url=url, status=status, at=start + timedelta(hours=hours))
            for hours, status in [
                (0, 404),
                (6, 404),
                (12, 200),
                (24, None),
                (26, None),
                (30, None),
                (36, None),
            ]
        ]
    assert told == [1, 0, 0, 0, 0, 1, 0]
    assert len(everyone(OutgoingMail)) == 2
    assert LinkCheck.objects.get().failing_since == start + timedelta(hours=24)


@pytest.mark.django_db
def test_a_run_is_limited_and_goes_on_where_it_stopped():
    make_initiative(links=[{"url": f"https://exemple.org/{n}", "label": ""} for n in range(5)])
    now = timezone.now()
    first = due_links(now, limit=3)
    for url in first:
        note_visit(url=url, status=200, at=now)
    assert len(first) == 3
    assert set(due_links(now, limit=10)).isdisjoint(first)
    assert len(due_links(now + timedelta(days=7), limit=10)) == 5
