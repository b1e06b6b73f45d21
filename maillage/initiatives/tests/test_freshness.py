"""Fiches age: asked at 12 months, reminded once, to confirm at 15, withdrawn at 24."""

import re
from datetime import date

import pytest
from django.utils import timezone

from maillage.core.acting import Purpose, for_purpose
from maillage.core.models import OutgoingMail
from maillage.initiatives.actions.freshness import keep_fresh
from maillage.initiatives.models import Initiative, Proposal
from maillage.initiatives.queries.freshness import months_before
from maillage.initiatives.tests.factories import make_initiative, make_organisation
from maillage.initiatives.tests.people import everyone, person
from maillage.initiatives.tests.test_propose import answers
from maillage.organisations.models import Membership

pytestmark = pytest.mark.django_db
CONFIRMED = date(2025, 3, 10)


@pytest.fixture(autouse=True)
def real_outbox(settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"


def run(day):
    with for_purpose(Purpose.FRESHNESS):
        return {name: n for name, n in keep_fresh(today=day).items() if n}


@pytest.fixture
def fiche():
    return make_initiative(
        title="Le bus", confirmed_on=CONFIRMED, contact_email="bus@exemple.fr", themes=["aller-vers"]
    )


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 3, 10), 12, date(2025, 3, 10)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
        (date(2026, 1, 31), 2, date(2025, 11, 30)),
        (date(2026, 12, 1), 24, date(2024, 12, 1)),
    ],
)
def test_months_before(day, months, expected):
    assert months_before(day, months) == expected


def test_each_step_comes_on_its_day_and_once(fiche):
    assert run(date(2026, 3, 9)) == {}
    assert run(date(2026, 3, 10)) == {"asked": 1}
    assert run(date(2026, 3, 10)) == {}
    assert run(date(2026, 5, 9)) == {}
    assert run(date(2026, 5, 10)) == {"asked_again": 1}
    assert run(date(2026, 5, 11)) == {}
    assert run(date(2026, 6, 9)) == {}
    assert run(date(2026, 6, 10)) == {"doubted": 1}
    assert run(date(2026, 9, 1)) == {}
    assert run(date(2027, 3, 9)) == {}
    assert run(date(2027, 3, 10)) == {"withdrawn": 1}
    assert run(date(2028, 3, 10)) == {}
    assert [mail.to for mail in everyone(OutgoingMail)] == ["bus@exemple.fr"] * 3
    fiche.refresh_from_db()
    assert fiche.status == "archived"


def test_a_worker_asleep_for_years_catches_up_without_a_storm(fiche):
    assert run(date(2026, 8, 1)) == {"doubted": 1, "asked": 1}
    assert run(date(2026, 8, 2)) == {}
    assert run(date(2026, 10, 1)) == {}, "asked once so late, it is not asked again"
    assert run(date(2027, 8, 1)) == {"withdrawn": 1}
    assert len(everyone(OutgoingMail)) == 2


def test_two_workers_on_one_day_ask_once(fiche):
    run(date(2026, 3, 10))
    run(date(2026, 3, 10))
    assert len(everyone(OutgoingMail)) == 1


def links(mail):
    return [f"/fiche/{found}" for found in re.findall(r"/fiche/(\S+)", mail.text)]


def test_the_three_links_answer_by_a_button_and_never_by_reading(client, fiche):
    run(date(2026, 6, 10))
    confirm, correct, archive = links(everyone(OutgoingMail)[0])
    assert "exemple.fr" not in confirm + correct + archive

    assert client.get(confirm).status_code == 200
    fiche.refresh_from_db()
    assert fiche.status == "to-confirm"
    client.post(confirm)
    fiche.refresh_from_db()
    assert (fiche.status, fiche.confirmed_on, fiche.reminded_on) == ("published", timezone.now().date(), None)

    client.post(archive)
    fiche.refresh_from_db()
    assert fiche.status == "archived"
    client.post(confirm)
    fiche.refresh_from_db()
    assert fiche.status == "published"

    form = client.get(correct, follow=True)
    assert "Corriger" in form.text
    given = answers(
        title="Le bus", summary="Il roule encore.", themes=["aller-vers"], where="Garges-lès-Gonesse (95268)"
    )
    del given["email"]
    given["contact_email"] = "bus@exemple.fr"
    sent = client.post(form.redirect_chain[-1][0], given)
    assert sent.status_code == 200, sent.text[:1500]
    (proposal,) = everyone(Proposal)
    assert (proposal.status, proposal.values, proposal.email) == (
        "waiting",
        {"summary": "Il roule encore."},
        "bus@exemple.fr",
    )


def test_a_forged_link_changes_nothing(client, fiche):
    assert client.post("/fiche/archive/bidon:1:2/").status_code == 410
    fiche.refresh_from_db()
    assert fiche.status == "published"


def test_the_owner_is_asked_first_then_the_contact_then_the_managers():
    owner, manager = person("proprio@exemple.fr"), person("cadre@exemple.fr")
    organisation = make_organisation()
    Membership.objects.create(organisation=organisation, user=manager, kind="manager")
    make_initiative(
        confirmed_on=CONFIRMED, owner=owner, contact_email="contact@exemple.fr", carrier=organisation
    )
    make_initiative(confirmed_on=CONFIRMED, contact_email="contact@exemple.fr", carrier=organisation)
    make_initiative(confirmed_on=CONFIRMED, carrier=organisation)
    make_initiative(confirmed_on=CONFIRMED)

    assert run(date(2026, 3, 10)) == {"asked": 4}

    assert [mail.to for mail in everyone(OutgoingMail)] == [
        "proprio@exemple.fr",
        "contact@exemple.fr",
        "cadre@exemple.fr",
    ]


def test_what_is_not_public_is_left_alone():
    for status in ("draft", "proposed", "archived"):
        make_initiative(status=status, confirmed_on=CONFIRMED)
    assert run(date(2030, 1, 1)) == {}
    assert Initiative.objects.filter(status="archived").count() == 1
