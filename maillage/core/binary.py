"""A statement whose answer is bytes: sent as they are, not as twice as many digits."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import psycopg
from django.db import connection

# what history notes before a writing statement cannot be sent along with this one, and it tells by the first word
COMMENTS = re.compile(r"\A(?:\s*--[^\n]*\n)+")


def one_binary_row(sql: str, parameters: Mapping[str, str | int | date]) -> tuple[Any, ...]:
    """The one row of `sql`, a SELECT under its comments, in PostgreSQL's binary format, in Django's own transaction.

    Parameters are bound by the server: the statement gives a type to those whose use does not (`%(today)s::date`).
    Nothing is prepared, so that a pooler is safe.
    """
    connection.ensure_connection()
    plain: Any = psycopg.Cursor(connection.connection)
    plain.format = psycopg.pq.Format.BINARY
    # counted and timed like any other statement
    wrapped = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrapped(plain) as cursor:
        cursor.execute(COMMENTS.sub("", sql, count=1), parameters)
        row: tuple[Any, ...] = cursor.fetchone()
    return row
