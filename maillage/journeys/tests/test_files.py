"""The people whom one follows and their files, by HTTP and in plain SQL: who may do what, what each sees, and two at once."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.timezone import localdate

from maillage.accounts.tests.people import person as user
from maillage.accounts.tests.people import signed_in
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.actions import documents as document_actions
from maillage.journeys.models import (
    Aim,
    Appointment,
    Document,
    Follow,
    Frein,
    Note,
    OpeningEvent,
    Person,
    Step,
)
from maillage.journeys.queries.files import Choice, people
from maillage.journeys.tests.factories import act_as, agree, make_person
from maillage.journeys.tests.file_pages import LIST, PNG, as_all, file_home, in_name_of, page
from maillage.offers.tests.factories import make_service

pytestmark = pytest.mark.django_db
TODAY = localdate().isoformat()
HOSTILE = ["'; DROP TABLE journeys_note; --", "<script>alert(1)</script>", "مرحبا 🌍", "x" * 5000]


@pytest.fixture
def home(settings, tmp_path):
    return file_home(settings, tmp_path)


def everyone(home):
    """Each role's browser. The relay's and the network's structures follow the person; the other does not."""
    return {
        "relay": signed_in(home.awa),
        "adviser": signed_in(home.bo),
        "manager": signed_in(home.cy),
        "stranger": signed_in(home.dan),
        "network": signed_in(home.admin),
        "moderator": signed_in(user("moderation@exemple.invalid", ("moderator",))),
        "unproved": signed_in(home.bo, second_factor=False),
        "visitor": Client(),
    }


SEES = {
    "relay": 200, "adviser": 200, "manager": 200, "stranger": 404, "network": 403, "moderator": 403, "unproved": 302, "visitor": 302,
}  # fmt: skip


def test_who_opens_a_file_and_what_each_gesture_asks(home):
    clients = everyone(home)
    act_as(home.bo)
    mine = {"person": home.person, "organisation": home.network, "author": home.bo}
    step = Step.objects.create(kind="diagnostic", on=localdate(), **mine)
    brake = Frein.objects.create(brake="mobilite", raised_on=localdate(), **mine)
    note = Note.objects.create(body="Un camion", **mine)
    meeting = Appointment.objects.create(
        starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=1), **mine
    )
    document = document_actions.add_document(
        person_id=home.person.pk, organisation_id=home.network.pk, file=io.BytesIO(PNG), size=len(PNG), name="Devis",
        by=home.bo.pk, at=timezone.now(),
    )  # fmt: skip
    rows = [("etapes", step.pk), ("notes", note.pk), ("rendez-vous", meeting.pk), ("documents", document.pk)]
    for who, client in clients.items():
        assert client.get(page(home)).status_code == SEES[who], who
    for who, answer in (("adviser", 200), ("relay", 404), ("stranger", 404)):
        for parts in rows:  # the relay follows the person too, and reads nothing of the network's
            assert clients[who].get(page(home, *parts)).status_code == answer, (who, parts)
    posts = [
        ("projet",), ("contact",), ("etapes",), ("freins",), ("notes",), ("documents",), ("rendez-vous",),
        ("etapes", step.pk), ("notes", note.pk), ("freins", brake.pk, "lever"), ("retirer", "etape", step.pk),
        ("documents", document.pk, "supprimer"), ("rendez-vous", meeting.pk, "issue"), ("rendez-vous", meeting.pk),
    ]  # fmt: skip
    before = [as_all(model) for model in (Step, Frein, Note, Appointment, Document)]
    for parts in posts:  # the other roles: test_http_leaks
        assert clients["stranger"].post(page(home, *parts), {"version": 1}).status_code == 404, parts
    # what an unproved session was writing waits in the page that asks for the proof
    assert clients["unproved"].post(page(home, "notes"), {"version": 1}).status_code == 403
    for parts in posts[7:]:  # another structure's rows
        assert clients["relay"].post(page(home, *parts), {"version": 1}).status_code == 404, parts
    assert [as_all(model) for model in (Step, Frein, Note, Appointment, Document)] == before
    assert [client.get(LIST).status_code for client in clients.values()] == [
        200,
        200,
        200,
        200,
        403,
        403,
        302,
        302,
    ]


def test_every_opening_is_logged_with_its_reason_and_a_list_is_none(home):
    client = signed_in(home.bo)
    client.get(LIST)
    client.post(LIST, {"qui": "mariam"})
    client.get(page(home))
    client.post(page(home, "etapes"), {"etape-kind": "x"})
    act_as(None, f"person:{home.person.pk}")
    rows = OpeningEvent.objects.order_by("pk").values_list("user_number", "organisation_number", "why")
    assert list(rows) == [
        (home.bo.pk, home.network.pk, "Dossier ouvert"),
        (home.bo.pk, home.network.pk, "Étape à noter"),
    ]


