"""The pages of the services: the list, one service in French words, what is gone, what is new."""

import html
import json
import re
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from maillage.core.hours import Opening
from maillage.core.hours_in_words import day_in_words
from maillage.offers.models import Service
from maillage.offers.templatetags.days import when
from maillage.offers.tests.factories import LILLE, NANTES, make_permanence, make_service, make_structure
from maillage.territories.actions import refresh_search_names
from maillage.territories.tests.factories import make_qpv, square

pytestmark = pytest.mark.django_db


def names(response):
    return re.findall(r'<h3><a href="/services/[^"]+">([^<]+)</a>', response.content.decode())


def test_the_list_shows_public_services_by_name(client, django_assert_num_queries):
    for fields in (
        {"nom": "Banque de temps"},
        {"nom": "Atelier budget"},
        {"nom": "Brouillon", "status": "draft"},
    ):
        make_service(**fields)
    make_service(nom="Disparu", gone_on=date(2026, 11, 1))
    make_service(nom="Fermé", structure=make_structure(closed_on=date(2026, 3, 1)))
    client.get("/services/")  # what the site keeps in memory is read once

    with django_assert_num_queries(7):
        assert names(client.get("/services/")) == ["Atelier budget", "Banque de temps"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=budget", ["Atelier budget"]),
        ("q=budg", ["Atelier budget"]),
        ("q=les+ateliers", ["Atelier budget"]),
        ("q=zzz", []),
        ("q=%27%3B--%3A%26%7C", []),
        ("commune=95268", ["Atelier budget", "Permis social"]),
        ("departement=59", ["Garde d’enfant"]),
        ("epci=200055655", ["Permis social"]),
        ("region=32", ["Garde d’enfant"]),
        ("structure=la-ruche", ["Garde d’enfant"]),
    ],
)
def test_the_list_is_searched_by_words_and_territory(client, query, found):
    make_service(nom="Atelier budget")
    make_service(
        nom="Garde d’enfant", commune_id=LILLE, structure=make_structure(name="La Ruche", slug="la-ruche")
    )
    # far away, but it serves that commune's EPCI by name
    make_service(nom="Permis social", commune_id=NANTES, zone_eligibilite=["200055655", "95268"])
    if query.startswith("epci"):
        Service.objects.filter(nom="Atelier budget").update(commune=NANTES)

    assert names(client.get(f"/services/?{query}")) == found


def test_a_place_typed_without_javascript_becomes_its_code(client):
    assert (
        client.get("/services/?q=permis&lieu=Garges-lès-Gonesse").url == "/services/?q=permis&commune=95268"
    )
    assert client.get("/services/?commune=95268&lieu=").url == "/services/"
    assert client.get("/services/?structure=ruche&commune=95268&lieu=").url == "/services/?structure=ruche"
    unknown = client.get("/services/?lieu=Xyzzyqwv")
    assert unknown.status_code == 422
    assert "d’un quartier prioritaire, d’une intercommunalité ou d’un département" in unknown.text


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Quartier du Test", "qpv=QN09501T"),
        ("Val-d’Oise", "departement=95"),
        ("loire atlantique", "departement=44"),
        ("95", "departement=95"),
        ("Île-de-France", "region=11"),
        ("Nantes Métropole", "epci=244400404"),
        ("Paris", "commune=75056"),
        ("44000", "commune=44109"),
    ],
)
def test_a_place_is_a_qpv_an_epci_a_commune_or_a_departement(client, typed, address):
    make_neighbourhood()

    found = client.get("/services/", {"lieu": typed})

    assert found.url == f"/services/?{address}"
    assert client.get(found.url).status_code == 200
    # the form sent again without JavaScript keeps its place
    kind, _equal, code = address.partition("=")
    again = client.get(found.url)
    shown = re.search(r'name="lieu" value="([^"]*)"', again.text)[1]
    assert client.get("/services/", {"lieu": html.unescape(shown), kind: code}).status_code == 200


def make_neighbourhood():
    make_qpv(code="QN09501T", nom="Quartier du Test", commune_id="95268", contour=square(2.41, 48.97, 0.01))
    refresh_search_names("qpv")


def test_a_neighbourhood_has_what_is_in_it_and_what_serves_it(client):
    make_neighbourhood()
    make_service(nom="Dedans", lon=2.41, lat=48.97)
    make_service(nom="Sa ville", commune_id=NANTES, zone_eligibilite=["95268"])
    make_service(nom="Pour lui", commune_id=NANTES, qpv_codes=["QN09501T"])
    make_service(nom="Pour un autre", commune_id=NANTES, zone_eligibilite=["95268"], qpv_codes=["QN09502T"])
    make_service(nom="Dehors", lon=2.45, lat=48.97)

    assert names(client.get("/services/?qpv=QN09501T")) == ["Dedans", "Pour lui", "Sa ville"]
    assert client.get("/api/v1/services?qpv=QN09501T").json()["total"] == 3


@pytest.mark.parametrize(
    "query",
    [
        "commune=00000",
        "qpv=QN99999X",
        "territoire=nulle-part",
        "commune=95268&epci=200055655",
        "departement=zz",
    ],
)
def test_a_territory_that_means_nothing_is_refused_in_french(client, query):
    response = client.get(f"/services/?{query}")

    assert response.status_code == 422
    assert "territoire" in response.content.decode()


