"""What must always be true of structures, tried in plain SQL under the role that serves the site."""

import pytest
from django.db import IntegrityError, connection, transaction

from maillage.organisations.models import Organisation, OrganisationEvent
from maillage.organisations.tests.factories import make_organisation

pytestmark = pytest.mark.django_db
SIRET = "73282932000074"


def run(sql: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize(
    "change",
    [
        "kinds = ARRAY['planète']",
        "zones = ARRAY['epci:12']",
        "zones = ARRAY['commune:95268', 'partout']",
        "zones = ARRAY[NULL::varchar]",
        "contacts = '{}'",
        "siret = '123'",
        "code_postal = '9514'",
        "name = ''",
    ],
)
def test_what_means_nothing_is_refused(change):
    row = make_organisation()

    with pytest.raises(IntegrityError):
        run(f"UPDATE organisations_organisation SET {change} WHERE id = %s", row.pk)


def test_zones_of_every_kind_are_taken():
    zones = ["france", "commune:2A004", "epci:244400404", "departement:2B", "region:11", "qpv:QN09501M"]

    assert make_organisation(zones=zones).zones == zones


def test_a_siret_is_of_one_structure_written_here_but_of_any_that_a_file_brings():
    make_organisation(siret=SIRET)
    for key in ("a", "b"):
        make_organisation(siret=SIRET, origin="fichier", source_key=key)

    with pytest.raises(IntegrityError):
        run(
            "INSERT INTO organisations_organisation (name, slug, siret, website, is_example, created_at) VALUES ('x', 'x', %s, '', false, now())",
            SIRET,
        )
    with pytest.raises(IntegrityError):
        make_organisation(origin="fichier", source_key="a")


def test_only_networks_have_affiliates_and_stay_networks_while_they_do():
    network, club = make_organisation(kinds=["reseau", "financeur"]), make_organisation(kinds=["club"])
    club.networks.add(network)

    for target in (club, network):
        with pytest.raises(IntegrityError), transaction.atomic():
            network.networks.add(target)
    with pytest.raises(IntegrityError):
        run("UPDATE organisations_organisation SET kinds = '{financeur}' WHERE id = %s", network.pk)
    club.networks.clear()
    run("UPDATE organisations_organisation SET kinds = '{financeur}' WHERE id = %s", network.pk)


def test_the_version_is_raised_and_the_history_keeps_the_row_as_it_was():
    row = make_organisation(name="Avant", telephone="01 30 00 00 00")

    run("UPDATE organisations_organisation SET name = 'Après', version = 40 WHERE id = %s", row.pk)

    now = Organisation.objects.get(pk=row.pk)
    assert (row.version, now.version) == (1, 2)
    assert now.updated_at > row.updated_at
    kept = OrganisationEvent.objects.get(pgh_obj_id=row.pk)
    assert (kept.name, kept.telephone, kept.version) == ("Avant", "01 30 00 00 00", 1)


@pytest.mark.django_db
def test_what_changed_lately_is_read_in_order_from_an_index():
    with connection.cursor() as cursor:
        # on a handful of rows, anything is as fast: what is tried is that the index gives the order
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM organisations_organisation WHERE updated_at >= '2026-11-01' ORDER BY updated_at, id LIMIT 100"
        )
        plan = "\n".join(line for (line,) in cursor)

    assert "Index Scan using organisation_updated" in plan
    assert "Sort" not in plan
