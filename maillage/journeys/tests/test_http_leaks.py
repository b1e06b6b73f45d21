"""Role × address: every address of the journeys, whatever its method, asked by who has no right to the person's file.

It walks the addresses by itself: a page that is added tomorrow is tried tomorrow.
"""

from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import URLPattern, reverse

from maillage.accounts.tests.people import signed_in
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import Follow
from maillage.journeys.tests.factories import act_as
from maillage.journeys.tests.test_leaks import TABLES
from maillage.journeys.tests.world import SECRET, make_world
from maillage.journeys.urls import pages, urlpatterns

pytestmark = pytest.mark.django_db
STRANGERS = ("other", "funder", "admin", "moderator", "anonymous")
# all that would give the person away: name, number in each of its dresses, initials
TELLING = (SECRET, "Koné", "639980177", "06 39 98 01 77", "Z. K.")
REFUSED = {302, 303, 400, 401, 403, 404, 405, 409, 410, 413, 422, 429}


@pytest.fixture
def world(settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    return make_world()


def addresses(world, person_id=None):
    """(name, address) of each page, its numbers those of the person's own rows; under somebody else's file if told so."""
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        converters = pattern.pattern.converters
        values = {name: value_of(world, name, type(one).__name__) for name, one in converters.items()}
        if person_id and "person_id" in values:
            values["person_id"] = person_id
        yield pattern.name, reverse(f"journeys:{pattern.name}", kwargs=values)


def value_of(world, name, converter):
    """The number of the row that a parameter is called after, « note_id »; a key that nobody has for the rest."""
    if converter == "UUIDConverter":
        return uuid4()
    if converter != "IntConverter":
        return "note" if name == "kind" else "x" * 20
    if name == "person_id":
        return world.person.pk
    if name == "referral_id":
        return world.referral.pk
    kinds = {model._meta.model_name: model for model in apps.get_app_config("journeys").get_models()}
    called = {"brake_id": "frein", "pk": "note"}.get(name, name.removesuffix("_id").replace("_", ""))
    model = kinds.get(called)
    if model is None:
        return world.person.pk
    for purpose in (Purpose.RETENTION, Purpose.CONSENT):
        with for_purpose(purpose):
            of = {"person": world.person} if hasattr(model, "person") else {}
            if row := model.objects.filter(**of).order_by("pk").first():
                return row.pk
    return world.person.pk


def snapshot(world):
    """How many rows of the person each table holds, and which versions: what a stranger must not change."""
    values = {"person": world.person.pk, "referral": world.referral.pk, "link": world.link.pk}
    found = {}
    for table, (mine, _called) in TABLES.items():
        for purpose in (Purpose.RETENTION, Purpose.CONSENT, Purpose.FOLLOW_UP):
            with for_purpose(purpose), connection.cursor() as cursor:
                sql = f"SELECT count(*), COALESCE(sum(xmin::text::bigint), 0) FROM journeys_{table} WHERE {mine}"
                cursor.execute(sql, values)
                found[table, purpose] = cursor.fetchone()
    return found


def browser(world, role):
    user, _subject = world.roles[role]
    return signed_in(user) if user else Client()


def test_no_address_tells_a_stranger_anything_or_lets_them_change_it(world):
    act_as(*world.roles["other"])
    theirs = Follow.objects.values_list(
        "person_id", flat=True
    ).get()  # a file of their own, to reach another's rows by
    act_as(None)
    before, told, asked = snapshot(world), [], 0
    sent = {"why": "par curiosité", "structure": world.relay.pk, "what": "accept", "body": "x"}
    for role in STRANGERS:
        client = browser(world, role)
        crossed = addresses(world, theirs) if role == "other" else ()
        for name, address in (*addresses(world), *crossed):
            for answer in (
                client.get(address),
                client.get(address, headers={"HX-Request": "true"}),
                client.post(address, sent),
            ):
                text = b"".join(answer).decode(errors="replace") if answer.streaming else answer.text
                told += [(role, name, word) for word in TELLING if word in f"{text} {answer.headers}"]
                assert answer.status_code == 200 or answer.status_code in REFUSED, (name, answer.status_code)
                asked += 1
    assert told == []
    act_as(None)
    assert snapshot(world) == before
    assert asked >= 5 * 3 * 8


# page → who reads the person's name there; the others get no 200, or a page without it
SHOWN = {
    "referral": {"relay", "adviser", "manager", "coordinator"},
    "file": {"relay", "adviser", "manager", "coordinator"},
}


@pytest.mark.parametrize("name", SHOWN)
def test_the_file_is_shown_to_who_follows_the_person(world, name):
    address = dict(addresses(world))[name]
    roles = [role for role, (user, _subject) in world.roles.items() if user]
    answers = {role: browser(world, role).get(address) for role in roles}
    assert {role for role, answer in answers.items() if SECRET in answer.text} == SHOWN[name]
    assert {answer.status_code for role, answer in answers.items() if role not in SHOWN[name]} <= {403, 404}


def test_without_a_second_factor_no_page_of_a_professional_opens(world):
    user, _subject = world.roles["manager"]
    client = signed_in(user, second_factor=False)
    opened = []
    for name, address in addresses(world):
        answer = client.get(address)
        assert SECRET not in answer.text
        if answer.status_code == 200:
            opened.append(name)
    doors = {
        pattern.name for pattern in urlpatterns if not getattr(pattern.callback, "needs_second_factor", False)
    }
    assert set(opened) <= doors
    assert not any(name in doors for name in ("referral", "inbox", "people-export", "coordination", "refer"))


def test_every_door_without_a_login_is_known():
    """A page of the journeys that asks for no login: each is here on purpose."""
    open_doors = {
        pattern.pattern._route.split("/")[0]
        for pattern in pages
        if not getattr(pattern.callback, "needs_second_factor", False)
    }
    assert open_doors <= {"reponse", "mon-parcours", "accord", "trouver"}
