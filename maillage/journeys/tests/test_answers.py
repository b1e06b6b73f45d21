"""A structure answers by the link of a mail: what it shows, what its code shows, one answer, every use noted."""

import re
import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from maillage.accounts.tests.people import person as user
from maillage.accounts.tests.people import signed_in
from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.core.models import OutgoingMail
from maillage.journeys.actions import answering
from maillage.journeys.actions.follow_up import announce, run
from maillage.journeys.answer_tokens import token_of
from maillage.journeys.models import (
    AnswerLink,
    Appointment,
    Consent,
    LinkOpeningEvent,
    NextAction,
    Referral,
    State,
    Terms,
)
from maillage.journeys.queries.link_uses import uses_of
from maillage.journeys.queries.mine import openings
from maillage.journeys.queries.next_offer import next_offers
from maillage.journeys.tests.factories import act_as, make_person, make_referral, member
from maillage.offers.tests.factories import GARGES, make_service
from maillage.organisations.models import Duty
from maillage.organisations.tests.factories import make_banner, make_organisation

SECRETS = ("Mariam", "Koné", "06 39", "+336390", "mariam@")


class Home:
    """A relay, a network with an address and no account, a coordinator, a referral announced just now."""

    def __init__(self):
        self.now = timezone.now()
        self.relay = make_organisation(name="Relais A")
        self.network = make_organisation(name="Réseau B", courriel="accueil@reseau.invalid")
        self.awa, self.eve = member(user("awa@exemple.invalid"), self.relay), user("eve@exemple.invalid")
        self.cleo, self.banner = user("cleo@exemple.invalid"), make_banner()
        today = timezone.localdate()
        Duty.objects.create(banner=self.banner, user=self.cleo, period=(today, today + timedelta(days=60)))
        self.person = make_person(
            self.relay,
            first_name="Mariam",
            last_name="Koné",
            email="mariam@exemple.invalid",
            commune_id=GARGES,
        )
        self.row = make_referral(
            self.person, self.relay, self.network, self.awa, state=State.ENVOYEE, at=self.now,
            from_user=self.awa, initials="M. K.", reason="Un camion de cuisine", banner=self.banner,
        )  # fmt: skip
        with for_purpose(Purpose.FOLLOW_UP):
            announce(referral_id=self.row.pk, at=self.now)
            self.link = AnswerLink.objects.get()
        with for_purpose(Purpose.MAIL):
            text = OutgoingMail.objects.latest("pk").text
        self.path = re.search(r"/reponse/[^/\s]+/", text)[0]
        self.token = self.path.split("/")[2]


@pytest.fixture
def home(settings, db):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    return Home()


def change(model, pk, **values):
    with for_purpose(Purpose.FOLLOW_UP):
        model.objects.filter(pk=pk).update(**values)


def now_is(row):
    with for_purpose(Purpose.FOLLOW_UP):
        return Referral.objects.get(pk=row.pk)


def uses():
    with for_purpose(Purpose.FOLLOW_UP):
        return list(LinkOpeningEvent.objects.order_by("pk").values_list("what", flat=True))


def last_mail():
    with for_purpose(Purpose.MAIL):
        return OutgoingMail.objects.latest("pk")


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.text


def reveal(client, home):
    client.post(f"{home.path}code/")
    code = re.search(r"\d{6}", last_mail().text)[0]
    return client.post(f"{home.path}code/", {"code": code})


def test_a_link_shows_initials_and_need_its_code_a_name_and_a_number_and_each_use_is_noted(home):
    ours, theirs = Client(), Client()
    shown = page(ours, home.path)
    assert "M. K. attend votre réponse" in shown
    assert "Un camion de cuisine" in shown
    assert not any(secret in shown for secret in SECRETS)

    assert ours.post(f"{home.path}code/", {"code": "12"}).status_code == 422  # none was sent
    assert reveal(ours, home).status_code == 302
    assert last_mail().to == "accueil@reseau.invalid"
    shown = page(ours, home.path)
    assert all(secret in shown for secret in ("Mariam Koné", home.person.phone, "mariam@exemple.invalid"))
    forwarded = page(theirs, home.path)  # the link was, the code was not
    assert not any(secret in forwarded for secret in SECRETS)
    assert uses() == ["opened", "code-wrong", "code", "code-given", "named", "opened"]


