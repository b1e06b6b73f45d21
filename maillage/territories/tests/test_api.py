"""The territories' routes, as a script sees them."""

import pytest

from maillage.territories.queries import locate
from maillage.territories.tests.factories import make_qpv

pytestmark = pytest.mark.django_db
LOCATE = "/api/v1/territories/locate"


def test_locate_answers_as_the_command_does(client):
    make_qpv()

    answer = client.get(LOCATE, {"lon": "-1.5536", "lat": "47.2184"})

    assert answer.status_code == 200
    assert answer.json() == locate(-1.5536, 47.2184).as_json()


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"lon": "48.85", "lat": "102.35"}, "essayez 102.35 et 48.85"),
        ({"lon": "abc", "lat": "1"}, "deux nombres"),
        ({"lon": "47.2184", "lat": "-1.5536"}, "inversées"),
        ({"lon": "1"}, "lat"),
    ],
)
def test_locate_refuses_with_a_problem_that_says_what_to_change(client, query, says):
    answer = client.get(LOCATE, query)

    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/problem+json")
    assert says in answer.json()["detail"]


def test_search_gives_the_places_that_a_text_may_mean(client):
    answer = client.get("/api/v1/territories/search", {"q": "goussainville 28"})

    assert [(p["kind"], p["code"], p["context"]) for p in answer.json()] == [
        ("commune", "28185", "Eure-et-Loir (28)"),
        ("commune", "95280", "Val-d'Oise (95)"),
    ]
    assert set(answer.json()[0]) == {"kind", "code", "nom", "context", "lon", "lat"}


def test_search_without_text_finds_nothing_and_keeps_to_its_limit(client):
    assert client.get("/api/v1/territories/search").json() == []
    assert len(client.get("/api/v1/territories/search", {"q": "saint", "limit": "3"}).json()) == 3
    assert client.get("/api/v1/territories/search", {"q": "saint", "limit": "1000"}).status_code == 422
