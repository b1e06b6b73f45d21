"""The demo's offers: made up, marked, complete enough to try the finder, and loaded once."""

import re
from datetime import UTC, date, datetime

import pytest

from maillage.core.hours import checked_hours
from maillage.offers import demo
from maillage.offers.models import Brake, Financing, Kind, Permanence, Phase, SearchRow, Service, Term
from maillage.organisations.models import Organisation

AT = datetime(2026, 11, 25, 8, tzinfo=UTC)
CITIES = {"garges-sarcelles", "nantes", "marseille", "lille", "rennes"}
# the ranges that Arcep keeps for works of fiction
FICTION = re.compile(r"(01 99 00|02 61 91|03 53 01|04 65 71|05 36 49|06 39 98) \d\d \d\d")


def services(city: str) -> list[dict]:
    return [service for structure in demo.files()[city] for service in structure["services"]]


@pytest.fixture(scope="module")
def loaded_once(for_the_module):
    return demo.load_offers(at=AT)


@pytest.fixture
def loaded(loaded_once, db):
    return loaded_once


def test_every_telephone_number_is_kept_for_fiction_and_given_once():
    numbers = [s["telephone"] for city in demo.files() for s in services(city) if "telephone" in s]

    assert all(FICTION.fullmatch(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_every_hour_can_be_read():
    for city in demo.files():
        for service in services(city):
            given = [
                service.get("horaires_accueil", ""),
                *(p["hours"] for p in service.get("permanences", [])),
            ]
            assert [checked_hours(text) for text in given] == given, service["nom"]


def test_all_that_is_loaded_is_published_and_marked(loaded):
    assert loaded.rejections == []
    assert loaded.created == loaded.read > 150
    mine = Service.objects.filter(origin=demo.ORIGIN)
    assert not mine.exclude(is_example=True, status="published", structure__is_example=True).exists()
    assert not Organisation.objects.filter(slug__startswith="exemple-").exclude(is_example=True).exists()
    # pages say it with a badge: a name that says it too would say it twice
    assert not Organisation.objects.filter(is_example=True, name__contains="(exemple)").exists()
    assert not mine.exclude(courriel__endswith="@example.org").exists()
    assert not Financing.objects.exclude(is_example=True, status="published").exists()
    assert SearchRow.objects.filter(is_example=True).count() == mine.count()
    assert not Permanence.objects.exclude(service__is_example=True).exists()
    assert not Permanence.objects.filter(place__contains="(exemple)").exists()


@pytest.mark.parametrize("city", sorted(CITIES))
def test_a_city_has_every_kind_of_help_and_a_helper_for_every_brake(city):
    themes = {theme for service in services(city) for theme in service["thematiques"]}
    starts = {
        "mobilite--", "famille--garde-denfants", "logement-hebergement--", "sante--", "lecture-ecriture-calcul--",
        "numerique--", "difficultes-administratives-ou-juridiques--", "difficultes-financieres--",
    }  # fmt: skip

    assert {service.get("kind") for service in services(city)} == {None, *Kind.values}
    assert {phase for service in services(city) for phase in service.get("phases", [])} == set(Phase.values)
    assert [start for start in starts if not any(theme.startswith(start) for theme in themes)] == []
    assert any(service.get("qpv_only") for service in services(city))
    assert any(service["mobilisable_par"] == ["professionnels"] for service in services(city))
    assert any(service.get("places_left") == 0 for service in services(city))


def test_a_structure_of_the_demo_says_what_it_is_and_where_it_works(loaded):
    adie = Organisation.objects.get(slug="exemple-adie-nantes")

    assert (adie.kinds, adie.zones, adie.nom_commune) == (
        ["accompagnement", "financeur"],
        ["departement:44"],
        "Nantes",
    )
    assert FICTION.fullmatch(adie.telephone)
    assert Financing.objects.get(slug="exemple-pret-dhonneur-nantais").structure.slug.startswith(
        "exemple-initiative"
    )
    assert Financing.objects.exclude(structure=None).count() == sum(
        "structure" in row for row in demo.financings()
    )


def test_every_brake_has_remote_or_near_help_that_the_finder_sees(loaded):
    numbers = dict(Term.objects.filter(vocabulary="brake").values_list("code", "number"))
    masks = SearchRow.objects.filter(is_example=True).values_list("brakes", flat=True)

    assert [b for b in Brake.values if not any(mask & (1 << numbers[b]) for mask in masks)] == []
    assert SearchRow.objects.filter(is_example=True, remote=True, on_site=False, zones=["france"]).exists()


def test_an_exception_falls_on_the_coming_day_of_its_name(loaded):
    days = {day for p in Permanence.objects.all() for day in p.exceptions.values_list("day", flat=True)}

    assert days == {date(2026, 12, 24), date(2026, 12, 26), date(2026, 12, 31)}
    assert demo.load.coming("01-02", date(2026, 11, 25)) == date(2027, 1, 2)


def test_loading_twice_creates_nothing_and_keeps_local_edits(loaded):
    Service.objects.filter(origin=demo.ORIGIN, nom="Écrivain public").update(description="Corrigé ici.")
    Financing.objects.filter(slug="exemple-microcredit-professionnel").update(amount_max=999)
    before = (Permanence.objects.count(), Organisation.objects.count())

    again = demo.load_offers(at=AT)

    assert (again.created, again.unchanged, again.rejected) == (0, loaded.read, 0)
    assert set(
        Service.objects.filter(origin=demo.ORIGIN, nom="Écrivain public").values_list(
            "description", flat=True
        )
    ) == {"Corrigé ici."}
    assert Financing.objects.get(slug="exemple-microcredit-professionnel").amount_max == 999
    assert (Permanence.objects.count(), Organisation.objects.count()) == before


def test_forgetting_removes_the_demo_only(loaded):
    busy = Organisation.objects.get(slug="exemple-adie-nantes")
    kept = Service.objects.create(
        slug="a-nous",
        nom="À nous",
        description="Un service d’ici.",
        date_maj=AT.date(),
        structure=busy,
        updated_at=AT,
    )

    assert demo.forget_offers() == loaded.created

    assert list(Service.objects.all()) == [kept]
    assert not Financing.objects.exists()
    assert list(Organisation.objects.filter(slug__startswith="exemple-")) == [busy]
