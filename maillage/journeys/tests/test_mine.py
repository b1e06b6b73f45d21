"""« Mon parcours »: a code opens one's own file and nobody else's, for half an hour; everything in it is one's to decide."""

import io
import json
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from maillage.accounts.tests.people import person as user
from maillage.accounts.tests.people import signed_in
from maillage.core import sealed
from maillage.core.acting import Purpose, for_purpose
from maillage.core.models import OneTimeCode, OutgoingMail, OutgoingText
from maillage.journeys import jobs
from maillage.journeys.actions import consents
from maillage.journeys.actions.documents import add_document
from maillage.journeys.models import (
    Appointment,
    Consent,
    Frein,
    Note,
    OpeningEvent,
    Person,
    State,
    Step,
)
from maillage.journeys.tests.factories import act_as, agree, make_person, make_referral, member
from maillage.organisations.tests.factories import NANTES, make_organisation

pytestmark = pytest.mark.django_db
HOME = "/mon-parcours/"
PAGES = (
    "",
    "lectures/",
    "accords/",
    "mes-donnees/",
    "me-joindre/",
    "effacer/",
    "mon-parcours.json",
    "mon-parcours.pdf",
)


@pytest.fixture
def home(settings):
    settings.EMAIL_BACKEND, settings.DEMO = "maillage.core.mail.OutboxBackend", True
    now = timezone.now()

    class Home:
        relay, network = (
            make_organisation(name="Le Relais", telephone="0240419000"),
            make_organisation(name="Réseau B"),
        )
        awa = member(user("awa@exemple.invalid"), relay)
        bo = member(user("bo@exemple.invalid"), network)
        mariam = make_person(
            relay, first_name="Mariam", last_name="Koné", phone="+33612345678", email="m@exemple.invalid",
            commune_id=NANTES, created_at=now - timedelta(days=9),
        )  # fmt: skip
        zorah = make_person(relay, first_name="Zorah", phone="+33612345679")
        sent = make_referral(
            mariam,
            relay,
            network,
            bo,
            state=State.ACCEPTEE,
            reason="Un camion de cuisine",
            at=now - timedelta(days=8),
        )

    whose = {"person": Home.mariam, "organisation": Home.relay}
    with for_purpose(Purpose.RETENTION):
        Step.objects.create(**whose, kind="diagnostic", on=now.date())
        Frein.objects.create(**whose, brake="mobilite", raised_on=now.date())
        Note.objects.create(**whose, author=Home.awa, body="A trouvé un local")
        Note.objects.create(**whose, author=Home.awa, body="Secret de conseillère", is_private=True)
        Note.objects.create(person=Home.zorah, organisation=Home.relay, body="Note sur Zorah")
        Appointment.objects.create(
            **whose,
            starts_at=now + timedelta(days=2),
            ends_at=now + timedelta(days=2, hours=1),
            place="3 rue du Tiers-Pot",
        )
    act_as(Home.awa)
    OpeningEvent.objects.bulk_create(
        OpeningEvent(
            person_number=one.pk,
            user_number=Home.awa.pk,
            organisation_number=Home.relay.pk,
            why=f"Appel {one.pk}",
        )
        for one in (Home.mariam, Home.zorah)
    )
    act_as(None)
    return Home


def outbox():
    """(to, text) of what waits to leave, texts then mails; and forget it."""
    with for_purpose(Purpose.MAIL):
        found = [
            *OutgoingText.objects.order_by("pk").values_list("to", "text"),
            *OutgoingMail.objects.order_by("pk").values_list("to", "text"),
        ]
        OutgoingText.objects.all().delete()
        OutgoingMail.objects.all().delete()
    return found


def run_jobs():
    """What the worker does once the page is committed."""
    with for_purpose(Purpose.PROOF):
        keys = list(OneTimeCode.objects.exclude(address="").values_list("key", flat=True))
    for key in keys:
        jobs.send_entry(str(key))


def digits(text):
    return next(word for word in text.replace("\n", " ").split() if word.isdecimal() and len(word) == 6)


def enter(reach="06 12 34 56 78", client=None):
    """A browser in which this person opened their space by a code."""
    client = client or Client()
    assert client.post(f"{HOME}code/", {"reach": reach}).status_code == 302
    run_jobs()
    [(_to, text)] = outbox()
    assert client.post(f"{HOME}code/", {"code": digits(text)}).url == HOME
    return client