def test_the_uses_of_a_link_are_shown_to_both_structures_and_to_the_person_alone(home):
    assert Client().get(home.path).status_code == 200
    reveal(Client(), home)
    other, bo = make_person(home.relay), member(user("bo@exemple.invalid"), home.network)
    in_page = ["Lien ouvert : initiales et besoin", "Code donné : le nom et le numéro sont visibles"]
    for who in (home.awa, bo):
        shown = page(signed_in(who), f"/espace/orientations/{home.row.pk}/")
        assert [words in shown for words in in_page] == [True, True]

    act_as(home.awa)
    assert [one.what for one in uses_of(home.row)][-1] == in_page[0]
    act_as(user("inconnue@exemple.invalid"))
    assert uses_of(home.row) == []
    act_as(None, f"person:{other.pk}")
    assert (openings(other.pk), openings(home.person.pk)) == ([], [])
    act_as(None, f"person:{home.person.pk}")
    seen = [one.why for one in openings(home.person.pk) if one.who == home.network.name]
    assert ["votre nom" in why for why in seen] == [
        True,
        False,
    ]  # the latest first; a code that was asked shows nothing


def test_a_code_serves_once_for_a_quarter_of_an_hour_and_five_tries(home):
    token, now = home.token, home.now

    def code():
        answering.ask_code(token=token, at=now)
        return re.search(r"\d{6}", last_mail().text)[0]

    right = code()
    assert answering.check_code(token=token, code=f" {right[:3]} {right[3:]}", at=now)
    assert not answering.check_code(token=token, code=right, at=now)
    right = code()
    assert not answering.check_code(token=token, code=right, at=now + timedelta(minutes=16))
    wrong = f"{(int(right) + 1) % 10**6:06}"
    assert not any(answering.check_code(token=token, code=wrong, at=now) for _try in range(5))
    assert not answering.check_code(token=token, code=right, at=now)
    with for_purpose(Purpose.FOLLOW_UP):
        kept = AnswerLink.objects.get().code_hash
    assert len(kept) == 64
    assert right not in kept


