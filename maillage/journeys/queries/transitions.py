"""What may follow what: the table that the database's own rule reads."""

from functools import cache

from django.db import connection


@cache
def transitions() -> dict[str, frozenset[str]]:
    """The states that may follow each state ("" is before the row), as the migrations wrote them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT from_state, array_agg(to_state) FROM journeys_transition GROUP BY from_state")
        return {before: frozenset(after) for before, after in cursor.fetchall()}


def may_follow(before: str, after: str) -> bool:
    """Whether a referral may go from one state to the other."""
    return after in transitions().get(before, frozenset())
