"""What a typed place means: one, several, none, and the town when the street is not known."""

import pytest

from maillage.territories.queries import Meant, place_meant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Garges-lès-Gonesse", "95268"),
        ("garges les gonesse", "95268"),
        ("Garges", "95268"),
        ("95140", "95268"),
        ("  Sarcelles ", "95585"),
        ("Nantes", "44109"),
    ],
)
def test_one_place(text, code):
    assert place_meant(text).place.code == code


def test_namesakes_are_left_to_choose():
    meant = place_meant("Saint-Denis")

    assert meant.place is None
    assert {"93066", "97411"} <= {place.code for place in meant.choices}


def test_a_typing_mistake_is_asked_about_rather_than_decided():
    assert place_meant("Sarceles").choices[0].code == "95585"


@pytest.mark.parametrize("text", ["Xyzzyqwv", "", "مرحبا", "🦊", "a" * 10_000, "\0"])
def test_what_is_no_place_means_nothing(text):
    assert place_meant(text) == Meant()


@pytest.mark.parametrize(
    "text", ["3 rue du Tiers-Pot, 95140 Garges-lès-Gonesse", "12 avenue de la Gare, Sarcelles"]
)
def test_a_street_that_nobody_knows_leads_to_its_town(text):
    meant = place_meant(text)

    assert meant.instead
    assert meant.place.code in {"95268", "95585"}
