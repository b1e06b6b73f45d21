"""Groups of words that name places."""

import pytest

from maillage.territories.actions import load_schematic_qpv
from maillage.territories.queries import names_by_code, places_called

pytestmark = pytest.mark.django_db


def test_a_name_in_full_or_its_first_words_are_known_and_other_words_are_not(django_assert_num_queries):
    load_schematic_qpv()
    with django_assert_num_queries(1):
        found = places_called(["Garges", "St Denis", "garge", "nantes", "un food truck", "la bricarde", ""])

    firsts = {}
    for called in found:
        firsts.setdefault(called.name, (called.place.kind, called.place.code, called.whole))
    assert firsts == {
        "Garges": ("commune", "95268", False),
        "St Denis": ("commune", "97411", True),
        "nantes": ("commune", "44109", True),
        "la bricarde": ("qpv", "EX1305501", True),
    }


def test_the_departement_tells_namesakes_apart():
    assert places_called(["Saint-Denis"], "93")[0].place.code == "93066"
    assert places_called(["goussainville"], "28")[0].place.code == "28185"
    assert places_called(["Évry"])[0].place.code == "91228"
    assert len({called.place.code for called in places_called(["saint"])}) == 5


def test_hostile_names_name_nothing():
    assert places_called(["'; DROP TABLE", "%", "_", "🍕", "x" * 10_000]) == []
    assert places_called([]) == []


def test_codes_of_every_kind_have_their_names(django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        found = names_by_code(["95268", "244400404", "2A", "99999", "france", ""])

    assert found == {"95268": "Garges-lès-Gonesse", "244400404": "Nantes Métropole", "2A": "Corse-du-Sud"}
    assert names_by_code([]) == {}
