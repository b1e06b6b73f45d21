"""Forgetting: nobody goes without a warning, nobody stays because a night was missed."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from maillage.accounts.tests.people import person as user
from maillage.core.acting import Purpose, for_purpose
from maillage.core.models import OutgoingText
from maillage.core.outbox import latest
from maillage.journeys.actions.retention import keep_link, purge
from maillage.journeys.models import Consent, Fact, Follow, Person, State, Step
from maillage.journeys.tests.factories import NOW, act_as, make_person, make_referral, member
from maillage.organisations.tests.factories import make_organisation

pytestmark = pytest.mark.django_db
YEARS, DAY = timedelta(days=730), timedelta(days=1)


@pytest.fixture(autouse=True)
def texts(settings):
    """An instance that may send text messages."""
    settings.DEMO = True


def there(one):
    with for_purpose(Purpose.RETENTION):
        return Person.objects.filter(pk=one.pk).first()


def counts(**done):
    return {"warned": 0, "purged": 0, "unreachable": 0} | done


def test_a_sleeping_file_is_warned_of_then_forgotten_and_its_facts_stay(mailoutbox):
    relay, network = make_organisation(), make_organisation()
    awa = member(user("awa@exemple.invalid"), relay)
    asleep = make_person(relay, phone="", email="zoe@exemple.invalid", created_at=NOW - YEARS)
    make_referral(asleep, relay, network, awa, state=State.ACCEPTEE, at=NOW - YEARS)
    make_person(relay, created_at=NOW - YEARS + 31 * DAY)  # would be warned tomorrow

    assert purge(NOW, dry_run=True) == counts(warned=1)
    assert there(asleep).warned_at is None
    assert purge(NOW) == counts(warned=1)
    (mail,) = mailoutbox
    assert mail.to == ["zoe@exemple.invalid"]
    assert "25 décembre 2026" in mail.body
    assert not re.search("zoe|prénom", mail.subject + re.search(r"http\S+", mail.body)[0], re.IGNORECASE)

    assert purge(NOW + 29 * DAY)["purged"] == 0, "thirty days after the warning, whatever the age of the file"
    assert purge(NOW + 30 * DAY, dry_run=True)["purged"] == 1
    assert there(asleep) is not None
    assert purge(NOW + 30 * DAY)["purged"] == 1
    assert there(asleep) is None
    with for_purpose(Purpose.RETENTION):
        assert (
            Follow.objects.filter(person=asleep.pk).count()
            == Consent.objects.filter(person=asleep.pk).count()
            == 0
        )
        assert Fact.objects.get().stage == 2


def test_nights_that_were_missed_are_caught_up():
    old = make_person(created_at=NOW - 3 * YEARS)
    assert purge(NOW) == counts(warned=1), "never warned: not forgotten, however late"
    assert purge(NOW + 90 * DAY) == counts(purged=1)
    assert there(old) is None


def test_a_sign_of_life_starts_the_two_years_again():
    relay = make_organisation()
    active = make_person(relay, created_at=NOW - YEARS)
    purge(NOW)
    with for_purpose(Purpose.RETENTION):
        Step.objects.create(
            person=active, organisation=relay, kind="diagnostic", on=NOW, created_at=NOW + 5 * DAY
        )
    assert there(active).warned_at is None
    assert purge(NOW + 40 * DAY) == counts()


def test_someone_keeps_their_file_by_the_link_of_the_warning(client):
    kept = make_person(created_at=NOW - YEARS)
    purge(NOW)
    (message,) = latest(OutgoingText)
    address = re.search(r"https?://[^/]+(/\S+)", message.text)[1]
    act_as(None)

    page = client.get(address)
    assert there(kept).warned_at is not None, "opening a link does nothing"
    assert page.status_code == 200
    assert "gardé" in client.post(address).content.decode()
    assert there(kept).warned_at is None
    assert purge(NOW + 40 * DAY) == counts()
    assert client.get(address[:-4] + "abc/").status_code in {404, 422}


def test_who_cannot_be_written_to_waits_for_a_call(settings):
    settings.DEMO, settings.SMS_URL = False, ""
    make_person(created_at=NOW - YEARS)
    assert purge(NOW) == counts(unreachable=1)
    assert purge(NOW + 60 * DAY) == counts(unreachable=1)


def test_a_link_names_nobody():
    one = make_person(first_name="Zaynab")
    assert one.phone not in keep_link(one)
    assert reverse("journeys:keep-my-file", args=["x"]) == "/garder-mon-dossier/x/"
