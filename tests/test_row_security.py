"""Personal data is out of reach unless someone, or a named purpose, has a right to it."""

import pytest
from django.db import connection

from tests.databases import as_superuser


@pytest.mark.django_db
def test_every_table_with_personal_data_forces_row_security():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)
            FROM pg_class c WHERE obj_description(c.oid, 'pg_class') LIKE 'personal:%'
            """
        )
        tables = cursor.fetchall()

    assert len(tables) >= 4
    assert [name for name, forced, has_policy in tables if not (forced and has_policy)] == []


@pytest.mark.django_db
def test_the_web_role_cannot_get_around_row_security():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("maillage_web", False, False, False, False)


def test_policies_hide_rows_from_a_stranger_in_plain_sql(bare_database):
    with as_superuser(bare_database) as everything:
        everything.execute(
            "INSERT INTO accounts_user (email, name, is_active, is_superuser, password, joined_at) VALUES ('a@example.org', '', true, false, '!', now())"
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_user")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "BEGIN; SELECT set_config('maillage.purpose', 'sign-in', true); SELECT count(*) FROM accounts_user; "
        )
        cursor.execute("SELECT count(*) FROM accounts_user")
        assert cursor.fetchone() == (1,)
        cursor.execute("COMMIT")
