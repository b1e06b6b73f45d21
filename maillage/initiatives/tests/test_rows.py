"""What is true of every row, whoever writes it: tried in plain SQL."""

import pytest
from django.db import IntegrityError, connection, transaction

from maillage.initiatives.models import Initiative

pytestmark = pytest.mark.django_db
INSERT = """
INSERT INTO initiatives_initiative (slug, title, summary, body, themes, publics, phases, partners, scope, address,
    contact_name, contact_email, contact_phone, links, source_name, source_url, author_name, licence, is_example, status,
    origin, origin_key, created_at, updated_at, version, facets)
SELECT 'fiche-' || n, 'Fiche', '', '', {themes}, '{{jeunes}}', '{{idee}}', '{{}}', 'national', '', '', '', '', '[]', '', '', '',
    'LO-2.0', false, 'draft', '', '', now(), {updated_at}, {version}, {facets}
FROM generate_series(1, 3) n
"""


def insert(themes="'{lieux}'", updated_at="clock_timestamp()", version="1", facets="0"):
    statement = INSERT.format(themes=themes, updated_at=updated_at, version=version, facets=facets)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "themes",
    [
        "'{inconnu}'",
        "'{lieux, lieux}'",
        "'{lieux, NULL}'",
        "CASE n WHEN 3 THEN '{lieux, inconnu}' ELSE '{lieux}' END::varchar[]",
    ],
)
def test_a_theme_exists_and_comes_once(themes):
    with pytest.raises(IntegrityError, match="unknown or repeated theme"):
        insert(themes)


def test_facets_are_those_of_the_row_whether_given_or_not():
    insert()
    [facets] = Initiative.objects.values_list("facets", flat=True).distinct()
    Initiative.objects.all().delete()
    insert(facets=facets)
    Initiative.objects.all().delete()

    with pytest.raises(IntegrityError, match="facets that are not those of the row"):
        insert(facets=f"CASE n WHEN 3 THEN {facets + 1} ELSE {facets} END")


@pytest.mark.parametrize(
    ("updated_at", "version"),
    [("NULL", "1"), ("now() - interval '1 year'", "1"), ("now() + interval '1 year'", "1"), ("now()", "7")],
)
def test_a_new_row_is_of_version_1_and_of_now(updated_at, version):
    insert(updated_at=updated_at, version=version)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT version, updated_at BETWEEN now() AND clock_timestamp() FROM initiatives_initiative"
        )
        assert cursor.fetchall() == [(1, True)]


SAME_WORDS = "SELECT bool_and(search = initiatives_words(title, summary, body)) FROM initiatives_initiative"


def test_the_words_searched_are_those_of_the_row_however_it_changes():
    insert()
    with connection.cursor() as cursor:
        for change in (
            "title = 'Épicerie ' || id",
            "summary = 'Un atelier de réparation'",
            "body = 'Chaque mardi'",
            "search = NULL",
            "search = 'autre:1'",
        ):
            cursor.execute(f"UPDATE initiatives_initiative SET {change}")
            cursor.execute(SAME_WORDS)
            assert cursor.fetchone() == (True,), change
