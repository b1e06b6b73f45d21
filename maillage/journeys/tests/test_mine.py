"""« Mon parcours »: everything in one's own file is one's to read, correct, take back, take away and erase."""

import io
import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from maillage.accounts.tests.people import signed_in
from maillage.core import sealed
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.actions import consents
from maillage.journeys.actions.documents import add_document
from maillage.journeys.models import Consent, Note, Person, Step
from maillage.journeys.tests.factories import act_as, agree
from maillage.journeys.tests.mine_pages import HOME, PAGES, digits, enter, mine_home, outbox, run_jobs
from maillage.organisations.tests.factories import make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(settings):
    return mine_home(settings)


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
