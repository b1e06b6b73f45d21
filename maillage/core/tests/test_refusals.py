"""A rule that says no in a view: a page or a problem with its status, and nothing half-written."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from maillage.core import ratelimit
from maillage.core.errors import Conflict
from maillage.core.models import RateLimit

FORM, TOKEN = "application/x-www-form-urlencoded", {"X-CSRFToken": "a" * 32}


def write(key):
    RateLimit.objects.create(key=key, window_ends_at="2100-01-01T00:00Z", count=1)


@login_not_required
def refuses(request: HttpRequest) -> HttpResponse:
    write("half-written")
    raise Conflict("Marie a modifié la fiche : relisez-la.")


@login_not_required
def fails(request: HttpRequest) -> HttpResponse:
    write("half-written")
    raise ZeroDivisionError


@login_not_required
def writes(request: HttpRequest) -> HttpResponse:
    write("written")
    return HttpResponse("ok")


@login_not_required
@ratelimit.limited(times=2, per_seconds=3600)
def rare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [
    path("refuse/", refuses),
    path("api/v1/refuse", refuses),
    path("panne/", fails),
    path("ecrit/", writes),
    path("rare/", rare),
    # the frame of a page links to the site
    path("", include("maillage.config.urls")),
]
handler400, handler403 = "maillage.ui.errors.bad_request", "maillage.ui.errors.forbidden"
handler404, handler500 = "maillage.ui.errors.not_found", "maillage.ui.errors.server_error"


@pytest.fixture
def visitor(settings, bare_database):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def written():
    return list(RateLimit.objects.values_list("key", flat=True))


def test_a_refusal_is_a_page_with_its_status_and_undoes_the_view(visitor):
    response = visitor.post("/refuse/")

    assert response.status_code == 409
    assert "Marie a modifié la fiche : relisez-la." in response.text
    assert "<h1>Modifié entre-temps</h1>" in response.text
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert written() == []


def test_a_refusal_under_api_is_a_problem(visitor):
    response = visitor.post("/api/v1/refuse")

    assert response["Content-Type"].startswith("application/problem+json")
    assert response.json() == {
        "type": "about:blank",
        "title": "Modifié entre-temps",
        "status": 409,
        "detail": "Marie a modifié la fiche : relisez-la.",
    }


def test_a_bug_leaves_nothing_behind(visitor):
    assert visitor.post("/panne/").status_code == 500
    assert written() == []


def test_a_get_that_writes_is_refused_by_postgresql(visitor):
    assert visitor.get("/ecrit/").status_code == 500
    assert written() == []
    assert visitor.post("/ecrit/").status_code == 200
    assert written() == ["written"]


@pytest.mark.parametrize(
    ("status", "method", "address", "sent"),
    [
        (400, "get", "/aide/", {"headers": {"host": "ailleurs.exemple"}}),
        (403, "post", "/initiatives/proposer/", {"data": {}}),
        (404, "get", "/nulle-part/", {}),
        (405, "delete", "/aide/", {"headers": TOKEN}),
        (409, "post", "/refuse/", {"headers": TOKEN}),
        (413, "post", "/aide/", {"data": "a=" + "x" * 3_000_000, "content_type": FORM}),
        (429, "get", "/rare/", {}),
        (500, "get", "/panne/", {}),
    ],
)
def test_each_refusal_is_a_designed_page_under_the_same_policy(
    visitor, settings, status, method, address, sent
):
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    for _ in range(2 if status == 429 else 0):
        client.get(address)

    response = getattr(client, method)(address, **sent)

    assert response.status_code == status
    assert response["Content-Type"].startswith("text/html")
    assert "<h1>" in response.text
    assert 'href="/"' in response.text
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response["X-Request-ID"]


def test_a_limited_view_answers_429_and_when_to_come_back(visitor):
    assert [visitor.get("/rare/").status_code for _ in range(3)] == [200, 200, 429]

    response = visitor.get("/rare/")
    assert 3590 <= int(response["Retry-After"]) <= 3600
    assert "Réessayez dans 60 minutes." in response.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'core_ratelimit'")
        assert cursor.fetchone()[0] in ("u", b"u")
