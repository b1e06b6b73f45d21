"""The table that the search reads, made again from the territories."""

from django.db import connection, transaction

from maillage.territories.sql import statement

KINDS = ("commune", "epci", "qpv")


@transaction.atomic
def refresh_search_names(*kinds: str) -> None:
    """Make the search names of these kinds (of KINDS; all by default) again: about two seconds for France."""
    with connection.cursor() as cursor:
        for kind in kinds or KINDS:
            cursor.execute("DELETE FROM territories_searchname WHERE kind = %s", [kind])
            cursor.execute(statement(f"search_{kind}"))
