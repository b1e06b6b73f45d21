"""What the database refuses, tried from plain SQL under the web role."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from maillage.offers.models import FinderRow, SearchRow, Service
from maillage.offers.queries.finder.candidates import PACKED
from maillage.offers.tests.factories import make_financing, make_permanence, make_service

pytestmark = pytest.mark.django_db


def refused(statement: str, *parameters: object) -> str:
    """The name of the constraint that stops `statement`, which must be stopped."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    cause = caught.value.__cause__
    assert isinstance(cause, psycopg.Error)
    return str(cause.diag.constraint_name)


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("nom", "ab", "service_nom_given"),
        ("description", "non", "service_description_given"),
        ("type", "miracle", "service_type_known"),
        ("kind", "miracle", "service_kind_known"),
        ("frais", "cher", "service_frais_known"),
        ("status", "secret", "service_status_known"),
        ("thematiques", ["creer-une-entreprise"], "service_thematiques_known"),
        ("publics", ["lutins"], "service_publics_known"),
        ("publics", ["tous-publics", "jeunes"], "service_tous_publics_alone"),
        ("modes_accueil", ["pigeon"], "service_modes_accueil_known"),
        ("modes_mobilisation", ["pigeon"], "service_mobilisation_known"),
        ("mobilisable_par", ["lutins"], "service_personnes_known"),
        ("phases", ["retraite"], "service_phases_known"),
        ("languages", ["klingon"], "service_languages_known"),
        ("accessibility", ["rien"], "service_accessibility_known"),
        ("zone_eligibilite", ["95268", "ailleurs"], "service_zone_codes"),
        ("zone_eligibilite", ["95268 "], "service_zone_codes"),
        ("code_postal", "9514", "service_code_postal"),
        ("score_qualite", 1.5, "service_score_share"),
        ("volume_horaire_hebdomadaire", 200, "service_hours_a_week"),
        ("nombre_semaines", 0, "service_weeks"),
        ("places_left", 5, "service_places_within_capacity"),
    ],
)
def test_a_service_keeps_to_its_vocabularies(column, value, constraint):
    row = make_service(capacity=3)

    assert refused(f"UPDATE offers_service SET {column} = %s WHERE id = %s", value, row.pk) == constraint


def test_a_source_gives_a_service_once():
    make_service(origin="essai", source_key="a")
    other = make_service(origin="essai", source_key="b")

    assert (
        refused("UPDATE offers_service SET source_key = 'a' WHERE id = %s", other.pk) == "service_origin_once"
    )


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ("amount_min = 10, amount_max = 5", "financing_amounts_in_order"),
        ("age_min = 30, age_max = 20", "financing_ages_in_order"),
        ("starts_on = '2026-02-01', ends_on = '2026-01-01'", "financing_days_in_order"),
        ("kind = 'loterie'", "financing_kind_known"),
        ("statuses = '{rentier}'", "financing_statuses_known"),
        ("sectors = '{magie}'", "financing_sectors_known"),
        ("qpv = 'passer'", "financing_qpv_known"),
    ],
)
def test_a_financing_keeps_to_its_vocabularies(changes, constraint):
    row = make_financing()

    assert refused(f"UPDATE offers_financing SET {changes} WHERE id = %s", row.pk) == constraint


def test_a_permanence_has_hours_and_one_exception_a_day():
    row = make_permanence(make_service())
    add = "INSERT INTO offers_permanenceexception (permanence_id, day, hours, note) VALUES (%s, '2026-12-24', %s, '')"
    with connection.cursor() as cursor:
        cursor.execute(add, [row.pk, ""])

    assert refused(add, row.pk, "14:00-16:00") == "permanenceexception_once_a_day"
    assert refused(add.replace("24", "26"), row.pk, "le soir") == "permanenceexception_hours"
    assert (
        refused("UPDATE offers_permanence SET hours = '' WHERE id = %s", row.pk) == "permanence_hours_given"
    )


def test_the_search_row_follows_its_service_and_its_structure_in_plain_sql():
    row = make_service(
        nom="Atelier budget", thematiques=["mobilite--preparer-un-permis"], publics=["jeunes"], type="atelier"
    )
    found = SearchRow.objects.get(pk=row.pk)
    assert (found.brakes, found.kinds, found.phases, found.commune) == (0b1, 0b1000, 0, "95268")
    assert found.point == row.commune.town_hall

    with connection.cursor() as cursor:
        cursor.execute("UPDATE offers_service SET phases = '{idee,creation}' WHERE id = %s", [row.pk])
        cursor.execute(
            "UPDATE organisations_organisation SET name = 'Les Girafes' WHERE id = %s", [row.structure_id]
        )
        cursor.execute(
            "SELECT phases, search @@ to_tsquery('fr', 'girafe') FROM offers_searchrow WHERE service_id = %s",
            [row.pk],
        )
        assert cursor.fetchone() == (0b0101, True)


