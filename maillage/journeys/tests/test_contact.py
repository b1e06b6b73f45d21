"""Someone asks by themselves to be contacted, or on the telephone: the same path as any referral, once they are who they say."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from maillage.accounts.tests.people import person as user
from maillage.accounts.tests.people import signed_in
from maillage.core.acting import Purpose, for_purpose
from maillage.core.models import OutgoingMail, OutgoingText
from maillage.core.traps import _opened
from maillage.journeys.actions import self_referral as actions
from maillage.journeys.models import Consent, Person, Referral, State, Terms
from maillage.journeys.tests.factories import make_person
from maillage.offers.tests.factories import make_service
from maillage.organisations.actions.calls import ask_to_be_called, take_call
from maillage.organisations.models import CallBack, Duty
from maillage.organisations.tests.factories import GARGES, NANTES, make_banner, make_organisation

pytestmark = pytest.mark.django_db
PROOF = "contact_proof"  # of the session


class Home:
    """A service of a structure with an address, and the coordinator of the banner over it."""

    def __init__(self):
        self.now = timezone.now()
        self.network = make_organisation(name="Réseau B", courriel="accueil@reseau.invalid")
        self.service = make_service(structure=self.network, kind="accueil", phases=["idee"])
        self.cleo, self.dan, self.banner = (
            user("cleo@exemple.invalid"),
            user("dan@exemple.invalid"),
            make_banner(),
        )
        today = timezone.localdate()
        for rank, one in enumerate((self.cleo, self.dan), 1):
            Duty.objects.create(
                banner=self.banner, user=one, rank=rank, period=(today, today + timedelta(days=60))
            )
        self.path = f"/trouver/contact/{self.service.pk}/"


@pytest.fixture
def home(settings):
    settings.EMAIL_BACKEND, settings.DEMO = "maillage.core.mail.OutboxBackend", True
    return Home()


def said(**changes):
    opened = _opened.sign("")  # made a while ago
    return {
        "first_name": "Mariam", "reach": "06 12 34 56 78", "reason": "Un camion", "wish": "le mardi", "agreed": "on",
        "commune": NANTES, "phase": "idee", "opened": opened, **changes,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    monkeypatch.setattr("maillage.core.traps.SHORTEST", timedelta(0))


def everything(model):
    with for_purpose(Purpose.FOLLOW_UP), for_purpose(Purpose.CONSENT):
        return list(model.objects.order_by("pk"))


def code_of(client):
    """The code that the job sends, read where it arrives."""
    actions.send_proof(key=UUID(client.session[PROOF]), at=timezone.now())
    with for_purpose(Purpose.MAIL):
        sent = [*OutgoingText.objects.all(), *OutgoingMail.objects.filter(subject="Votre code")]
    return re.search(r"\d{6}", sent[-1].text)[0]


@pytest.mark.parametrize("reach", ["06 12 34 56 78", "Mariam@Exemple.invalid"])
def test_a_request_leaves_once_a_code_has_proved_whose_it_is(home, reach):
    client, asked = Client(), said(reach=reach)
    assert client.get(f"{home.path}?commune={NANTES}&phase=idee").status_code == 200
    shown = client.post(home.path, asked)
    assert shown.status_code == 200
    assert everything(Person) == []  # nothing is kept before
    wrong = client.post(home.path, {**asked, "code": "000 000"})
    assert (wrong.status_code, everything(Person)) == (422, [])
    right = code_of(client)
    # the code of one address does not prove another
    assert (
        client.post(home.path, {**asked, "reach": "autre@exemple.invalid", "code": right}).status_code == 422
    )

    client.post(home.path, asked)
    response = client.post(home.path, {**asked, "code": code_of(client)})
    assert (response.status_code, response["Location"]) == (302, "/trouver/contact/envoyee/")
    (person,), (row,), (given,) = everything(Person), everything(Referral), everything(Consent)
    assert (person.first_name, person.commune_id, person.banner_id) == ("Mariam", NANTES, home.banner.pk)
    assert (person.phone, person.email) in {("+33612345678", ""), ("", "mariam@exemple.invalid")}
    assert (given.aim, given.organisation_id, given.how) == ("orientation", home.network.pk, "screen")
    assert (row.state, row.from_organisation_id, row.moved_via) == (State.ENVOYEE, None, "person")
    assert (row.in_charge_id, row.initials, row.service_id) == (home.cleo.pk, "M.", home.service.pk)
    assert "Mariam" not in client.get(response["Location"]).text

    # the same again, by the same person: one request, one file
    client.post(home.path, asked)
    again = client.post(home.path, {**asked, "code": code_of(client)})
    assert again.status_code == 422
    assert "déjà en cours" in again.text
    assert (len(everything(Person)), len(everything(Referral))) == (1, 1)


def test_who_is_known_already_keeps_their_file(home):
    known = make_person(first_name="Mariama", phone="+33612345678", commune_id=NANTES)
    client = Client()
    client.post(home.path, said())
    assert client.post(home.path, {**said(), "code": code_of(client)}).status_code == 302
    assert [(one.pk, one.first_name) for one in everything(Person)] == [(known.pk, "Mariama")]
    assert everything(Referral)[0].person_id == known.pk


@pytest.mark.parametrize(
    "changes",
    [{"agreed": ""}, {"reach": "12"}, {"reach": "a@"}, {"reach": ""}, {"first_name": " "}, {"opened": "x"}],
)
def test_what_lacks_is_asked_again_and_no_code_leaves(home, changes):
    client = Client()
    response = client.post(home.path, said(**changes))
    assert response.status_code == 422
    assert PROOF not in client.session
    robot = client.post(home.path, said(website="http://x.invalid"))
    assert (robot.status_code, PROOF in client.session) == (302, False)


def test_a_structure_that_receives_nobody_is_not_asked(home):
    Terms.objects.create(organisation=home.network, is_open=False)
    client = Client()
    assert "ne reçoit pas de demandes" in client.get(home.path).text
    client.post(home.path, said())
    assert PROOF not in client.session
    assert client.get("/trouver/contact/999999999/").status_code == 404


def test_a_call_back_becomes_a_referral_by_whoever_took_it(home):
    values = {
        "first_name": "Mariam",
        "phone": "+33612345678",
        "moments": [],
        "about": "Un camion",
        "commune_id": GARGES,
    }
    call = ask_to_be_called(banner=home.banner, values=values, at=home.now)
    path = f"/espace/rappels/{call.pk}/orienter/"
    cleo, dan = signed_in(home.cleo), signed_in(home.dan)
    assert cleo.get(path).status_code == 404  # not taken
    with for_purpose(Purpose.CALL_BACK):
        take_call(call_id=call.pk, user_id=home.cleo.pk, at=home.now)
    assert [Client().get(path).status_code, dan.get(path).status_code] == [302, 404]
    shown = cleo.get(path).text
    assert "Réseau B" in shown
    assert "soit envoyée à cette structure. Cette structure lira mon nom" in shown
    assert cleo.post(path, {"offer": "999999999"}).status_code == 422

    assert cleo.post(path, {"offer": home.service.pk}).status_code == 302
    (row,), (given,) = everything(Referral), everything(Consent)
    assert (row.state, row.from_organisation_id, row.from_user_id) == (State.ENVOYEE, None, home.cleo.pk)
    assert (row.reason, given.how, given.recorded_by_id) == ("Un camion", "oral", home.cleo.pk)
    assert given.witness
    with for_purpose(Purpose.CALL_BACK):
        assert CallBack.objects.get().status == CallBack.Status.CALLED
    assert cleo.get(path).status_code == 404