def test_a_service_says_when_for_whom_and_why(client):
    today = timezone.localdate()
    row = make_service(
        nom="Atelier budget", telephone="+33199001122", horaires_accueil="Mo-Fr 09:00-12:00; PH off", frais="gratuit",
        publics=["femmes"], languages=["fr", "ar"], delay_days=7, zone_eligibilite=["95"], confirmed_on=today,
        adresse="1 rue des Lilas", code_postal="95140", description="On **compte** ensemble.",
    )  # fmt: skip
    place = make_permanence(row, hours="Mo-Su 14:00-17:00")
    place.exceptions.create(day=today + timedelta(days=1), hours="")

    page = client.get(f"/services/{row.slug}/").content.decode()

    for words in (
        'href="tel:+33199001122"', "01 99 00 11 22", "du lundi au vendredi", "9\u00a0h à 12\u00a0h", "C’est gratuit", "Femmes",
        "On y parle aussi : arabe", "Premier rendez-vous en 7 jours", "Pour qui habite : Val-d", "confirmé le",
        "Fermé exceptionnellement", "Prochaines dates", "1 rue des Lilas", "<strong>compte</strong>", "Signaler une erreur",
    ):  # fmt: skip
        assert words in page, words
    data = json.loads(re.search(r'ld\+json">(.+?)</script>', page)[1])
    assert (data["@type"], data["name"], data["isAccessibleForFree"]) == ("Service", "Atelier budget", True)
    assert data["availableChannel"]["serviceLocation"]["address"]["postalCode"] == "95140"


def test_a_permanence_skips_the_days_that_are_shut(client):
    row = make_service()
    now = timezone.localtime()
    place = make_permanence(row, hours="Mo-Su 14:00-17:00; PH 14:00-17:00")
    tomorrow = now.date() + timedelta(days=1)
    place.exceptions.create(day=tomorrow, hours="", note="inventaire")
    place.exceptions.create(day=tomorrow + timedelta(days=1), hours="08:00-09:00")

    page = client.get(f"/services/{row.slug}/").content.decode()

    days = re.findall(r'<time datetime="(\d{4}-\d\d-\d\d)T(\d\d)', page)
    assert (tomorrow.isoformat(), "14") not in days
    assert ((tomorrow + timedelta(days=1)).isoformat(), "08") in days


def test_the_dates_of_a_permanence_are_said_in_french():
    at = datetime(2026, 12, 1, 14, 30, tzinfo=timezone.get_default_timezone())

    assert (
        when(Opening(at, at + timedelta(hours=2)))
        == "mardi 1er décembre, 14\u00a0h\u00a030 à 16\u00a0h\u00a030"
    )
    assert day_in_words(date(2026, 12, 24)) == "jeudi 24 décembre"


def test_an_old_service_says_that_it_is_to_be_confirmed(client):
    row = make_service(confirmed_on=timezone.localdate() - timedelta(days=300))

    assert "à confirmer" in client.get(f"/services/{row.slug}/").content.decode()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 200),
        ({"status": "draft"}, 404),
        ({"status": "withdrawn"}, 410),
        ({"gone_on": date(2026, 11, 1)}, 410),
    ],
)
def test_only_public_services_are_shown(client, fields, status):
    row = make_service(**fields)

    assert client.get(f"/services/{row.slug}/").status_code == status
    assert client.get("/services/nulle-part/").status_code == 404


def test_a_deleted_service_is_gone(client):
    row = make_service()
    Service.objects.filter(pk=row.pk).update(nom="Vu ici")
    row.delete()

    assert client.get(f"/services/{row.slug}/").status_code == 410


def test_hostile_text_is_shown_as_text(client):
    text = "</script><script>alert(1)</script>"
    row = make_service(
        nom=text, description=text, adresse=text, conditions_acces=text, contact_nom_prenom=text, lien_mobilisation="javascript:alert(1)"
    )  # fmt: skip

    page = client.get(f"/services/{row.slug}/").content.decode()

    assert "<script>alert" not in page
    assert 'href="javascript:' not in page


def test_the_page_asks_few_queries_whatever_its_permanences(client, django_assert_num_queries):
    row = make_service(zone_eligibilite=["95"])
    make_permanence(row)
    client.get(f"/services/{row.slug}/")
    with django_assert_num_queries(12):
        client.get(f"/services/{row.slug}/")
    for _n in range(3):
        make_permanence(row).exceptions.create(day=date(2026, 12, 24), hours="")
    with django_assert_num_queries(12):
        client.get(f"/services/{row.slug}/")


def test_the_feed_tells_what_is_new_in_a_territory(client):
    make_service(nom="Ancien")
    make_service(nom="Nouveau")
    make_service(nom="Ailleurs", commune_id=LILLE)

    response = client.get("/services/nouveautes.atom?commune=95268")
    feed = response.content.decode()

    assert re.findall(r"<title>(.+?)</title>", feed) == [
        "Nouveaux services : Garges-lès-Gonesse", "Nouveau (Garges-lès-Gonesse)", "Ancien (Garges-lès-Gonesse)",
    ]  # fmt: skip
    again = client.get("/services/nouveautes.atom?commune=95268", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    assert client.get("/services/nouveautes.atom?commune=zz").status_code == 422