ANSWERS = {
    "accept": ({}, State.ACCEPTEE, NextAction.FIXER_RDV),
    "propose": ({"hour": "10:30", "place": "3 rue Pot"}, State.ACCEPTEE, NextAction.NOTER_ISSUE),
    "refuse": ({"reason": "complet"}, State.REFUSEE, NextAction.PREVENIR_PERSONNE),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_a_structure_answers_once_without_an_account(home, what):
    values, state, following = ANSWERS[what]
    day = timezone.localdate() + timedelta(days=3)
    sent = {"what": what, "day": day.isoformat(), **values}
    assert Client().post(f"{home.path}geste/", sent).status_code == 302
    row = now_is(home.row)
    assert (row.state, row.moved_via, row.next_action) == (state, "link", following)
    assert row.in_charge_id == home.awa.pk
    assert "Merci, c’est noté" in page(Client(), home.path)
    assert uses() == ["answered", "opened"]

    again = Client().post(f"{home.path}geste/", {"what": "refuse", "reason": "hors-zone"})
    assert (again.status_code, now_is(home.row).state) == (409, state)
    with for_purpose(Purpose.FOLLOW_UP):
        meetings = list(Appointment.objects.values_list("place", "organisation_id"))
    told = last_mail()
    assert (told.to, "3 rue Pot" in told.text) == (
        ("mariam@exemple.invalid", True) if what == "propose" else ("awa@exemple.invalid", False)
    )
    assert meetings == ([("3 rue Pot", home.network.pk)] if what == "propose" else [])


@pytest.mark.parametrize(
    "values",
    [
        {"what": "propose", "day": "2020-01-01", "hour": "10:00", "place": "Ici"},
        {"what": "propose", "day": "hier", "hour": "25:00"},
        {"what": "refuse", "reason": "parce-que"},
        {"what": "refuse", "reason": "autre"},
        {"what": "pass-on", "offer": "999999999"},
    ],
)
def test_an_answer_that_says_nothing_useful_is_asked_again(home, values):
    response = Client().post(f"{home.path}geste/", values)
    assert response.status_code == 422
    assert not any(secret in response.text for secret in SECRETS)
    assert now_is(home.row).state == State.ENVOYEE


def over(home, how):
    match how:
        case "expired":
            change(AnswerLink, home.link.pk, expires_at=home.now - timedelta(seconds=1))
        case "revoked":
            change(AnswerLink, home.link.pk, revoked_at=home.now)
        case "answered elsewhere":
            change(
                Referral,
                home.row.pk,
                state=State.ACCEPTEE,
                next_action=NextAction.FIXER_RDV,
                moved_at=home.now,
            )
        case "withdrawn":
            with for_purpose(Purpose.CONSENT):
                Consent.objects.filter(organisation=home.network).update(withdrawn_at=home.now)
        case "tampered":
            return home.path[:-3] + ("A" if home.path[-3] != "A" else "B") + home.path[-2:]
        case "invented":
            return "/reponse/n-importe-quoi/"
        case "of another site":
            return f"/reponse/{token_of(uuid.uuid4())}/"
    return home.path


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("expired", 410),
        ("revoked", 410),
        ("answered elsewhere", 410),
        ("withdrawn", 410),
        ("tampered", 404),
        ("invented", 404),
        ("of another site", 404),
    ],
)
def test_a_link_that_is_over_or_is_not_ours_says_so_and_nothing_else(home, how, status):
    path, client = over(home, how), Client()
    before = now_is(home.row)
    for response in (
        client.get(path),
        client.post(f"{path}code/"),
        client.post(f"{path}geste/", {"what": "accept"}),
    ):
        assert response.status_code == status
        assert "<h1" in response.text
        assert not any(secret in response.text for secret in (*SECRETS, "M. K.", "camion", "Réseau B"))
    assert now_is(home.row).version == before.version
    assert uses() == []


def test_a_withdrawal_hides_at_once_what_a_code_had_shown(home):
    client = Client()
    reveal(client, home)
    client.post(f"{home.path}geste/", {"what": "accept"})
    assert "Mariam Koné" in page(client, home.path)
    over(home, "withdrawn")
    assert client.get(home.path).status_code == 410


def test_sender_and_structure_take_a_link_back(home):
    path = f"/espace/orientations/{home.row.pk}/liens/"
    assert Client().post(path).status_code == 302  # to sign in
    assert signed_in(home.eve).post(path).status_code == 404
    assert Client().get(home.path).status_code == 200
    assert path in page(signed_in(home.awa), f"/espace/orientations/{home.row.pk}/")
    assert signed_in(home.awa).post(path).status_code == 302
    assert Client().get(home.path).status_code == 410

    change(AnswerLink, home.link.pk, revoked_at=None)
    response = Client().post(f"{home.path}geste/", {"what": "give-up"})
    assert "Ce lien ne sert plus" in response.text
    assert Client().get(home.path).status_code == 410


