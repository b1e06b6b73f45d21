"""Followers: proof, digests with only what is new, stop in one click; and what is forgotten when."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from maillage.core.acting import Purpose, for_purpose
from maillage.core.models import OutgoingMail
from maillage.core.tests.forms import opened
from maillage.initiatives.actions.following import send_digest
from maillage.initiatives.actions.retention import forget
from maillage.initiatives.models import Proposal, Subscription
from maillage.initiatives.queries.following import due
from maillage.initiatives.stop_tokens import token_of
from maillage.initiatives.tests.factories import make_initiative
from maillage.initiatives.tests.people import everyone, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def real_outbox(settings, tmp_path):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    settings.MEDIA_ROOT = tmp_path


def follow(client, query="departement=95&theme=lieux", rhythm="weekly"):
    page = client.post(f"/suivre/?{query}", {"email": "Lou@exemple.fr", "rhythm": rhythm, "opened": opened()})
    assert page.status_code == 200, page.text[:1500]
    return re.search(r"/suivre/[0-9a-f-]{36}/", everyone(OutgoingMail)[-1].text)[0]


def digest(at):
    with for_purpose(Purpose.DIGEST):
        return [send_digest(subscription_id=number, at=at) for number in due(at)]


def test_a_link_that_nobody_opened_within_48_hours_proves_nothing(client):
    link = follow(client)
    with for_purpose(Purpose.ADMINISTRATION):
        Subscription.objects.update(created_at=timezone.now() - timedelta(hours=48, seconds=1))

    late = client.post(link)

    assert late.status_code == 410
    assert "plus valable" in late.text
    assert everyone(Subscription)[0].proven_at is None


def test_robots_follow_nothing(client):
    given = {"email": "lou@exemple.fr", "rhythm": "weekly", "opened": opened()}
    assert "ouvrez vos e-mails" in client.post("/suivre/", {**given, "website": "http://spam.example"}).text
    assert client.post("/suivre/", {**given, "opened": opened(0)}).status_code == 422
    assert (everyone(Subscription), everyone(OutgoingMail)) == ([], [])


def test_following_needs_a_proof_and_digests_tell_only_what_is_new(client):
    start = timezone.now()
    make_initiative(title="Ancienne", themes=["lieux"], published_at=start - timedelta(days=1))
    page = client.get("/suivre/?departement=95&theme=lieux")
    assert "Val-d" in page.text
    link = follow(client)
    assert "exemple.fr" not in link
    make_initiative(title="Nouvelle", themes=["lieux"], published_at=start + timedelta(days=2))
    make_initiative(
        title="Ailleurs", themes=["lieux"], commune="59350", published_at=start + timedelta(days=2)
    )
    make_initiative(title="Autre thème", themes=["jeunes"], published_at=start + timedelta(days=2))
    assert digest(start + timedelta(days=8)) == [], "not proved: nothing is sent"

    assert client.get(link).status_code == 200
    assert everyone(Subscription)[0].proven_at is None
    client.post(link)
    assert everyone(Subscription)[0].proven_at is not None

    assert digest(start + timedelta(days=3)) == [0], "weekly: not due yet"
    week = start + timedelta(days=7, minutes=5)
    assert digest(week) == [1]
    assert digest(week) == []
    assert digest(week + timedelta(days=7)) == [0]
    mail = everyone(OutgoingMail)[-1]
    assert "Nouvelle" in mail.text
    assert not {"Ancienne", "Ailleurs", "Autre thème"} & set(mail.text.splitlines())
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(everyone(OutgoingMail)) == 2


def test_a_daily_digest_is_daily(client):
    start = timezone.now()
    client.post(follow(client, "theme=lieux", "daily"))
    for day in (1, 2):
        make_initiative(
            title=f"Jour {day}", themes=["lieux"], published_at=start + timedelta(days=day, hours=-2)
        )
    assert digest(start + timedelta(hours=12)) == []
    assert digest(start + timedelta(days=1)) == [1]
    assert digest(start + timedelta(days=2)) == [1]


def test_the_mail_program_stops_it_by_itself(client):
    link = follow(client)
    client.post(link)
    make_initiative(title="Nouvelle", themes=["lieux"], published_at=timezone.now() + timedelta(hours=1))
    digest(timezone.now() + timedelta(days=7))
    address = everyone(OutgoingMail)[-1].headers["List-Unsubscribe"].strip("<>")
    path = "/" + address.split("/", 3)[3]
    assert client.get(path).status_code == 200
    assert len(everyone(Subscription)) == 1, "reading the link stops nothing"

    robot = Client(enforce_csrf_checks=True)
    assert robot.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200

    assert everyone(Subscription) == []
    assert robot.post(path).status_code == 200
    assert client.get(link).status_code == 410


def test_a_stop_link_of_before_still_stops_and_one_that_is_not_ours_stops_nothing(client):
    link = follow(client)
    client.post(link)
    for other in ("1", token_of(everyone(Subscription)[0].pk)[:-1] + "~"):
        assert client.post(f"/suivre/arreter/{other}/").status_code == 200
    assert len(everyone(Subscription)) == 1

    client.post(f"{link}arreter/")

    assert everyone(Subscription) == []


def test_following_twice_says_nothing_of_the_first_time(client):
    first = follow(client)
    again = follow(client, rhythm="daily")
    assert again != first
    assert [client.get(link).status_code for link in (first, again)] == [410, 200]
    assert [row.rhythm for row in everyone(Subscription)] == ["daily"]


@pytest.mark.parametrize("query", ["theme=inconnu", "departement=ZZ", "zone=POLYGON((0 0", "lon=abc&lat=1"])
def test_a_search_that_means_nothing_cannot_be_followed(client, query):
    assert client.get(f"/suivre/?{query}").status_code == 422


def test_what_is_past_its_time_is_forgotten_and_the_rest_stays():
    now = timezone.now()
    user = person("r@exemple.fr")

    def proposal(email, **fields):
        created = fields.pop("created_at", now)
        row = Proposal.objects.create(values={"title": "x"}, email=email, **fields)
        Proposal.objects.filter(pk=row.pk).update(created_at=created)
        return row

    with for_purpose(Purpose.ADMINISTRATION):
        proposal("a@exemple.fr", status="accepted", answered_at=now - timedelta(days=90), user=user)
        proposal("b@exemple.fr", status="refused", answered_at=now - timedelta(days=80))
        proposal("c@exemple.fr", created_at=now - timedelta(days=7))
        proposal("d@exemple.fr", created_at=now - timedelta(days=6, hours=23))
        proposal("e@exemple.fr", status="waiting", created_at=now - timedelta(days=300))
        for email, age, proven in [
            ("f@exemple.fr", 8, None),
            ("g@exemple.fr", 6, None),
            ("h@exemple.fr", 900, now),
        ]:
            row = Subscription.objects.create(email=email, criteria="", proven_at=proven)
            Subscription.objects.filter(pk=row.pk).update(created_at=now - timedelta(days=age))
        default_storage.save("attente/x.webp", ContentFile(b"x"))

        assert forget(at=now) == {"emails": 1, "proposals": 1, "subscriptions": 1, "uploads": 0}
        assert forget(at=now) == {"emails": 0, "proposals": 0, "subscriptions": 0, "uploads": 0}
        assert forget(at=now + timedelta(hours=25))["uploads"] == 1

    assert [row.email for row in everyone(Proposal)] == ["", "b@exemple.fr", "e@exemple.fr"]
    assert [row.email for row in everyone(Subscription)] == ["h@exemple.fr"]
