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


def test_a_limited_view_answers_429_and_when_to_come_back(visitor):
    assert [visitor.get("/rare/").status_code for _ in range(3)] == [200, 200, 429]

    response = visitor.get("/rare/")
    assert 3590 <= int(response["Retry-After"]) <= 3600
    assert "Réessayez dans 60 minutes." in response.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'core_ratelimit'")
        assert cursor.fetchone()[0] in ("u", b"u")