@pytest.mark.parametrize("reach", ["06 12 34 56 78", "+33612345678", "M@exemple.invalid"])
def test_a_code_on_the_phone_or_in_the_mailbox_opens_the_space(home, reach):
    client = enter(reach)
    page = client.get(HOME)
    for text in (
        "Bonjour Mariam", "Le Relais", "02 40 41 90 00", "3 rue du Tiers-Pot", "Réseau B", "C’est oui", "Un camion de cuisine",
        "Diagnostic", "A trouvé un local", "Mobilité",
    ):  # fmt: skip
        assert text in page.text
    for text in ("Zorah", "Secret de conseillère"):
        assert text not in page.text
    assert "no-store" in page["Cache-Control"]
    assert f"Appel {home.mariam.pk}" in client.get(f"{HOME}lectures/").text
    assert str(home.awa) in client.get(f"{HOME}lectures/").text
    assert f"Appel {home.zorah.pk}" not in client.get(f"{HOME}lectures/").text


def test_an_unknown_number_gets_the_same_page_and_no_code(home):
    known, unknown = Client(), Client()
    answers = [
        client.post(f"{HOME}code/", {"reach": reach}, follow=True).text
        for client, reach in ((known, "0612345678"), (unknown, "0698765432"))
    ]
    plain = [text.split("<form")[0] for text in answers]
    assert plain[0] == plain[1]
    run_jobs()
    assert [to for to, _text in outbox()] == ["+33612345678"]
    wrong = [
        client.post(f"{HOME}code/", {"code": "12"}).text.split("<form")[0] for client in (known, unknown)
    ]
    assert wrong[0] == wrong[1]
    with CaptureQueriesContext(connection) as first:
        known.post(f"{HOME}code/", {"reach": "0612345678"})
    with CaptureQueriesContext(connection) as second:
        unknown.post(f"{HOME}code/", {"reach": "0698765432"})
    assert len(first) == len(second)


def test_guessing_a_code_stops_at_five_and_asking_at_the_limit(home):
    client = Client()
    client.post(f"{HOME}code/", {"reach": "0612345678"})
    run_jobs()
    [(_to, text)] = outbox()
    code = digits(text)
    for n in range(5):
        guess = f"{(int(code) + 1 + n) % 10**6:06}"
        assert client.post(f"{HOME}code/", {"code": guess}).status_code == 422
    assert client.post(f"{HOME}code/", {"code": code}).status_code == 422
    assert client.get(HOME).text.count("Recevoir mon code") == 1
    stranger = Client()
    stranger.post(f"{HOME}code/", {"reach": "0612345678"})
    run_jobs()
    fresh = digits(outbox()[0][1])
    assert client.post(f"{HOME}code/", {"code": fresh}).status_code == 422  # another browser's code
    statuses = [Client().post(f"{HOME}code/", {"reach": "0612345678"}).status_code for _ in range(4)]
    assert statuses == [302, 302, 302, 429]
    assert client.post(f"{HOME}code/", {"reach": "12"}).status_code == 422


def test_without_a_gateway_codes_go_by_mail_alone(home, settings):
    settings.DEMO = False
    client = Client()
    assert "par SMS" not in client.get(HOME).text
    assert "par e-mail" in client.post(f"{HOME}code/", {"reach": "0612345678"}).text
    enter("m@exemple.invalid", client)


