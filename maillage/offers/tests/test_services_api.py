"""`/api/v1/structures` and `/api/v1/services`: data·inclusion's v1 shape, read to the end, told twice nothing twice."""

from datetime import date

import pytest
from data_inclusion.schema import v1

from maillage.offers.models import Service
from maillage.offers.tests.factories import LILLE, make_service, make_structure
from maillage.organisations.models import Organisation

pytestmark = pytest.mark.django_db
SERVICES, STRUCTURES = "/api/v1/services", "/api/v1/structures"


def test_every_record_is_valid_for_the_national_models(client):
    plain = make_service()
    full = make_service(
        lon=2.4, lat=48.97, type="atelier", thematiques=["mobilite--preparer-un-permis"], publics=["femmes"], frais="payant",
        frais_precisions="10 €", courriel="a@example.org", modes_accueil=["a-distance"], zone_eligibilite=["95", "france"],
        lien_mobilisation="https://example.org/", modes_mobilisation=["telephoner"], mobilisable_par=["usagers"],
        horaires_accueil="Mo-Fr 09:00-12:00", volume_horaire_hebdomadaire=2.5, nombre_semaines=3, code_postal="95140",
        structure=make_structure(name="AB", reseaux_porteurs=["adie"], description="oui", website="https://example.org/"),
    )  # fmt: skip

    services = client.get(SERVICES).json()["items"]
    structures = client.get(STRUCTURES).json()["items"]

    for record in services:
        v1.Service.model_validate(record)
    for record in structures:
        v1.Structure.model_validate(record)
    assert [record["id"] for record in services] == [f"maillage--{plain.pk}", f"maillage--{full.pk}"]
    assert {record["structure_id"] for record in services} == {record["id"] for record in structures}
    assert services[1] | {"nom": "", "description": ""} == services[1] | {
        "nom": "", "description": "", "longitude": 2.4, "code_insee": "95268", "zone_eligibilite": ["95", "france"],
    }  # fmt: skip


def test_records_keep_the_id_of_their_source(client):
    make_service(origin="x", source="dora", source_key="dora--1")

    record = client.get(SERVICES).json()["items"][0]

    assert (record["id"], record["source"]) == ("dora--1", "dora")
    assert client.get(f"{SERVICES}/dora--1").json() == record


def test_a_record_of_an_example_says_so_in_its_name(client):
    structure = make_structure(name="Une structure " + "longue " * 20, is_example=True)
    make_service(nom="Atelier", structure=structure, is_example=True)
    make_service(nom="Vrai service", structure=make_structure(name="Vraie structure"))

    services, structures = (
        client.get(f"/api/v1/{name}").json()["items"] for name in ("services", "structures")
    )

    assert [row["nom"] for row in services] == ["Atelier (exemple)", "Vrai service"]
    assert structures[0]["nom"].endswith(" (exemple)")
    assert len(structures[0]["nom"]) <= 150
    assert structures[1]["nom"] == "Vraie structure"
    v1.Structure.model_validate(structures[0])


def test_the_list_is_read_to_the_end_with_its_cursor(client):
    wanted = [f"maillage--{make_service().pk}" for _n in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(SERVICES, {"limit": 2, "cursor": cursor}).json()
        assert page["total"] == 5
        seen += [record["id"] for record in page["items"]]
        cursor = page["next_cursor"]

    assert seen == wanted


def test_a_change_comes_again_to_whoever_follows(client):
    first, _second = make_service(), make_service()
    since = Service.objects.latest("updated_at").updated_at.isoformat()
    Service.objects.filter(pk=first.pk).update(nom="Changé")

    found = client.get(SERVICES, {"updated_since": since}).json()["items"]

    assert "Changé" in [record["nom"] for record in found]


@pytest.mark.parametrize("address", [SERVICES, STRUCTURES])
def test_a_change_that_was_being_written_comes_to_who_asks_since_what_was_settled(client, address):
    row = make_service()
    settled = client.get(address).json()["settled_until"]
    # this test is one transaction that writes: what it changes now is what nobody else saw yet
    Service.objects.filter(pk=row.pk).update(nom="Changé")

    assert len(client.get(address, {"updated_since": settled}).json()["items"]) == 1
    assert settled < Service.objects.get().updated_at.isoformat()


@pytest.mark.parametrize("address", [SERVICES, STRUCTURES, f"{SERVICES}?commune=95268"])
def test_an_unchanged_answer_is_not_sent_twice(client, address):
    row = make_service()
    tag = client.get(address)["ETag"]

    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    Service.objects.filter(pk=row.pk).update(nom="Changé")
    Organisation.objects.update(name="Changée")
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("commune=95268", 1),
        ("departement=59", 1),
        ("region=11", 1),
        ("epci=200093201", 1),
        ("q=Atelier", 1),
        ("q=zzz", 0),
    ],
)
def test_both_lists_are_cut_by_territory(client, query, count):
    make_service(nom="Atelier", structure=make_structure(name="Atelier de Garges"))
    make_service(commune_id=LILLE, structure=make_structure(commune_id=LILLE))

    assert client.get(f"{SERVICES}?{query}").json()["total"] == count
    assert client.get(f"{STRUCTURES}?{query}").json()["total"] == count


@pytest.mark.parametrize(
    "fields", [{"status": "draft"}, {"status": "withdrawn"}, {"gone_on": date(2026, 11, 1)}]
)
def test_what_is_not_public_is_not_given(client, fields):
    row = make_service(**fields)

    assert client.get(SERVICES).json()["total"] == 0
    assert client.get(f"{SERVICES}/maillage--{row.pk}").status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{SERVICES}?commune=00000", 422),
        (f"{SERVICES}?commune=95268&epci=200093201", 422),
        (f"{SERVICES}?limit=1000", 422),
        (f"{SERVICES}?cursor=abc", 400),
        (f"{SERVICES}?updated_since=hier", 422),
        (f"{SERVICES}/maillage--999999999999999999999", 404),
        (f"{SERVICES}/%00", 404),
        (f"{STRUCTURES}/nulle--part", 404),
    ],
)
def test_what_means_nothing_is_a_problem_in_french(client, address, status):
    response = client.get(address)

    assert response.status_code == status
    assert response["Content-Type"].startswith("application/problem+json")
    assert response.json()["detail"]


@pytest.mark.parametrize("address", [SERVICES, STRUCTURES])
def test_a_page_costs_the_same_whatever_its_length(client, address, django_assert_num_queries):
    make_service()
    with django_assert_num_queries(8):
        client.get(address)
    for _n in range(3):
        make_service()
    with django_assert_num_queries(8):
        client.get(address)
