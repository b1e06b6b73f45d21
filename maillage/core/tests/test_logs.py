"""What the instance says about itself: logs without personal data, health, figures."""

import json
import logging
from ipaddress import ip_network

import pytest
import structlog
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from maillage.core.acting import acting_as
from maillage.core.models import RateLimit


@login_not_required
def fine(request: HttpRequest, name: str = "") -> HttpResponse:
    return HttpResponse("ok")


@login_not_required
def fails(request: HttpRequest) -> HttpResponse:
    raise ValueError(f"no such person: {request.GET.get('q')} {request.POST.get('email')}")


@login_not_required
def collides(request: HttpRequest) -> HttpResponse:
    for _ in range(2):
        RateLimit.objects.create(key=request.POST["email"], window_ends_at="2100-01-01T00:00Z", count=1)
    return HttpResponse("never")


urlpatterns = [
    path("fiche/<str:name>/", fine, name="fiche"),
    path("panne/", fails, name="panne"),
    path("doublon/", collides, name="doublon"),
    path("", include("maillage.core.urls")),
]


@pytest.fixture
def lines(capfd):
    """Everything the root logger writes, as it would leave the process."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    capfd.readouterr()
    yield lambda: "".join(capfd.readouterr())
    root.setLevel(before)


@pytest.fixture
def visitor(settings, bare_database):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/fiche/ada@example.org/?q=ada@example.org"),
        ("get", "/panne/?q=ada@example.org"),
        ("post", "/panne/?q=ada@example.org"),
        ("post", "/doublon/"),
        ("get", "/inconnu/ada@example.org/"),
    ],
)
def test_an_address_in_a_request_leaves_no_trace_in_the_logs(visitor, lines, method, address):
    getattr(visitor, method)(address, {"email": "ada@example.org"}, REMOTE_ADDR="203.0.113.9")

    written = lines()
    assert '"event": "request"' in written
    assert "ada" not in written
    assert "203.0.113" not in written


def test_a_line_says_which_route_how_long_and_which_request(visitor, lines):
    response = visitor.get("/fiche/x/", headers={"X-Request-ID": "0123456789abcdef"})

    [line] = [json.loads(text) for text in lines().splitlines() if '"event": "request"' in text]
    assert {name: line[name] for name in ("event", "level", "route", "method", "status", "request")} == {
        "event": "request",
        "level": "info",
        "route": "fiche",
        "method": "GET",
        "status": 200,
        "request": "0123456789abcdef",
    }
    assert response["X-Request-ID"] == "0123456789abcdef"
    assert visitor.get("/fiche/x/", headers={"X-Request-ID": "<script>"})["X-Request-ID"] != "<script>"


def test_what_a_stranger_sends_is_no_error_of_ours(visitor, settings, lines):
    settings.ALLOWED_HOSTS = ["testserver"]

    assert visitor.get("/fiche/x/", headers={"host": "evil.example"}).status_code == 400

    assert '"level": "error"' not in lines()


def test_an_error_says_what_and_where_never_its_words(lines):
    try:
        raise IntegrityError("Key (email)=(ada@example.org) already exists")
    except IntegrityError:
        structlog.get_logger().exception("it.failed", user=3)
        logging.getLogger("some.library").exception("cannot write %s", "ada@example.org")

    written = lines()
    assert "ada" not in written
    assert '"error": "IntegrityError"' in written
    assert "test_logs.py" in written
    assert "cannot write %s" in written


def test_readiness_says_what_is_missing(visitor):
    assert visitor.get("/healthz").status_code == 200
    state = visitor.get("/readyz")
    assert (state.status_code, state.json()) == (200, {"database": True, "migrations": True, "worker": False})
    with acting_as(None), connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    assert visitor.get("/readyz").json()["worker"] is True


def test_figures_add_up_and_carry_no_path(visitor):
    for _ in range(3):
        visitor.get("/fiche/ada@example.org/")

    text = visitor.get("/metrics").text

    [count] = [
        line
        for line in text.splitlines()
        if line.startswith('maillage_requests_total{method="GET",route="fiche",status="200"}')
    ]
    assert float(count.rsplit(" ", 1)[1]) >= 3
    assert "ada@" not in text
    assert "maillage_mails" in text


@pytest.mark.parametrize(
    ("remote", "headers", "token", "status"),
    [
        ("127.0.0.1", {}, "", 200),
        ("10.1.2.3", {}, "", 200),
        ("203.0.114.9", {}, "", 404),
        ("203.0.114.9", {"Authorization": "Bearer s3cret"}, "s3cret", 200),
        ("203.0.114.9", {"Authorization": "Bearer wrong"}, "s3cret", 404),
        ("203.0.114.9", {"Authorization": "Bearer "}, "", 404),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.114.9"}, "", 404),  # a proxy that nobody declared
    ],
)
def test_figures_are_for_this_network_or_who_holds_the_token(
    visitor, settings, remote, headers, token, status
):
    settings.METRICS_TOKEN, settings.TRUSTED_PROXIES = token, []
    assert visitor.get("/metrics", REMOTE_ADDR=remote, headers=headers).status_code == status


def test_behind_a_declared_proxy_the_visitor_counts(visitor, settings):
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.0/8")]
    outside, inside = {"X-Forwarded-For": "203.0.114.9"}, {"X-Forwarded-For": "10.0.0.4"}
    assert visitor.get("/metrics", headers=outside).status_code == 404
    assert visitor.get("/metrics", headers=inside).status_code == 200