@pytest.mark.parametrize(
    "change", ["status = 'withdrawn'", "status = 'draft'", "gone_on = '2026-11-01'"], ids=str
)
def test_what_is_not_public_has_no_search_row(change):
    row = make_service()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE offers_service SET {change} WHERE id = %s", [row.pk])
        assert not SearchRow.objects.filter(pk=row.pk).exists()
        cursor.execute(
            "UPDATE offers_service SET status = 'published', gone_on = NULL WHERE id = %s", [row.pk]
        )
    assert SearchRow.objects.filter(pk=row.pk).exists()

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM offers_service WHERE id = %s", [row.pk])
    assert not SearchRow.objects.filter(pk=row.pk).exists()


def test_a_change_raises_the_version_and_leaves_the_row_as_it_was_in_the_history():
    row = make_service(nom="Avant")
    Service.objects.filter(pk=row.pk).update(nom="Après")

    row.refresh_from_db()
    assert (row.nom, row.version) == ("Après", 2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nom FROM offers_serviceevent WHERE pgh_obj_id = %s", [row.pk])
        assert cursor.fetchall() == [("Avant",)]
    assert refused("UPDATE offers_serviceevent SET nom = 'Jamais'") == "None"


def test_the_search_row_follows_the_permanences_of_its_service():
    row = make_service(
        languages=["fr", "ar"], telephone="01 30 00 00 00", horaires_accueil="Mo-Fr 09:00-12:00"
    )
    before = SearchRow.objects.get(pk=row.pk)
    assert (before.has_places, before.served, before.languages, before.has_phone) == (False, [], 0b101, True)

    made = make_permanence(row)
    held = SearchRow.objects.get(pk=row.pk)
    assert (held.has_places, held.point, held.served, held.hours) == (True, None, ["95"], "Mo-Fr 09:00-12:00")

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM offers_permanence WHERE id = %s", [made.pk])
    assert SearchRow.objects.get(pk=row.pk).point == before.point


@pytest.mark.parametrize(
    ("fields", "business"),
    [
        ({"phases": ["idee"]}, True),
        ({"thematiques": ["creer-une-entreprise--developper-son-entreprise"]}, True),
        ({"kind": "accueil"}, True),
        ({"kind": "accueil", "thematiques": ["mobilite--preparer-un-permis"]}, False),
        ({"thematiques": ["mobilite--preparer-un-permis"]}, False),
        ({}, False),
    ],
)
def test_the_search_row_tells_what_is_for_a_business_from_what_lifts_a_brake(fields, business):
    assert SearchRow.objects.get(pk=make_service(**fields).pk).business is business


@pytest.mark.parametrize(
    ("fields", "served"),
    [
        ({"zone_eligibilite": ["95268", "200058485"]}, ["95268", "200058485"]),
        ({"modes_accueil": ["a-distance"]}, ["france"]),
        ({"commune_id": None}, []),  # its structure's commune places it
        ({}, []),
    ],
)
def test_the_search_row_says_which_zones_an_index_finds_it_by(fields, served):
    assert SearchRow.objects.get(pk=make_service(**fields).pk).served == served


def test_the_services_of_a_closed_structure_are_not_searched():
    row = make_service()
    with connection.cursor() as cursor:
        close = "UPDATE organisations_organisation SET closed_on = %s WHERE id = %s"
        cursor.execute(close, ["2026-01-01", row.structure_id])
        assert not SearchRow.objects.filter(pk=row.pk).exists()

        cursor.execute(close, [None, row.structure_id])
        assert SearchRow.objects.filter(pk=row.pk).exists()


def test_a_service_without_an_address_is_where_its_structure_is():
    row = make_service()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE organisations_organisation SET point = ST_SetSRID(ST_MakePoint(2.4, 48.97), 4326),"
            " telephone = '01', horaires_accueil = 'Mo 09:00-10:00' WHERE id = %s",
            [row.structure_id],
        )
    found = SearchRow.objects.get(pk=row.pk)
    assert found.point is not None
    assert (found.point.tuple, found.has_phone, found.hours) == ((2.4, 48.97), True, "Mo 09:00-10:00")


def test_what_the_finder_reads_follows_the_search_row_in_plain_sql():
    def ways():
        return sorted(FinderRow.objects.filter(service_id=row.pk).values_list("purpose", "code"))

    row = make_service(kind="accueil", zone_eligibilite=["95268", "95", "95268"])
    assert ways() == [(0, "95"), (0, "95268")]
    before = bytes(FinderRow.objects.filter(service_id=row.pk).first().packed)
    assert len(before) == PACKED.itemsize

    with connection.cursor() as cursor:
        change = "UPDATE offers_service SET {} WHERE id = %s"
        cursor.execute(
            change.format("zone_eligibilite = '{}', point = ST_SetSRID(ST_MakePoint(-1.55, 47.21), 4326)"),
            [row.pk],
        )
        assert ways() == [(0, "c-4:94")]
        cursor.execute(change.format("kind = '', thematiques = '{mobilite--preparer-un-permis}'"), [row.pk])
        assert [code for _purpose, code in ways()] == ["c-4:94"]
        assert ways()[0][0] > 0
        assert bytes(FinderRow.objects.get(service_id=row.pk).packed) != before
        cursor.execute(change.format("status = 'withdrawn'"), [row.pk])
        assert ways() == []
        cursor.execute(change.format("status = 'published'"), [row.pk])
        assert len(ways()) == 1
        cursor.execute("DELETE FROM offers_service WHERE id = %s", [row.pk])
    assert ways() == []
