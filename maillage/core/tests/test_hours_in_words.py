"""Opening hours said and read in French."""

from datetime import date

import pytest

from maillage.core.hours import WrongHours
from maillage.core.hours_in_words import hours_as_typed, week_in_words

WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("Mo-Fr 09:00-12:00,14:00-17:30; PH off", [("du lundi au vendredi", "9\u00a0h à 12\u00a0h et 14\u00a0h à 17\u00a0h\u00a030")]),
        ("Tu,Th 14:00-17:00", [("mardi et jeudi", "14\u00a0h à 17\u00a0h")]),
        ("Mo-We 09:00-12:00; Sa 10:00-12:00", [("du lundi au mercredi", "9\u00a0h à 12\u00a0h"), ("samedi", "10\u00a0h à 12\u00a0h")]),
        ("24/7", [("tous les jours", "jour et nuit")]),
        ("Fr 20:00-02:00", [("vendredi", "20\u00a0h à 2\u00a0h")]),
        ("", []),
        ("quand on veut", []),
    ],
)  # fmt: skip
def test_a_week_is_said_in_words(hours, said):
    assert [line[:2] for line in week_in_words(hours, WEDNESDAY)] == said


def test_holidays_leave_the_usual_week_alone():
    around_christmas = date(2026, 12, 21)

    assert week_in_words("Mo-Fr 09:00-12:00; PH off", around_christmas) == [
        ("du lundi au vendredi", "9\u00a0h à 12\u00a0h", False)
    ]


def test_what_is_not_every_week_says_so():
    assert week_in_words("Tu[1] 14:00-16:00", WEDNESDAY) == [("mardi", "14\u00a0h à 16\u00a0h", True)]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Mo-Fr 09:00-12:00", "Mo-Fr 09:00-12:00"),
        ("lundi au vendredi 9h-12h et 14h-17h", "Mo-Fr 09:00-12:00,14:00-17:00"),
        ("Du lundi au jeudi de 9 h 30 à 12 h ; samedi 9h-12h", "Mo-Th 09:30-12:00; Sa 09:00-12:00"),
        ("mardi et jeudi : 14:00 - 17:00", "Tu,Th 14:00-17:00"),
        ("tous les jours 8h-20h", "Mo-Su 08:00-20:00"),
        ("lun-ven 9h-12h, sauf jours fériés", "Mo-Fr 09:00-12:00; PH off"),
        ("", ""),
    ],
)
def test_hours_are_read_as_people_type_them(typed, read):
    assert hours_as_typed(typed) == read


@pytest.mark.parametrize(
    "typed",
    ["le soir", "lundi", "lundi 9h-12h sur rendez-vous", "lundi 29h-31h75", "9h à", "مساء", "x" * 1000],
)
def test_what_is_not_understood_is_refused(typed):
    with pytest.raises(WrongHours):
        hours_as_typed(typed)