def test_the_list_finds_filters_and_goes_on_in_fixed_queries(home):
    client, at = signed_in(home.bo), timezone.now()
    assert "Mariam" in client.post(LIST, {"qui": "mar kon"}).text
    assert "Mariam" in client.post(LIST, {"qui": "06 " + home.person.phone[4:]}).text
    assert "Mariam" not in client.post(LIST, {"qui": "Xyzzy"}).text
    others = [
        make_person(home.network, first_name=f"Autre{n}", phase="creation", last_activity_at=at)
        for n in range(6)
    ]
    make_person(home.other, first_name="Ailleurs")
    text = client.get(f"{LIST}?phase=creation").text
    assert "Autre5" in text
    assert "Mariam" not in text
    assert "Ailleurs" not in client.get(LIST).text
    assert "Autre" not in client.get(f"{LIST}?miennes=1").text
    client.post(page(home, "contact"), {"structure": home.network.pk})
    assert "Mariam" in client.get(f"{LIST}?miennes=1").text
    assert client.get(f"{LIST}?apres=faux").status_code == 400

    act_as(home.bo)
    seen, cursor = [], ""
    while True:
        part = people(
            {home.network.pk: "R"}, home.bo.pk, Choice(phase="creation"), at=at, cursor=cursor, size=2
        )
        seen += [line.person.pk for line in part.lines]
        if not (cursor := part.next_cursor):
            break
    assert seen == [one.pk for one in reversed(others)]
    with CaptureQueriesContext(connection) as seven:
        client.get(LIST)
    with for_purpose(Purpose.RETENTION):
        Person.objects.filter(pk__in=[one.pk for one in others]).delete()
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    assert len(seven) == len(one)


def test_a_project_is_told_step_by_step(home):
    client = signed_in(home.bo)

    def post(**values):
        return client.post(page(home, "etapes"), in_name_of(home.network, "etape", **{"on": TODAY, **values}))

    wrong = [
        {"kind": "financement-obtenu"},
        {"kind": "diagnostic", "amount": 5},
        {"kind": "emplois"},
        {"kind": "immatriculation", "siret": "12345678901234"},
        {"kind": "diagnostic", "on": (localdate() + timedelta(days=1)).isoformat()},
        {"kind": "diagnostic", "on": "0001-01-01"},
        {"kind": "financement-obtenu", "amount": "99999999999"},
        {"kind": "diagnostic", "note": "x" * 501},
        {"kind": "autre"},
        {"kind": "diagnostic", "note": "a\x00b"},
    ]
    assert [post(**values).status_code for values in wrong] == [422] * len(wrong)
    good = [
        {"kind": "diagnostic", "note": HOSTILE[1]},
        {"kind": "financement-demande", "amount": 8000},
        {"kind": "financement-obtenu", "amount": 5000},
        {"kind": "immatriculation", "siret": "732 829 320 00074"},
        {"kind": "emplois", "jobs": 2},
        {"kind": "diagnostic", "note": HOSTILE[1]},  # sent twice: one
    ]
    assert [post(**values).status_code for values in good] == [302] * len(good)
    rows = as_all(Step)
    assert [(row.kind, row.amount, row.jobs, row.siret, row.author_id) for row in rows] == [
        ("diagnostic", None, None, "", home.bo.pk),
        ("financement-demande", 8000, None, "", home.bo.pk),
        ("financement-obtenu", 5000, None, "", home.bo.pk),
        ("immatriculation", None, None, "73282932000074", home.bo.pk),
        ("emplois", None, 2, "", home.bo.pk),
    ]
    text = client.get(page(home)).text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert(1)" not in text
    with CaptureQueriesContext(connection) as five:
        client.get(page(home))
    assert client.post(page(home, "retirer", "etape", rows[0].pk), {"version": 1}).status_code == 302
    assert client.post(page(home, "retirer", "autre", rows[1].pk), {"version": 1}).status_code == 404
    with CaptureQueriesContext(connection) as four:
        client.get(page(home))
    assert len(five) == len(four)
    assert client.post(page(home, "projet"), {"phase": "creation"}).status_code == 302
    assert client.post(page(home, "projet"), {"phase": "autre"}).status_code == 422
    act_as(home.bo)
    assert Person.objects.get().phase == "creation"


