"""A statement answered in PostgreSQL's binary format, inside Django's transaction."""

import pghistory
import pytest
from django.db import connection

from maillage.core.binary import one_binary_row

pytestmark = pytest.mark.django_db
SQL = "-- what it does\n-- and returns\nSELECT %(text)s::text, decode('00ff', 'hex'), NULL::bytea"


def test_bytes_come_as_bytes_and_the_statement_is_counted(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert one_binary_row(SQL, {"text": "l’été ; DROP TABLE x"}) == (
            "l’été ; DROP TABLE x",
            b"\x00\xff",
            None,
        )


def test_it_sees_what_its_transaction_has_written_and_bears_a_history():
    with connection.cursor() as cursor, pghistory.context(user=None):
        cursor.execute("CREATE TEMP TABLE said (n int) ON COMMIT DROP; INSERT INTO said VALUES (7)")
        assert one_binary_row("-- a comment\nSELECT n FROM said", {}) == (7,)