def test_the_session_is_a_new_one_and_ends_by_itself_or_by_leaving(home):
    client = Client()
    client.post(f"{HOME}code/", {"reach": "0612345678"})
    fixed = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    run_jobs()
    client.post(f"{HOME}code/", {"code": digits(outbox()[0][1])})
    key = client.cookies[django_settings.SESSION_COOKIE_NAME]
    assert key.value != fixed
    assert int(key["max-age"]) == 1800
    assert not Session.objects.filter(session_key=fixed).exists()
    thief = Client()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = fixed
    assert "Mariam" not in thief.get(HOME).text

    row = Session.objects.get(session_key=key.value)
    assert timedelta(minutes=29) < row.expire_date - timezone.now() <= timedelta(minutes=30)
    Session.objects.filter(pk=row.pk).update(expire_date=timezone.now() + timedelta(minutes=1))
    client.get(HOME)  # a page: the half hour starts again
    assert Session.objects.get(pk=row.pk).expire_date - timezone.now() > timedelta(minutes=29)
    Session.objects.filter(pk=row.pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert "Mariam" not in client.get(HOME).text
    assert client.get(f"{HOME}accords/").url == HOME

    again = enter()
    old = again.cookies[django_settings.SESSION_COOKIE_NAME].value
    assert "Vous avez quitté" in again.post(f"{HOME}quitter/", follow=True).text
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = old
    assert "Mariam" not in thief.get(HOME).text


def test_entering_ends_a_professional_s_session_and_no_two_identities_meet(home):
    client = signed_in(home.awa)
    assert "compte professionnel" in client.get(HOME).text
    enter(client=client)
    assert client.get("/espace/orientations/").status_code == 302
    assert "Bonjour Mariam" in client.get(HOME).text
    other = signed_in(home.bo)
    session = other.session
    session["subject"] = f"person:{home.zorah.pk}"
    session.save()
    assert "Zorah" not in other.get(HOME).text


@pytest.mark.parametrize("page", PAGES)
def test_no_page_opens_without_a_code(home, page, client):
    answer = client.get(HOME + page)
    assert answer.status_code == (302 if page else 200)
    assert "Mariam" not in answer.text
    session = client.session
    session["subject"] = f"referral:{home.sent.pk}"
    session.save()
    assert "Mariam" not in client.get(HOME + page).text


def test_another_person_s_agreement_is_out_of_reach(home):
    zorah = enter("0612345679")
    with for_purpose(Purpose.CONSENT):
        hers = Consent.objects.filter(person=home.mariam).values_list("pk", flat=True)
        hers = list(hers)
    request = consents.ask_by_link(
        home.mariam, organisation_id=home.network.pk, label="", by=home.bo.pk, at=timezone.now()
    )
    for number in hers:
        zorah.post(f"{HOME}accords/", {"consent": number})
    zorah.post(f"{HOME}accords/", {"answer": request.pk, "yes": "1"})
    zorah.post(f"{HOME}accords/", {"all": "1"})
    zorah.post(f"{HOME}accords/", {"consent": "9" * 40})
    with for_purpose(Purpose.CONSENT):
        assert Consent.objects.filter(person=home.mariam, withdrawn_at=None).count() == len(hers) == 2
        request.refresh_from_db()
    assert request.answer == ""
    for page in PAGES:
        assert b"Mariam" not in zorah.get(HOME + page).content


def test_an_agreement_is_taken_back_in_two_clicks_and_asked_again(home):
    client, network = enter(), signed_in(home.bo)
    path = f"/espace/orientations/{home.sent.pk}/"
    assert network.get(path).status_code == 200
    page = client.get(f"{HOME}accords/").text
    assert "Réseau B" in page
    with for_purpose(Purpose.CONSENT):
        given = Consent.objects.get(person=home.mariam, organisation=home.network)
    client.post(f"{HOME}accords/", {"consent": given.pk})
    assert network.get(path).status_code == 404
    assert "Cette demande est arrêtée" in client.get(HOME).text

    consents.ask_by_link(
        home.mariam, organisation_id=home.network.pk, label="", by=home.bo.pk, at=timezone.now()
    )
    with for_purpose(Purpose.CONSENT):
        number = home.mariam.pk
    assert "Réseau B demande votre accord" in client.get(HOME).text
    act_as(None, f"person:{number}")
    asked = client.get(HOME).context["asked"][0].row.pk
    client.post(f"{HOME}accords/", {"answer": asked, "yes": "1"})
    assert "Réseau B demande votre accord" not in client.get(HOME).text
    act_as(home.bo)
    assert Person.objects.filter(pk=home.mariam.pk).exists()
    act_as(None)
    client.post(f"{HOME}accords/", {"all": "1"})
    assert "aucun accord" in client.get(f"{HOME}accords/").text


def test_everything_is_taken_away_to_read_and_for_a_program(home):
    client = enter()
    agree(home.mariam, "partage")
    data = json.loads(client.get(f"{HOME}mon-parcours.json").text)
    assert data["moi"]["prenom"] == "Mariam"
    assert data["orientations"][0]["demande"] == "Un camion de cuisine"
    assert [one["texte"] for one in data["notes"]] == ["A trouvé un local"]
    assert len(data["accords"]) == 3
    assert data["qui_a_lu_mon_dossier"][0]["structure"] == "Le Relais"
    answer = client.get(f"{HOME}mon-parcours.pdf")
    assert "attachment" in answer["Content-Disposition"]
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    for words in ("Mariam", "Un camion de cuisine", "Le Relais", "A trouvé un local"):
        assert words in text
    assert "Zorah" not in text


def test_one_s_documents_are_one_s_own_and_go_with_the_file(
    home, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.DATA_DIR = tmp_path
    pdf = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(pdf)
    pdf.seek(0)
    act_as(home.awa)
    row = add_document(
        person_id=home.mariam.pk, organisation_id=home.relay.pk, file=pdf, size=len(pdf.getvalue()), name="Mon CV",
        by=home.awa.pk, at=timezone.now(),
    )  # fmt: skip
    act_as(None)
    path = f"{HOME}documents/{row.pk}/"
    assert Client().get(path).url == HOME
    assert enter("0612345679").get(path).status_code == 404
    client = enter()
    assert "Mon CV" in client.get(HOME).text
    assert client.get(path).content == pdf.getvalue()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{HOME}effacer/")
    assert not (sealed.folder() / row.path).exists()


def test_data_are_corrected_and_a_new_number_is_proved_first(home):
    client = enter()
    version = client.get(f"{HOME}mes-donnees/").context["person"].version
    said = {"first_name": "Mariama", "version": version, "birth_year": "1994"}
    assert client.post(f"{HOME}mes-donnees/", {**said, "birth_year": "2090"}).status_code == 422
    assert client.post(f"{HOME}mes-donnees/", said).status_code == 302
    assert client.post(f"{HOME}mes-donnees/", said).status_code == 422
    assert "Bonjour Mariama" in client.get(HOME).text

    asked = client.post(f"{HOME}me-joindre/", {"reach": "06 11 22 33 44"})
    run_jobs()
    [(to, text)] = outbox()
    assert to == "+33611223344"
    proof = asked.context["proof"]
    assert client.post(f"{HOME}me-joindre/", {"proof": proof, "code": "abc"}).status_code == 422
    assert (
        client.post(f"{HOME}me-joindre/", {"proof": proof + "x", "code": digits(text)}).url
        == f"{HOME}me-joindre/"
    )
    zorah = enter("0612345679")
    assert zorah.post(f"{HOME}me-joindre/", {"proof": proof, "code": "000000"}).status_code == 422
    assert (
        client.post(f"{HOME}me-joindre/", {"proof": proof, "code": digits(text)}).url == f"{HOME}mes-donnees/"
    )
    assert "+33611223344" in client.get(f"{HOME}mes-donnees/").text
    # somebody else's: proved, and said not to be free
    asked = client.post(f"{HOME}me-joindre/", {"reach": "0612345679"})
    run_jobs()
    code = digits(outbox()[0][1])
    told = client.post(f"{HOME}me-joindre/", {"proof": asked.context["proof"], "code": code}, follow=True)
    assert "Un autre dossier existe" in told.text


def test_erased_by_oneself_nothing_is_left_and_the_session_is_over(home):
    client = enter()
    assert "Tout effacer ?" in client.get(f"{HOME}effacer/").text
    assert "C’est effacé" in client.post(f"{HOME}effacer/").text
    assert client.get(f"{HOME}accords/").url == HOME
    assert signed_in(home.awa).get(f"/espace/orientations/{home.sent.pk}/").status_code == 404
    with for_purpose(Purpose.RETENTION):
        assert list(Person.objects.values_list("first_name", flat=True)) == ["Zorah"]
    Client().post(f"{HOME}code/", {"reach": "0612345678"})
    run_jobs()
    assert outbox() == []


def test_a_page_costs_the_same_with_one_row_or_many(home):
    client = enter()
    client.get(HOME)
    with CaptureQueriesContext(connection) as few:
        client.get(HOME)
    with for_purpose(Purpose.RETENTION):
        for n in range(4):
            Step.objects.create(
                person=home.mariam, organisation=home.network, kind="atelier", on=timezone.localdate()
            )
            Note.objects.create(person=home.mariam, organisation=home.network, body=f"Note {n}")
    for _ in range(3):
        agree(home.mariam, "suivi", make_organisation())
    with CaptureQueriesContext(connection) as many:
        client.get(HOME)
    assert len(many) == len(few)