def test_who_is_on_the_rota_telephones_by_structure_the_oldest_first(home):
    for days, name in ((2, "Réseau C"), (9, "Réseau D")):
        make_late(home, make_organisation(name=name, telephone="0240000000"), days)
    make_late(home, home.network, 5, row=home.row)
    path = "/espace/coordination/"
    assert Client().get(path).status_code == 302
    assert signed_in(home.cleo, second_factor=False).get(path).status_code == 302  # no second factor
    assert signed_in(home.eve).get(path).status_code == 403
    cleo = signed_in(home.cleo)
    shown = page(cleo, path)
    assert [shown.index(name) for name in ("Réseau D", "Réseau B", "Réseau C")] == sorted(
        shown.index(name) for name in ("Réseau B", "Réseau C", "Réseau D")
    )
    assert not any(secret in shown for secret in SECRETS)

    one = f"{path}{home.row.pk}/"
    assert signed_in(home.awa).get(one).status_code == 403
    assert "Elle accepte" in page(cleo, one)
    assert cleo.post(one, {"what": "called"}).status_code == 302
    assert (now_is(home.row).next_action, now_is(home.row).in_charge_id) == (
        NextAction.RELANCER,
        home.cleo.pk,
    )
    assert cleo.post(one, {"what": "accepted"}).status_code == 302
    assert (now_is(home.row).state, now_is(home.row).in_charge_id) == (State.ACCEPTEE, home.awa.pk)
    assert cleo.post(one, {"what": "called"}).status_code == 404
    assert run(home.now + timedelta(days=1))["handed_over"] == 0  # it is the structure's affair again
    assert not now_is(home.row).coordinated


def make_late(home, structure, days, row=None):
    at = home.now - timedelta(days=days)
    row = row or make_referral(
        make_person(home.relay), home.relay, structure, home.awa, state=State.ENVOYEE, at=at,
        banner=home.banner, from_user=home.awa,
    )  # fmt: skip
    change(
        Referral, row.pk, state=State.SANS_REPONSE, next_action=NextAction.APPELER, in_charge=home.cleo,
        coordinated=True, sent_at=at, moved_at=home.now,
    )  # fmt: skip


def test_a_link_used_twice_at_once_answers_once(own_database, settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    with transaction.atomic():
        home = Home()
    token, name, outcome = home.token, connection.settings_dict["NAME"], []
    start = threading.Barrier(2)

    def answer(what):
        connections["default"].settings_dict["NAME"] = name
        start.wait()
        try:
            with acting_as(None):
                what()
            outcome.append("answered")
        except answering.LinkUsed:
            outcome.append("told")
        finally:
            connections.close_all()

    both = [
        threading.Thread(target=answer, args=[lambda: answering.accept(token=token, at=home.now)]),
        threading.Thread(
            target=answer, args=[lambda: answering.refuse(token=token, at=home.now, reason="complet")]
        ),
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(outcome) == ["answered", "told"]
    with acting_as(None, purpose=Purpose.FOLLOW_UP):
        assert Referral.objects.get().state in {State.ACCEPTEE, State.REFUSEE}
        assert LinkOpeningEvent.objects.filter(what="answered").count() == 1


def test_what_the_finder_offers_next_leaves_out_who_was_tried(home):
    tried, fresh = (make_service(kind="accueil", phases=["idee"]) for _each in range(2))
    make_service(structure=home.network, kind="accueil", phases=["idee"])
    make_referral(home.person, home.relay, tried.structure, home.awa, state=State.ENVOYEE)
    closed = make_service(kind="accueil", phases=["idee"])
    Terms.objects.create(organisation=closed.structure, is_open=False)

    page_of_sender = page(signed_in(home.awa), f"/espace/orientations/{home.row.pk}/reorienter/")
    assert fresh.nom in page_of_sender
    offers = next_offers(home.row, at=home.now)
    assert [offer.service_id for offer in offers] == [fresh.pk]

    done = Client().post(f"{home.path}geste/", {"what": "pass-on", "offer": fresh.pk})
    assert done.status_code == 302
    with for_purpose(Purpose.FOLLOW_UP):
        new = Referral.objects.get(previous=home.row)
    # the person has not agreed to that structure: the sender asks them first
    assert (new.state, new.to_organisation_id) == (State.BROUILLON, fresh.structure_id)
    assert (new.in_charge_id, now_is(home.row).state) == (home.awa.pk, State.REORIENTEE)
