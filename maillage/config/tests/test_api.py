import pytest
from django.test import Client
from django.urls import path
from ninja import NinjaAPI, Router, Schema

from maillage.config import api as ours
from maillage.core import ratelimit
from maillage.core.errors import Conflict
from maillage.core.models import RateLimit

router = Router()


@router.get("nombre", summary="Un nombre")
def number(request, n: int, share: float = 0.5):
    return {"n": n}


@router.post("refus")
def refuse(request):
    RateLimit.objects.create(key="half-written", window_ends_at="2100-01-01T00:00Z", count=1)
    raise Conflict("Relisez.")


@router.post("panne")
def fail(request):
    RateLimit.objects.create(key="half-written", window_ends_at="2100-01-01T00:00Z", count=1)
    raise ZeroDivisionError("ada@example.org")


class Text(Schema):
    a: str = ""


@router.post("texte")
def read(request, text: Text):
    return {}


@router.get("rare")
def rare(request):
    ratelimit.limit("rare", times=1, per_seconds=60)
    return {}


testing = NinjaAPI(urls_namespace="testing", docs_url=None)
testing._exception_handlers = ours.api._exception_handlers
testing.add_router("", router)
urlpatterns = [path("api/essai/", ours.open_to_all(testing.urls)), *ours.urls()]


@pytest.fixture
def caller(settings, bare_database):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("text", "status"), [("x" * 3_000_000, 413), ('{"a": ', 400), ("{}", 200)])
def test_a_body_that_is_too_heavy_or_no_json_is_a_problem(caller, text, status):
    response = caller.post("/api/essai/texte", text, content_type="application/json")

    assert response.status_code == status
    assert "default-src 'none'" in response["Content-Security-Policy"]
    if status != 200:
        assert response["Content-Type"].startswith("application/problem+json")
        assert response.json()["status"] == status


def test_a_wrong_parameter_is_explained_in_french(caller):
    response = caller.get("/api/essai/nombre?n=douze&share=inf,")

    assert response.status_code == 422
    assert response["Content-Type"].startswith("application/problem+json")
    assert response.json()["errors"] == [
        {"field": "n", "reason": "il faut un nombre entier"},
        {"field": "share", "reason": "il faut un nombre (point décimal)"},
    ]


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("post", "refus", 409),
        ("post", "panne", 500),
        ("get", "inconnu", 404),
        ("post", "nombre", 405),
        ("get", "nombre", 422),
    ],
)
def test_every_refusal_is_a_problem_and_writes_nothing(caller, method, address, status):
    response = getattr(caller, method)(f"/api/essai/{address}")

    assert response.status_code == status
    assert response["Content-Type"].startswith("application/problem+json")
    body = response.json()
    assert body["status"] == status
    assert body["title"]
    assert "ada@" not in response.text
    assert not RateLimit.objects.exists()


def test_a_limit_counts_on_get_too(caller):
    first, second = caller.get("/api/essai/rare"), caller.get("/api/essai/rare")
    assert (first.status_code, second.status_code) == (200, 429)
    assert int(second["Retry-After"]) <= 60


def test_the_description_and_its_page_are_ours(client, db):
    schema = client.get("/api/v1/openapi.json").json()
    page = client.get("/api/v1/docs")

    assert schema["openapi"].startswith("3.1")
    assert page.status_code == 200
    assert "Interface de programmation" in page.text
    assert "http://" not in page.text.replace("http://www.w3.org", "")
    for route in schema["paths"]:
        assert route in page.text
