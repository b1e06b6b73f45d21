"""Search as you type over communes, EPCI and QPV."""

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.territories.actions import import_qpv, load_schematic_qpv
from maillage.territories.models import SearchName
from maillage.territories.queries import PlaceFound, search_places
from maillage.territories.tests.official_files import geojson

pytestmark = pytest.mark.django_db


def first(text):
    found = search_places(text)
    return (found[0].kind, found[0].code) if found else None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("nantes", "44109"),
        ("NANTES", "44109"),
        ("Nantes ", "44109"),
        ("marsei", "13055"),
        ("st-denis", "97411"),
        ("st denis 93", "93066"),
        ("Saint-Denis, 93200", "93066"),
        ("ste foy les lyon", "69202"),
        ("l'hay les roses", "94038"),
        ("L’HAŸ LES ROSES", "94038"),
        ("rochelle", "17300"),
        ("la rochelle", "17300"),
        ("le mans", "72181"),
        ("44000", "44109"),
        ("44000 nantes", "44109"),
        ("75018", "75056"),
        ("44109", "44109"),
        ("2a004", "2A004"),
        ("goussainville", "95280"),
        ("goussainville 28", "28185"),
        ("bohain", "02095"),
        ("ouen sur seine", "93070"),
        ("y", "80829"),
        # typing mistakes
        ("marseile", "13055"),
        ("villeurbane", "69266"),
        ("monpellier", "34172"),
        ("saint dennis", "97411"),
        ("Saint Etienne du rouvrai", "76575"),
        ("strassbourg", "67482"),
        ("orleens", "45234"),
    ],
)
def test_the_commune_that_is_meant_comes_first(typed, code):
    assert first(typed) == ("commune", code)


def test_the_town_comes_before_the_body_that_bears_its_name():
    assert [(p.kind, p.code) for p in search_places("rochelle")[:2]] == [
        ("commune", "17300"),
        ("epci", "241700434"),
    ]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("nantes metropole", "244400404"),
        ("244400404", "244400404"),
        ("communaute urbaine de dunkerque", "245900428"),
    ],
)
def test_an_epci_is_found_by_name_or_siren(typed, code):
    assert first(typed) == ("epci", code)


def test_namesakes_are_told_apart_by_their_departement():
    found = search_places("goussainville")

    assert [(p.nom, p.context) for p in found] == [
        ("Goussainville", "Val-d'Oise (95)"),
        ("Goussainville", "Eure-et-Loir (28)"),
    ]


def test_an_arrondissement_leads_to_its_commune_at_its_own_place():
    (found,) = search_places("paris 18e")

    assert (found.code, found.nom) == ("75056", "Paris 18e Arrondissement")
    assert (found.lon, found.lat) == (pytest.approx(2.35, abs=0.02), pytest.approx(48.89, abs=0.02))


@pytest.mark.parametrize("typed", ["pierrefitte sur seine", "Pierrefitte-sur-S", "93059"])
def test_a_former_commune_leads_to_the_one_that_it_joined_at_its_own_place(typed):
    found = search_places(typed)[0]

    assert (found.code, found.nom, found.context) == (
        "93066",
        "Pierrefitte-sur-Seine",
        "Saint-Denis · Seine-Saint-Denis (93)",
    )
    assert (found.lon, found.lat) == (pytest.approx(2.36, abs=0.02), pytest.approx(48.96, abs=0.03))


def test_a_qpv_says_its_generation_or_that_it_is_schematic(tmp_path):
    load_schematic_qpv()
    import_qpv(geojson(tmp_path / "q.geojson"), generation=2015)

    assert search_places("bleuets")[0].context == "QPV 2015 · Saint-Denis (93)"
    assert search_places("bricarde") == [
        PlaceFound(
            "qpv",
            "EX1305501",
            "La Bricarde",
            "périmètre schématique (exemple) · Marseille (13)",
            pytest.approx(5.358, abs=0.01),
            pytest.approx(43.369, abs=0.01),
            2024,
        )
    ]
    assert first("qp093001") == ("qpv", "QP093001")


def test_the_answer_keeps_to_the_limit_and_repeats_nothing():
    found = search_places("saint", limit=20)

    assert len(found) == 20
    assert len({(p.kind, p.code, p.nom) for p in found}) == 20


@pytest.mark.parametrize("typed", ["", "   ", "-", "'", "\0", "%", "_", "😀😀😀😀", "قرية قرية", "xzqwk"])
def test_nothing_is_meant(typed):
    assert search_places(typed) == []


def test_sql_in_the_text_is_only_text():
    search_places("'; DROP TABLE territories_searchname; --")

    assert SearchName.objects.exists()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_answered(text):
    assert len(search_places(text, limit=3)) <= 3


def plain(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT territories_plain(%s)", [text])
        return cursor.fetchone()[0]


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=60))
def test_a_plain_name_is_stable_and_has_no_marks(text):
    once = plain(text)

    assert plain(once) == once
    assert once == once.strip()
    assert "  " not in once
    assert not set(once) & set("-'’.,;/%_\"\\")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("St-Étienne-du-Rouvray", "saint etienne du rouvray"),
        ("Stes Maries", "saintes maries"),
        ("Châlons s/ Marne", "chalons sur marne"),
        ("Œuilly", "oeuilly"),
        ("Estrées", "estrees"),
    ],
)
def test_names_are_compared_in_full(text, expected):
    assert plain(text) == expected


def test_every_commune_is_found_by_its_own_name():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM territories_commune c WHERE NOT EXISTS (SELECT FROM territories_searchname s "
            "WHERE s.code = COALESCE(c.parent_id, c.code) AND s.alias = territories_plain(c.nom))"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(("typed", "queries"), [("nantes", 3), ("saint", 2), ("marseile", 4)])
def test_a_search_asks_few_queries(django_assert_num_queries, typed, queries):
    with django_assert_num_queries(queries):
        search_places(typed)
