"""The pages of the aids."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maillage.offers.tests.factories import make_financing, make_structure

pytestmark = pytest.mark.django_db
LIST = "/financements/"


def titles(page) -> list[str]:
    return [row.financing.nom for name in ("likely", "missing", "no") for row in page.context.get(name, [])]


def test_without_an_answer_every_published_aid_is_listed(client):
    make_financing(nom="Bourse")
    make_financing(nom="Avance", is_example=True, amount_min=500, amount_max=12000)
    make_financing(nom="Secret", status="draft")

    page = client.get(LIST)

    assert page.status_code == 200
    assert "Secret" not in page.text
    assert page.text.index("Avance") < page.text.index("Bourse")
    assert "de 500\u00a0€ à 12\u202f000\u00a0€" in page.text


@pytest.mark.parametrize("asked", [{}, {"age": "24"}], ids=str)
def test_the_list_reads_the_aids_and_their_structures_in_one_query(client, asked):
    for _n in range(3):
        make_financing(structure=make_structure())
    client.get(LIST, asked)  # verdicts then only ask whether an aid was written meanwhile
    with CaptureQueriesContext(connection) as seen:
        page = client.get(LIST, asked)

    assert page.text.count("Structure ") >= 3
    assert len([q for q in seen if "offers_" in q["sql"]]) == 1


def test_answers_sort_the_aids_and_say_why(client):
    make_financing(nom="Trop tard", ends_on="2020-01-01")
    make_financing(nom="Jeunes de Garges", age_max=30, zones=["95268"])
    make_financing(nom="Quartier", qpv="implanter")

    page = client.get(LIST, {"age": "24", "adresse": "Garges"})

    assert titles(page) == ["Jeunes de Garges", "Quartier", "Trop tard"]
    assert (
        "Vous y avez sans doute droit, parce qu’elle vaut là où vous êtes (Garges-lès-Gonesse)" in page.text
    )
    assert "Il manque : installer l’activité dans un quartier prioritaire." in page.text


def test_the_place_of_a_link_is_kept_and_a_typed_one_wins(client):
    make_financing(nom="Nantes", zones=["44109"])
    from_link = client.get(LIST, {"commune": "44109"})
    again = client.get(LIST, {"ici": "44109", "age": "30", "adresse": ""})
    typed = client.get(LIST, {"ici": "44109", "adresse": "Lille"})

    assert [page.context["here"].commune for page in (from_link, again, typed)] == ["44109", "44109", "59350"]
    assert 'name="ici" value="44109"' in from_link.text
    assert client.get(LIST, {"ici": "2.4,48.97"}).context["here"].commune == "95268"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"age": "douze"}, "Écrivez votre âge en chiffres"),
        ({"age": "5"}, "10"),
        ({"adresse": "Xyzzyqwv"}, "Nous ne connaissons pas « Xyzzyqwv »"),
        ({"lon": "-30", "lat": "40"}, "mer"),
        ({"lon": "x", "lat": "40"}, "nombres"),
        ({"commune": "99999"}, "99999"),
        ({"statut": "rentier"}, "rentier"),
        ({"ici": "n'importe,quoi"}, "nombres"),
        ({"adresse": "a\0b"}, "caractère"),
    ],
    ids=str,
)
def test_a_wrong_answer_is_explained_and_everything_stays_readable(client, asked, words):
    make_financing(nom="Bourse")

    page = client.get(LIST, asked)

    assert page.status_code == 422
    assert words in page.text
    assert "Bourse" in page.text


@pytest.mark.parametrize("text", ["'; DROP TABLE " + "x" * 150, "🍕", "مرسيليا", "%s{{x}}", "x" * 10_000])
def test_hostile_places_are_only_words(client, text):
    page = client.get(LIST, {"adresse": text})

    assert page.status_code in (200, 422)
    assert "{{x}}" not in page.text or text in page.text


def test_no_aid_at_all_leads_to_someone(client):
    assert "/trouver/" in client.get(LIST).text
    assert "/trouver/" in client.get(LIST, {"age": "24"}).text


def test_an_aid_says_what_it_asks(client):
    aid = make_financing(
        nom="Prime", age_min=18, age_max=30, zones=["95268", "44"], conditions="Passer devant un comité.",
        structure=make_structure(name="La Caisse"), source_url="https://example.org/regle", amount_max=1500,
    )  # fmt: skip

    page = client.get(reverse("financing:detail", args=[aid.slug]))

    for words in (
        "avoir de 18 à 30 ans",
        "Garges-lès-Gonesse, Loire-Atlantique",
        "Passer devant un comité.",
        "La Caisse",
        "https://example.org/regle",
        "jusqu’à 1\u202f500\u00a0€",
    ):
        assert words in page.text
    assert page.context["verdict"] is None


def test_an_aid_answers_whoever_comes_with_answers(client):
    aid = make_financing(nom="Prime", age_max=30)
    address = reverse("financing:detail", args=[aid.slug])

    assert "Pour vous ? Sans doute" in client.get(address, {"age": "24"}).text
    assert "Pour vous ? Non" in client.get(address, {"age": "40"}).text
    assert "Pour vous ? Peut-être" in client.get(address, {"statut": "salarie"}).text
    assert client.get(address, {"age": "x"}).status_code == 200  # the aid itself is still worth reading


def test_a_draft_is_nowhere(client):
    aid = make_financing(status="draft")

    assert client.get(reverse("financing:detail", args=[aid.slug])).status_code == 404
    assert client.get("/financements/rien/").status_code == 404
