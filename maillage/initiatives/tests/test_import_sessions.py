"""An import in a session of PostgreSQL that others used before: its worker's, for instance."""

from datetime import UTC, datetime

from django.db import connection, transaction

from maillage.core.imports import open_source
from maillage.initiatives.actions.importing import Plan, guessed_mapping, import_initiatives


def test_an_import_follows_a_work_that_read_a_temporary_table_and_was_undone(
    own_database, django_db_blocker, tmp_path
):
    path = tmp_path / "fiches.csv"
    path.write_text("nom;description;thèmes;lat;lon\nAtelier vélo;Réparer.;Financement;50.6365;3.0635\n")
    plan = Plan(mapping=guessed_mapping(open_source(path), None), origin="essai")
    with django_db_blocker.unblock():
        # a session keeps the size of its buffers from its first temporary table on
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE other AS SELECT 1 AS one")
            cursor.execute("SELECT * FROM other")
            transaction.set_rollback(True)

        report = import_initiatives(path=path, plan=plan, at=datetime(2026, 11, 23, tzinfo=UTC))

    assert (report.created, report.rejected) == (1, 0)