def test_two_who_change_one_step_or_note_lose_no_word(home):
    act_as(home.bo)
    mine = {"person": home.person, "organisation": home.network, "author": home.bo}
    step = Step.objects.create(kind="diagnostic", on=localdate(), note="avant", **mine)
    note = Note.objects.create(body="avant", **mine)
    first, second = signed_in(home.bo), signed_in(home.cy)
    structure = {"structure": home.network.pk}
    for path, one, two, field in (
        (page(home, "etapes", step.pk), {"kind": "diagnostic", "on": TODAY, "note": "celui de Bo"},
         {"kind": "diagnostic", "on": TODAY, "note": "celui de Cy"}, "note"),
        (page(home, "notes", note.pk), {"body": "celui de Bo"}, {"body": "celui de Cy"}, "body"),
    ):  # fmt: skip
        assert first.post(path, {**structure, **one, "version": 1}).status_code == 302
        late = second.post(path, {**structure, **two, "version": 1})
        assert late.status_code == 409
        assert "celui de Bo" in late.text
        assert "celui de Cy" in late.text
        assert 'name="version" value="2"' in late.text
        assert second.post(path, {**structure, **two, "version": 2}).status_code == 302
        assert field in two
    assert as_all(Step)[0].note == "celui de Cy"
    assert as_all(Note)[0].body == "celui de Cy"
    gone = second.post(page(home, "retirer", "note", note.pk), {"version": 1}, follow=True)
    assert "relisez avant de retirer" in gone.text
    assert len(as_all(Note)) == 1


def test_a_brake_is_raised_once_and_lifted_by_a_service(home):
    service = make_service(nom="Permis solidaire")
    service.structure = home.network
    service.save()
    client = signed_in(home.bo)
    sent = in_name_of(home.network, "frein", brake="mobilite", raised_on=TODAY)
    for _ in range(2):
        assert client.post(page(home, "freins"), sent).status_code == 302
    (row,) = as_all(Frein)
    path, prefix = page(home, "freins", row.pk, "lever"), f"lever-{row.pk}"
    early = {f"{prefix}-lifted_on": (localdate() - timedelta(days=2)).isoformat(), "version": 1}
    assert client.post(path, early).status_code == 422
    late = {f"{prefix}-lifted_on": TODAY, f"{prefix}-service": service.pk}
    assert client.post(path, {**late, f"{prefix}-service": "999999", "version": 1}).status_code == 422
    assert client.post(path, {**late, "version": 1}).status_code == 302
    assert "entre-temps" in client.post(path, {**late, "version": 1}, follow=True).text
    (row,) = as_all(Frein)
    assert (row.lifted_on, row.lifted_by_id) == (localdate(), service.pk)
    assert "grâce à Permis solidaire" in client.get(page(home)).text


def test_a_private_note_is_its_author_s_and_a_shared_one_follows_the_consent(home):
    bo, cy, awa = signed_in(home.bo), signed_in(home.cy), signed_in(home.awa)
    for text, private in (("pour moi", True), ("pour nous", False)):
        values = in_name_of(home.network, "note", body=text, **({"is_private": "on"} if private else {}))
        assert bo.post(page(home, "notes"), values).status_code == 302
    for text in (*HOSTILE, HOSTILE[0]):  # sent twice: one
        assert bo.post(page(home, "notes"), in_name_of(home.network, "note", body=text)).status_code == 302
    assert bo.post(page(home, "notes"), in_name_of(home.network, "note", body="x" * 5001)).status_code == 422

    def reads(client):
        text = client.get(page(home)).text
        return [said for said in ("pour moi", "pour nous") if said in text]

    assert [reads(client) for client in (bo, cy, awa)] == [["pour moi", "pour nous"], ["pour nous"], []]
    assert home.network.name not in awa.get(page(home)).text  # nor that it exists
    private = next(row for row in as_all(Note) if row.is_private)
    assert cy.get(page(home, "notes", private.pk)).status_code == 404
    agree(home.person, Aim.PARTAGE)
    assert reads(awa) == ["pour nous"]
    assert home.network.name in awa.get(page(home)).text

    def plain(sql, who, subject=""):
        act_as(who, subject)
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else cursor.rowcount

    read = "SELECT body FROM journeys_note WHERE is_private"
    person = f"person:{home.person.pk}"
    assert plain(read, home.bo) == [("pour moi",)]
    assert [plain(read, who) for who in (home.cy, home.awa, home.dan, None)] == [[]] * 4
    assert plain(read, None, person) == []
    assert plain("UPDATE journeys_note SET is_private = false WHERE is_private", home.cy) == 0
    assert plain("DELETE FROM journeys_note", home.awa) == 0
    assert plain("SELECT count(*) FROM journeys_note", None, person) == [(1 + len(HOSTILE),)]


def test_a_withdrawal_closes_the_file_at_once(home):
    client = signed_in(home.bo)
    client.post(page(home, "notes"), in_name_of(home.network, "note", body="Un camion"))
    with for_purpose(Purpose.CONSENT):
        home.person.consents.filter(organisation=home.network).update(withdrawn_at=timezone.now())
    assert client.get(page(home)).status_code == 404
    assert (
        client.post(page(home, "notes"), in_name_of(home.network, "note", body="Encore")).status_code == 404
    )
    assert "Mariam" not in client.get(LIST).text
    act_as(home.bo)
    assert not Note.objects.exists()
    assert not Follow.objects.filter(organisation=home.network, until=None).exists()
