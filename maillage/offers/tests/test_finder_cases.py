"""Two hundred situations and the contact that each should be given, worked out by hand: see finder_world.py."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from maillage.offers import criteria
from maillage.offers.models import Service
from maillage.offers.queries.finder import find
from maillage.offers.tests.finder_world import MOMENTS, TOWNS, town_hall

CASES = list(csv.DictReader((Path(__file__).parent / "cases.csv").open(encoding="utf-8")))


def situation(case):
    """The situation of one line of the table, read as the API reads its parameters."""
    where, _slash, only = case["where"].partition("/")
    code = TOWNS.get(where, where)
    parameters = {
        "phase": [case["phase"]],
        "besoin": case["needs"].split(),
        "public": case["publics"].split(),
        "commune": [code] if only else [],
    }
    if where and not only:
        lon, lat = town_hall(code)
        parameters |= {"lon": [str(lon)], "lat": [str(lat)]}
    for word in case["more"].split():
        name, _equals, value = word.partition("=")
        parameters.setdefault(name, []).append(value)
    return criteria.read(parameters)


def test_there_are_two_hundred_situations():
    assert len(CASES) >= 200
    assert len({tuple(case.items()) for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: "-".join(value for value in list(case.values())[:6] if value) or "nothing"
)
def test_each_situation_gets_its_contact_and_the_reasons_why(world, case):
    answer = find(situation(case), at=MOMENTS[case["at"]])

    assert answer.first_contact is not None
    assert answer.first_contact.slug in case["first"].split("|")
    said = {reason.code for reason in answer.first_contact.reasons}
    assert {"premier-contact", *case["codes"].split()} <= said
    left_out = {f"{miss.item.slug}:{reason.code}" for miss in answer.near_misses for reason in miss.missing}
    assert set(case["near"].split()) <= left_out
    helped = {f"{help.frein}={','.join(item.slug for item in help.items)}" for help in answer.freins}
    assert helped == set(case["freins"].split())
    assert " ".join(widening.code for widening in answer.widened) == case["widened"]
    assert all(item.reasons for item in answer.items)


def test_the_two_equals_of_nantes_take_turns_and_keep_their_order_all_day_long(world):
    asked = situation({"where": "nantes", "phase": "idee", "needs": "", "publics": "", "more": ""})
    days = [MOMENTS["we10"] + timedelta(days=7 * week) for week in range(12)]

    firsts = [find(asked, at=day).first_contact.slug for day in days]
    later = [find(asked, at=day + timedelta(hours=4)).first_contact.slug for day in days]

    assert set(firsts) == {"n-accueil-1", "n-accueil-2"}
    assert firsts == later


def test_nothing_of_the_world_is_left_unused(world):
    """Every service is some case's contact, helper, near miss, or stands there to be passed over."""
    passed_over = {
        "g-couveuse", "g-pepiniere", "g-formation", "g-prescription", "m-complet", "m-prescription", "r-bureaux",
        "r-muet", "nat-credit",
    }  # fmt: skip
    used = " ".join(" ".join(case.values()) for case in CASES)
    slugs = set(Service.objects.values_list("slug", flat=True))
    assert {slug for slug in slugs if slug not in used} <= passed_over
