"""The French text configuration: accents do not matter, endings neither, small words are left out."""

import pytest
from django.db import connection

from maillage.core.search import significant


def matches(text, query):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_tsvector('fr', %s) @@ websearch_to_tsquery('fr', %s)", [text, query])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Création d’entreprise à Béziers", "creation entreprise beziers"),
        ("creation d'entreprise a Beziers", "Créations d’entreprises à Béziers"),
        ("Les entrepreneuses du quartier", "entrepreneuse"),
        ("Financements solidaires", "financement solidaire"),
        ("Un cœur de ville", "coeur"),
        ("Saint-Denis", "saint denis"),
        ("Maïs, Noël, façade", "mais noel facade"),
        ("L’atelier mobile", "ateliers mobiles"),
        ("ÉCOLE DE LA DEUXIÈME CHANCE", "école deuxieme"),
        ("Tiers-lieux et couveuses", "tiers lieux couveuse"),
    ],
)
def test_a_french_text_is_found(text, query):
    assert matches(text, query)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Création d’entreprise", "formation"),
        ("Le bus de la création", "bus -création"),
        ("atelier mobile de création", '"création mobile"'),
    ],
)
def test_another_is_not(text, query):
    assert not matches(text, query)


@pytest.mark.django_db
def test_small_words_are_left_out():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array(to_tsvector('fr', 'le bus de la création dans nos quartiers'))"
        )
        assert sorted(cursor.fetchone()[0]) == ["bus", "creation", "quarti"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("Béziers", "beziers"),
        ("ÎLE-DE-FRANCE", "ile-de-france"),
        ("Cœur", "coeur"),
        ("Saint‑Étienne", None),
        ("", ""),
    ],
)
def test_plain_text_has_neither_accents_nor_capitals(given, plain):
    with connection.cursor() as cursor:
        cursor.execute("SELECT maillage_plain(%s)", [given])
        found = cursor.fetchone()[0]
    assert found == plain if plain is not None else "etienne" in found


@pytest.mark.django_db
def test_plain_text_may_stand_in_an_index():
    with connection.cursor() as cursor:
        cursor.execute("SELECT provolatile FROM pg_proc WHERE proname = 'maillage_plain'")
        assert cursor.fetchone()[0] in ("i", b"i")


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["les", "jeunes", "à", "Béziers"], ["jeunes", "Béziers"]),
        (["L", "été", "des", "bus"], ["été", "bus"]),
        (["À"], ["À"]),
        ([], []),
    ],
)
def test_small_words_that_postgresql_forgets_are_left_out_of_a_search(words, kept):
    assert significant(words) == kept
