"""What stays of someone whose file goes: what the figures count, and nothing that tells of one person."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from maillage.accounts.tests.people import person as user
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.actions.facts import keep_fact
from maillage.journeys.models import Fact, FreinFact, ReferralFact, State, Step
from maillage.journeys.models import Frein as Brake
from maillage.journeys.queries.profiles import working_days
from maillage.journeys.tests.factories import NOW, make_person, make_referral, member
from maillage.organisations.tests.factories import make_organisation

pytestmark = pytest.mark.django_db
WOMAN = {"gender": "femme", "situation": "rsa", "birth_year": 1990, "phase": "idee", "commune_id": "44109"}


def facts(model=Fact):
    with for_purpose(Purpose.STATISTICS):
        return list(model.objects.all())


@pytest.fixture
def helped():
    """Someone who was sent, answered, helped, with a brake lifted and a business of two jobs, as two structures noted."""
    relay, network = make_organisation(), make_organisation()
    member(user("awa@exemple.invalid"), relay)
    bo = member(user("bo@exemple.invalid"), network)
    found = make_person(relay, **WOMAN)
    sent = make_referral(found, relay, network, bo, state=State.ACCEPTEE)
    with for_purpose(Purpose.RETENTION):
        sent.answered_at = NOW + timedelta(days=6)
        sent.save()
        for place in (relay, network):
            Step.objects.create(person=found, organisation=place, kind="immatriculation", on=NOW.date())
            Step.objects.create(person=found, organisation=place, kind="emplois", on=NOW.date(), jobs=2)
            Brake.objects.create(
                person=found, organisation=place, brake="mobilite", raised_on=NOW.date(), lifted_on=NOW.date()
            )
    return found


def test_what_is_counted_of_someone_stays(helped):
    for _ in range(4):
        make_person(**WOMAN)

    keep_fact(helped.pk, NOW + timedelta(days=30))

    (fact,) = facts()
    assert (fact.quarter, fact.commune_code, fact.gender, fact.situation) == (
        date(2026, 10, 1),
        "44109",
        "femme",
        "rsa",
    )
    assert (fact.age_class, fact.phase, fact.in_qpv, fact.qpv_code) == ("30-54", "idee", False, "")
    assert (fact.stage, fact.business, fact.jobs) == (2, 1, 2)
    (answer,) = facts(ReferralFact)
    assert (answer.answered, answer.days, answer.epci_code) == ("a-temps", 4, fact.epci_code)
    assert [(row.brake, row.lifted) for row in facts(FreinFact)] == [("mobilite", True)]


def test_what_makes_someone_rare_is_dropped(helped):
    for _ in range(4):
        make_person(**WOMAN | {"situation": "salarie", "commune_id": "44162"})  # of the same EPCI

    keep_fact(helped.pk, NOW + timedelta(days=30))

    (fact,) = facts()
    assert (fact.commune_code, fact.situation, fact.age_class, fact.gender) == ("", "", "30-54", "femme")
    assert fact.epci_code == "244400404"


def test_who_is_alone_is_kept_as_one_more_person(helped):
    keep_fact(helped.pk, NOW + timedelta(days=30))
    (fact,) = facts()
    assert {fact.commune_code, fact.epci_code, fact.gender, fact.age_class, fact.phase, fact.situation} == {
        ""
    }
    assert fact.in_qpv is None
    assert [row.epci_code for row in facts(ReferralFact)] == [""]


def test_a_step_without_jobs_counts_none():
    relay = make_organisation()
    one = make_person(relay, **WOMAN)
    with for_purpose(Purpose.RETENTION):
        Step.objects.create(person=one, organisation=relay, kind="diagnostic", on=NOW.date())
    keep_fact(one.pk, NOW + timedelta(days=30))
    assert [(fact.business, fact.jobs) for fact in facts()] == [(0, 0)]


def test_nobody_leaves_nothing():
    keep_fact(123_456_789, NOW)
    assert facts() == []


@pytest.mark.parametrize("sql", ["UPDATE journeys_fact SET jobs = 9", "DELETE FROM journeys_fact"])
def test_what_is_kept_is_never_changed_and_read_to_be_counted_only(helped, sql):
    keep_fact(helped.pk, NOW + timedelta(days=30))
    assert Fact.objects.count() == 0
    with for_purpose(Purpose.RETENTION), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount == 0


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [("2026-11-25", "2026-11-25", 0), ("2026-11-25", "2026-11-26", 1), ("2026-11-27", "2026-11-30", 1),
     ("2026-04-30", "2026-05-04", 1), ("2026-12-24", "2027-01-04", 5)],
)  # fmt: skip
def test_working_days_leave_out_weekends_and_holidays(start, end, days):
    assert working_days(date.fromisoformat(start), date.fromisoformat(end)) == days
