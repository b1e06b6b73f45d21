"""How the finder tells distances, hours and amounts; what fits in a text message."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.offers.answer import Answer, FinancingItem, Item, Reason
from maillage.offers.models.vocabulary import THEMATIQUES
from maillage.offers.situation import Situation, Whereabouts
from maillage.offers.take_away import LONGEST_SMS, shared, sms_text
from maillage.offers.wording import amounts, distance_words, doors, moment

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=PARIS)  # a Wednesday
HERE = Whereabouts("95268", "Garges-lès-Gonesse", ("95268",), ())


def item(**facts) -> Item:
    given = {"phone": "01 99 00 12 34", "place": "Maison de quartier, Garges-lès-Gonesse"} | facts
    return Item(
        1, "citeslab", "Parler de votre idée", "CitésLab", "citeslab", (Reason("zone", "…"),), **given
    )


@pytest.mark.parametrize(
    ("metres", "approximate", "told"),
    [
        (None, False, ""),
        (99, False, "moins de 100 m"),
        (99, True, "moins de 1 km"),
        (0, True, "moins de 1 km"),
        (652, False, "650 m"),
        (1249, False, "1,2 km"),
        (12_400, False, "12 km"),
        (12_400, True, "environ 12 km"),
    ],
)
def test_a_distance_in_words(metres, approximate, told):
    assert distance_words(metres, approximate=approximate) == told


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2026, 11, 25, 14, 0, tzinfo=PARIS), "aujourd’hui à 14\u00a0h"),
        (datetime(2026, 11, 26, 9, 30, tzinfo=PARIS), "demain à 9\u00a0h\u00a030"),
        (datetime(2026, 11, 27, 9, 5, tzinfo=PARIS), "vendredi à 9\u00a0h\u00a005"),
        (datetime(2026, 12, 3, 9, 0, tzinfo=PARIS), "jeudi 3 décembre à 9\u00a0h"),
        (datetime(2026, 11, 25, 23, 30, tzinfo=ZoneInfo("UTC")), "demain à 0\u00a0h\u00a030"),
    ],
)
def test_a_moment_is_told_from_the_day_of_the_reader(at, told):
    assert moment(at, NOW) == told


@pytest.mark.parametrize(
    ("facts", "state", "said"),
    [
        ({"open_now": True, "closes_at": datetime(2026, 11, 25, 17, 0, tzinfo=PARIS)}, "open", "jusqu’à 17\u00a0h"),
        ({"open_now": True}, "open", ""),
        ({"open_now": False, "next_opening": datetime(2026, 11, 26, 9, 0, tzinfo=PARIS)}, "closed", "demain à 9\u00a0h"),
        ({"open_now": False}, "closed", ""),
        ({}, "unknown", ""),
    ],
)  # fmt: skip
def test_doors_are_open_closed_or_unknown(facts, state, said):
    found = doors(item(**facts), NOW)

    assert (found.state, found.then) == (state, said)


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (None, None, ""),
        (None, 12_000, "jusqu’à 12 000 €"),
        (500, None, "à partir de 500 €"),
        (500, 3_000, "de 500 à 3 000 €"),
        (8_000, 8_000, "8 000 €"),
    ],
)
def test_amounts_are_told_with_thin_spaces(low, high, told):
    aid = FinancingItem(1, "a", "Aide", "prime", (), amount_min=low, amount_max=high)

    assert amounts(aid).replace("\u202f", " ").replace("\u00a0", " ") == told


def test_the_text_message_says_who_where_when_and_the_link(settings):
    settings.BASE_URL = "https://maillage.example"
    opens = datetime(2026, 11, 26, 9, 30, tzinfo=PARIS)
    asked = Situation(lon=2.441, lat=48.97, phase="idee", age=24, status="minima-sociaux")

    text = sms_text(Answer(asked, HERE, NOW, item(open_now=False, next_opening=opens)))

    assert text == (
        "CitésLab\nParler de votre idée\nTél. 01 99 00 12 34\nMaison de quartier, Garges-lès-Gonesse\n"
        "Ouvre demain à 9 h 30\nhttps://maillage.example/trouver/?commune=95268&phase=idee"
    )


words = st.text(max_size=400)


@given(words, words, words, st.lists(st.sampled_from(THEMATIQUES), max_size=20, unique=True))
def test_a_text_message_is_never_longer_than_two(structure, nom, place, needs):
    asked = Situation(commune="95268", needs=tuple(needs))
    one = Item(1, "a", nom, structure, "b", (), phone="01 99 00 12 34", place=place)

    text = sms_text(Answer(asked, HERE, NOW, one))

    assert len(text) <= LONGEST_SMS
    assert "/trouver/?commune=95268" in text


def test_what_is_shared_says_nothing_of_the_person():
    asked = Situation(
        lon=2.441, lat=48.97, phase="idee", needs=("garde-enfant",), publics=("femmes",), languages=("ar",),
        within_km=5, age=24, status="minima-sociaux", sector="commerce",
    )  # fmt: skip

    assert shared(asked, HERE) == Situation(
        commune="95268", phase="idee", needs=("garde-enfant",), within_km=5, sector="commerce"
    )


def test_seven_bits_are_enough_for_a_text_message(settings):
    settings.BASE_URL = "https://maillage.example"
    named = replace(item(), nom="L’idée « fraîche » : où ça ?")

    text = sms_text(Answer(Situation(), HERE, NOW, named))

    assert 'L\'idée "fraiche" : où ca ?' in text
