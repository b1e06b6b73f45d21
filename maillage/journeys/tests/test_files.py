"""The people whom one follows and their files, by HTTP and in plain SQL: who may do what, what each sees, and two at once."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.timezone import localdate, localtime
from icalendar import Calendar

from maillage.accounts.tests.people import person as user
from maillage.accounts.tests.people import signed_in
from maillage.core import sealed
from maillage.core.acting import Purpose, for_purpose
from maillage.core.models import OutgoingMail, OutgoingText
from maillage.journeys.actions import documents as document_actions
from maillage.journeys.models import (
    Aim,
    Appointment,
    Document,
    Follow,
    Frein,
    NextAction,
    Note,
    OpeningEvent,
    Person,
    Referral,
    State,
    Step,
)
from maillage.journeys.queries.files import Choice, people
from maillage.journeys.tests.factories import act_as, agree, make_person, make_referral
from maillage.journeys.tests.test_referrals import make_home
from maillage.offers.tests.factories import make_service

pytestmark = pytest.mark.django_db
LIST = "/espace/personnes/"
TODAY = localdate().isoformat()
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
HOSTILE = ["'; DROP TABLE journeys_note; --", "<script>alert(1)</script>", "مرحبا 🌍", "x" * 5000]


@pytest.fixture
def home(settings, tmp_path):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    settings.SEALED_ROOT, settings.DATA_DIR = tmp_path / "sealed", tmp_path
    found = make_home()
    agree(found.person, Aim.SUIVI, found.network)
    return found


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


def page(home, *parts):
    return "/".join([f"{LIST}{home.person.pk}", *map(str, parts), ""])


def as_all(model, **lookup):
    """Rows whoever they are to, as the database keeps them: retention reads every row of a file."""
    with for_purpose(Purpose.RETENTION):
        return list(model.objects.filter(**lookup).order_by("pk"))


def upload(name="scan.png", data=PNG, said="Devis"):
    return {"document-name": said, "document-file": SimpleUploadedFile(name, data)}


def in_name_of(organisation, prefix, **values):
    return {f"{prefix}-structure": organisation.pk, **{f"{prefix}-{k}": v for k, v in values.items()}}


def appointment(home, **changes):
    start = localtime() + timedelta(days=2)
    values = {
        "day": start.date().isoformat(), "hour": "14:00", "minutes": "60", "received_by": home.bo.pk, "place": "1 rue du Port",
    }  # fmt: skip
    return in_name_of(home.network, "rdv", **{**values, **changes})


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


def test_a_document_is_sealed_opened_by_its_structure_alone_and_leaves_no_trace(home):
    client = signed_in(home.bo)
    path = page(home, "documents")
    sent = client.post(path, {**in_name_of(home.network, "document"), **upload(name="../../évasion.exe")})
    assert sent.status_code == 302
    (row,) = as_all(Document)
    assert (row.media_type, row.size, row.name) == ("image/png", len(PNG), "Devis")
    assert PNG[:16] not in (sealed.folder() / row.path).read_bytes()
    got = client.get(page(home, "documents", row.pk))
    assert got.content == PNG
    assert got["Content-Disposition"] == 'attachment; filename="devis.png"'
    assert (got["X-Content-Type-Options"], got["Content-Type"]) == ("nosniff", "image/png")
    assert "no-store" in got["Cache-Control"]
    act_as(None, f"person:{home.person.pk}")
    assert OpeningEvent.objects.latest("pk").why == f"Document ouvert (n° {row.pk})"
    agree(home.person, Aim.PARTAGE)  # which shares no document
    for who, seen in ((home.bo, 1), (home.cy, 1), (home.awa, 0), (home.dan, 0), (None, 0)):
        act_as(who)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM journeys_document")
            assert cursor.fetchone() == (seen,)
    act_as(home.bo)

    (sealed.folder() / row.path).write_bytes(b"MSEAL1 changed")
    assert client.get(page(home, "documents", row.pk)).status_code == 422
    assert "Mariam" not in client.get(page(home, "documents", row.pk)).text


def files():
    return [path for path in sealed.folder().rglob("*") if path.is_file()] if sealed.folder().exists() else []


def test_what_cannot_be_kept_is_said_in_french_and_leaves_nothing(home):
    client, path = signed_in(home.bo), page(home, "documents")
    structure = in_name_of(home.network, "document")
    large = client.post(path, {**structure, **upload(data=b"%PDF-" + b"x" * 30 * 1024 * 1024)})
    assert large.status_code == 413
    assert "Ce document dépasse 10 Mo" in large.text
    assert "Mariam" in large.text  # the file, with the form as it was
    for data, words in ((b"MZ\x90\x00", "pas d’une sorte"), (b"%PDF-1.4 rien", "abîmé"), (b"", "vide")):
        refused = client.post(path, {**structure, **upload(data=data)})
        assert refused.status_code == 422
        assert words in refused.text
    assert client.post(path, structure).status_code == 422
    checked = Client(enforce_csrf_checks=True)
    checked.cookies = client.cookies
    assert checked.post(path, {**structure, **upload()}).status_code == 403
    assert (files(), as_all(Document)) == ([], [])


def test_a_document_goes_with_its_row_and_what_is_left_over_is_swept(
    home, django_capture_on_commit_callbacks
):
    client = signed_in(home.bo)
    for name in ("un", "deux"):
        client.post(page(home, "documents"), {**in_name_of(home.network, "document"), **upload(said=name)})
    first, second = as_all(Document)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page(home, "documents", first.pk, "supprimer")).status_code == 302
    assert [path.name for path in files()] == [second.path.split("/")[1]]
    with django_capture_on_commit_callbacks(execute=True):
        document_actions.forget_documents(home.person.pk)
        with for_purpose(Purpose.RETENTION):
            Document.objects.all().delete()
    assert files() == []
    left = sealed.new_name()
    sealed.seal(io.BytesIO(b"left over"), left)
    (sealed.folder() / left[:2] / ".half.part").write_bytes(b"MSEAL1")
    with for_purpose(Purpose.RETENTION):
        assert document_actions.sweep(timezone.now()) == 0
        assert document_actions.sweep(timezone.now() + timedelta(hours=2)) == 2
    assert files() == []


def mails():
    with for_purpose(Purpose.MAIL):
        return list(OutgoingMail.objects.order_by("pk"))


def events():
    return [
        (
            mail.to,
            mail.subject,
            next(iter(Calendar.from_ical(mail.attachments[0][2]).walk("VEVENT"))),
            mail.attachments[0][1],
        )
        for mail in mails()
        if mail.attachments
    ]


def test_an_appointment_is_set_moved_and_cancelled_in_both_calendars(home):
    with for_purpose(Purpose.CONSENT):
        Person.objects.filter(pk=home.person.pk).update(email="mariam@exemple.invalid")
    client = signed_in(home.bo)
    path = page(home, "rendez-vous")
    assert client.post(path, appointment(home, received_by="")).status_code == 422
    assert client.post(path, appointment(home, received_by=home.dan.pk)).status_code == 422
    assert client.post(path, appointment(home, day="2090-01-01")).status_code == 422
    for _ in range(2):  # sent twice: one
        assert client.post(path, appointment(home)).status_code == 302
    (row,) = as_all(Appointment)
    form = {
        "structure": home.network.pk, "day": localdate(row.starts_at).isoformat(), "hour": "16:30", "minutes": "45",
        "received_by": home.cy.pk, "place": "",
    }  # fmt: skip
    one = page(home, "rendez-vous", row.pk)
    assert "14:00" in client.get(one).text
    assert client.post(one, {**form, "version": 1}).status_code == 302
    late = client.post(one, {**form, "hour": "17:00", "version": 1})
    assert late.status_code == 409
    assert (
        client.post(page(home, "rendez-vous", row.pk, "issue"), {"issue": "annule", "version": 2}).status_code
        == 302
    )
    told = events()
    assert [(to, event["SEQUENCE"], event["STATUS"], kind) for to, _subject, event, kind in told] == [
        ("mariam@exemple.invalid", 0, "CONFIRMED", "text/calendar; method=REQUEST"),
        (home.bo.email, 0, "CONFIRMED", "text/calendar; method=REQUEST"),
        ("mariam@exemple.invalid", 1, "CONFIRMED", "text/calendar; method=REQUEST"),
        (home.cy.email, 1, "CONFIRMED", "text/calendar; method=REQUEST"),
        (home.bo.email, 1, "CANCELLED", "text/calendar; method=CANCEL"),  # who no longer receives
        ("mariam@exemple.invalid", 2, "CANCELLED", "text/calendar; method=CANCEL"),
        (home.cy.email, 2, "CANCELLED", "text/calendar; method=CANCEL"),
    ]
    assert len({str(event["UID"]) for _to, _subject, event, _kind in told}) == 1
    assert localtime(told[2][2]["DTSTART"].dt).strftime("%H:%M") == "16:30"
    for mail in mails():
        assert "Koné" not in mail.subject + mail.text + str(mail.attachments)
        assert "Mariam" not in mail.subject + mail.text + str(mail.attachments)
        assert not (mail.to != "mariam@exemple.invalid" and "mariam@" in str(mail.attachments))
    assert str(told[1][2]["SUMMARY"]) == "Rendez-vous avec M. K."
    again = client.post(
        page(home, "rendez-vous", row.pk, "issue"), {"issue": "fait", "version": 3}, follow=True
    )
    assert "déjà noté" in again.text


@pytest.mark.parametrize(
    ("issue", "state"), [("fait", State.RDV_FAIT), ("absent", State.ABSENT), ("excuse", State.EXCUSE)]
)
def test_what_an_appointment_gave_moves_the_referral(home, settings, issue, state):
    settings.SMS_URL = ""
    settings.DEMO = True
    referral = make_referral(
        home.person, home.relay, home.network, home.bo, state=State.ACCEPTEE, initials="M. K."
    )
    client = signed_in(home.bo)
    assert client.post(page(home, "rendez-vous"), appointment(home)).status_code == 302
    (row,) = as_all(Appointment)

    def now():
        with for_purpose(Purpose.FOLLOW_UP):
            return Referral.objects.get(pk=referral.pk)

    assert row.referral_id == referral.pk
    assert (now().next_action, now().next_action_at) == (NextAction.NOTER_ISSUE, row.ends_at)
    with for_purpose(Purpose.MAIL):
        assert [text.to for text in OutgoingText.objects.all()] == [home.person.phone]
    path = page(home, "rendez-vous", row.pk, "issue")
    if issue != "excuse":
        assert "pas encore eu lieu" in client.post(path, {"issue": issue, "version": 1}, follow=True).text
        act_as(home.bo)
        Appointment.objects.update(starts_at=timezone.now() - timedelta(hours=2), ends_at=timezone.now())
    version = as_all(Appointment)[0].version
    assert client.post(path, {"issue": issue, "version": version}).status_code == 302
    assert as_all(Appointment)[0].status == issue
    assert now().state == state
    assert [event["STATUS"] for _to, _subject, event, _kind in events()][1:] == (
        ["CANCELLED"] if issue == "excuse" else []
    )  # excused before the day: out of the calendar
    assert client.post(path, {"issue": issue, "version": version}).status_code == 302  # twice: nothing more
    assert client.post(path, {"issue": "autre", "version": version}, follow=True).status_code == 200
    act_as(home.bo)


def test_a_cancelled_appointment_asks_for_another(home):
    referral = make_referral(home.person, home.relay, home.network, home.bo, state=State.ACCEPTEE)
    client = signed_in(home.bo)
    client.post(page(home, "rendez-vous"), appointment(home))
    client.post(page(home, "rendez-vous"), appointment(home, hour="16:00"))
    row, other = as_all(Appointment)

    def cancelled(one):
        client.post(page(home, "rendez-vous", one.pk, "issue"), {"issue": "annule", "version": 1})
        with for_purpose(Purpose.FOLLOW_UP):
            return Referral.objects.get(pk=referral.pk)

    found = cancelled(row)
    assert (found.next_action, found.next_action_at) == (NextAction.NOTER_ISSUE, other.ends_at)
    found = cancelled(other)
    assert (found.state, found.next_action, found.in_charge_id) == (
        State.ACCEPTEE,
        NextAction.FIXER_RDV,
        home.bo.pk,
    )


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
