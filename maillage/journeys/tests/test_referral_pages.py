"""The pages of referrals, by HTTP: who may do what, what each sees, in how many queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maillage.accounts.tests.people import person as user
from maillage.accounts.tests.people import signed_in
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import Aim, Consent, ConsentRequest, Referral, State, Terms
from maillage.journeys.queries.inbox import Choice, desk_of, inbox
from maillage.journeys.tests.factories import act_as, make_person, make_referral
from maillage.journeys.tests.test_referrals import make_home
from maillage.offers.tests.factories import make_service
from maillage.organisations.tests.factories import make_organisation

pytestmark = pytest.mark.django_db
INBOX = "/espace/orientations/"
WHO = ("relay", "adviser", "manager", "stranger", "moderator", "visitor")


@pytest.fixture
def home(settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    return make_home()


def browsers(home):
    return {
        "relay": signed_in(home.awa),
        "adviser": signed_in(home.bo),
        "manager": signed_in(home.cy),
        "stranger": signed_in(home.dan),
        "moderator": signed_in(user("moderation@exemple.invalid", ("moderator",))),
        "visitor": Client(),
    }


def sent(home, at=None, **fields):
    fields.setdefault("state", State.ENVOYEE)
    fields.setdefault("initials", "M. K.")
    if fields["state"] == State.REFUSEE:
        fields["refusal_reason"] = "complet"
    return make_referral(
        fields.pop("person", home.person), home.relay, home.network, fields.pop("in_charge", home.cy),
        at=at or timezone.now(), from_user=home.awa, reason="Un camion", **fields,
    )  # fmt: skip


def again(row):
    with for_purpose(Purpose.FOLLOW_UP):
        return Referral.objects.get(pk=row.pk)


SEES = {"relay": 200, "adviser": 200, "manager": 200, "stranger": 404, "moderator": 404, "visitor": 302}
# what, in which state, what is sent; who may (the others get SEES' refusal, or 403 when they see it)
TABLE = [
    ("receive", State.ENVOYEE, {}, {"adviser", "manager"}),
    ("accept", State.ENVOYEE, {}, {"adviser", "manager"}),
    ("refuse", State.ENVOYEE, {"reason": "complet"}, {"adviser", "manager"}),
    ("outcome", State.ACCEPTEE, {"issue": "rdv_fait"}, {"adviser", "manager"}),
    ("postpone", State.ACCEPTEE, {"jours": "3"}, {"adviser", "manager"}),
    ("postpone", State.BROUILLON, {"jours": "3"}, {"relay"}),
    ("cancel", State.ENVOYEE, {}, {"relay"}),
    ("told", State.REFUSEE, {}, {"relay"}),
]


@pytest.mark.parametrize(
    ("what", "state", "values", "allowed"), TABLE, ids=[f"{row[0]}-{row[1]}" for row in TABLE]
)
def test_each_gesture_is_its_side_s(home, what, state, values, allowed):
    clients = browsers(home)
    row = sent(home, state=state, **({"in_charge": home.awa} if state == State.BROUILLON else {}))
    # a draft is its sender's alone
    seen = {**SEES, **(dict.fromkeys(("adviser", "manager"), 404) if state == State.BROUILLON else {})}
    before = again(row)
    answers = {}
    for who in sorted(WHO, key=lambda one: one in allowed):  # those who may not, first
        if who in allowed and "done" in answers:
            continue
        client = clients[who]
        response = client.post(f"{INBOX}{row.pk}/geste/", {"what": what, **values})
        answers[who] = response.status_code
        if who in allowed:
            answers["done"] = 302
        else:
            assert again(row).version == before.version, who
            assert response.status_code == (403 if seen[who] == 200 else seen[who]), who
    assert answers["done"] == 302
    assert again(row).version > before.version


def test_who_reads_a_referral_its_list_and_its_form(home):
    row = sent(home)
    clients = browsers(home)
    assert {who: client.get(f"{INBOX}{row.pk}/").status_code for who, client in clients.items()} == SEES
    assert {who: client.get("/orienter/").status_code for who, client in clients.items()} == {
        **dict.fromkeys(("relay", "adviser", "manager", "stranger"), 200), "moderator": 403, "visitor": 302,
    }  # fmt: skip
    lists = {
        who: client.get(f"{INBOX}?vue=structure").text for who, client in clients.items() if who != "visitor"
    }
    assert {who for who, page in lists.items() if ">M. K.</a>" in page} == {"adviser", "manager"}


def test_a_relay_refers_someone_in_three_choices(home):
    client = signed_in(home.awa)
    page = client.get("/orienter/")
    assert "Mariam" in page.text
    found = client.post("/orienter/", {"qui": "mariam kon"})
    assert f"personne={home.person.pk}" in found.text
    by_phone = client.post("/orienter/", {"qui": f"0{home.person.phone[3:5]} {home.person.phone[5:]}"})
    assert "Mariam" in by_phone.text
    assert "Mariam" not in client.post("/orienter/", {"qui": "Xyzzy"}).text
    assert home.network.slug in client.get(f"/orienter/?personne={home.person.pk}&ou=reseau b").text

    address = f"/orienter/?personne={home.person.pk}&structure={home.network.slug}"
    assert "Il manque son accord pour envoyer" in client.get(address).text
    said = {
        "sender": home.relay.pk,
        "reason": "Un camion",
        "urgency": "normale",
        "phase": "idee",
        "freins": ["mobilite"],
    }
    assert client.post(address, {**said, "reason": " ", "keep": "1"}).status_code == 422
    kept = client.post(address, {**said, "keep": "1"})
    draft = again(Referral(pk=int(kept.url.split("/")[-2])))
    assert (draft.state, draft.freins, draft.from_user_id) == (State.BROUILLON, ["mobilite"], home.awa.pk)
    assert "Un camion" in client.get(address).text  # the draft is taken up again
    assert signed_in(home.bo).get(kept.url).status_code == 404  # nobody else reads it

    said |= {"reason": "Deux camions", "send": "1"}
    for how in ({}, {"how": "oral"}, {"how": "inconnu"}):
        assert client.post(address, {**said, **how}).status_code == 422
    assert again(draft).state == State.BROUILLON
    agreed = {"how": "oral", "witness": "Léa, accueil"}
    assert client.post(address, {**said, **agreed}).url == kept.url
    assert again(draft).state == State.ENVOYEE
    assert "Deux camions" in signed_in(home.bo).get(kept.url).text
    with for_purpose(Purpose.CONSENT):
        given = Consent.objects.get(person=home.person, aim=Aim.ORIENTATION)
    assert (given.how, given.witness, given.recorded_by_id) == ("oral", "Léa, accueil", home.awa.pk)
    assert client.post(address, said).status_code == 409  # it is under way


def test_the_person_is_asked_by_a_link_and_the_draft_waits(home, settings):
    settings.DEMO = True  # text messages leave, for its outbox
    client = signed_in(home.awa)
    address = f"/orienter/?personne={home.person.pk}&structure={home.network.slug}"
    said = {"sender": home.relay.pk, "reason": "Un camion", "urgency": "normale", "send": "1", "how": "link"}
    kept = client.post(address, said)
    assert again(Referral(pk=int(kept.url.split("/")[-2]))).state == State.BROUILLON
    with for_purpose(Purpose.CONSENT):
        asked = ConsentRequest.objects.get(person=home.person)
    assert (asked.aims, asked.label) == ([["orientation", home.network.pk]], "M. K.")
    assert "part toute seule" in client.get(kept.url).text

    settings.DEMO = False  # no text message, no mail address: the draft is kept, and why is said
    other = make_person(home.relay)
    address = f"/orienter/?personne={other.pk}&structure={home.network.slug}"
    refused = client.post(address, said)
    assert refused.status_code == 422
    assert "par e-mail seulement" in refused.text


def test_nobody_is_referred_who_is_not_followed_nor_to_a_closed_door(home):
    client = signed_in(home.awa)
    unknown = make_person(home.other, first_name="Inconnue")
    page = client.get(f"/orienter/?personne={unknown.pk}&structure={home.network.slug}")
    assert "Inconnue" not in page.text
    Terms.objects.create(organisation=home.network, is_open=False)
    address = f"/orienter/?personne={home.person.pk}&structure={home.network.slug}"
    assert "ne reçoit pas" in client.get(address).text
    assert (
        client.post(address, {"sender": home.relay.pk, "reason": "x", "urgency": "normale"}).status_code
        == 200
    )
    assert "ou cette structure" in client.get("/orienter/?service=999999").text


def test_the_second_adviser_is_told_who_was_first(home):
    row = sent(home)
    first, second = signed_in(home.bo), signed_in(home.cy)
    assert first.post(f"{INBOX}{row.pk}/geste/", {"what": "accept"}).status_code == 302
    late = second.post(f"{INBOX}{row.pk}/geste/", {"what": "accept"})
    assert late.status_code == 409
    assert f"{home.bo} a déjà accepté" in late.text


def test_the_sender_notes_the_answer_of_a_structure_that_has_nobody_here(home):
    row = make_referral(
        home.person, home.relay, make_organisation(), home.awa, state=State.ENVOYEE, at=timezone.now()
    )
    client = signed_in(home.awa)
    for data in ({"what": "accept"}, {"what": "outcome", "issue": "rdv_fait"}):
        assert client.post(f"{INBOX}{row.pk}/geste/", data).status_code == 302
    assert (again(row).state, again(row).in_charge_id) == (State.RDV_FAIT, home.awa.pk)


def test_a_refusal_without_words_shows_what_is_missing(home):
    row = sent(home)
    client = signed_in(home.bo)
    assert client.post(f"{INBOX}{row.pk}/geste/", {"what": "refuse"}).status_code == 422
    other = client.post(f"{INBOX}{row.pk}/geste/", {"what": "refuse", "reason": "autre"})
    assert other.status_code == 422
    assert again(row).state == State.ENVOYEE


def test_it_is_passed_on_to_a_structure_that_is_looked_for(home):
    row = sent(home)
    client = signed_in(home.bo)
    path = f"{INBOX}{row.pk}/reorienter/"
    assert home.other.slug in client.get(f"{path}?ou={home.other.name}").text
    assert client.post(f"{path}?structure={home.other.slug}", {"note": "Plus près"}).url == INBOX
    assert again(row).state == State.REORIENTEE
    assert signed_in(home.dan).post(path).status_code == 404


def test_each_tab_shows_its_own_the_closest_date_first(home):
    now = timezone.now()
    sent(home, at=now - timedelta(days=9), initials="L. L.")
    sent(home, person=make_person(home.relay), initials="S. S.")
    ended = sent(home, person=make_person(home.relay), initials="E. E.")
    signed_in(home.bo).post(f"{INBOX}{ended.pk}/geste/", {"what": "accept"})
    signed_in(home.bo).post(f"{INBOX}{ended.pk}/geste/", {"what": "outcome", "issue": "aide"})

    def shown(client, query):
        return [n for n in ("L. L.", "S. S.", "E. E.") if f">{n}</a>" in client.get(INBOX + query).text]

    manager, relay, stranger = (
        signed_in(home.cy),
        signed_in(home.awa),
        signed_in(home.dan),
    )
    assert {
        query: shown(manager, query)
        for query in (
            "",
            "?vue=attente",
            "?vue=miennes",
            "?vue=structure",
            "?vue=structure&terminees=1",
            "?vue=miennes&retard=1",
        )
    } == {
        "": ["L. L."],
        "?vue=attente": ["S. S."],
        "?vue=miennes": ["L. L.", "S. S."],
        "?vue=structure": ["L. L.", "S. S."],
        "?vue=structure&terminees=1": ["E. E."],
        "?vue=miennes&retard=1": ["L. L."],
    }
    assert shown(relay, "?vue=envoyees&terminees=1") == ["E. E."]
    assert shown(relay, "") == []
    assert not any(shown(stranger, f"?vue={vue}") for vue in ("", "miennes", "structure", "envoyees"))
    refused = sent(home, person=make_person(home.relay), state=State.REFUSEE, in_charge=home.awa)
    silent = sent(home, person=make_person(home.relay), state=State.SANS_REPONSE, in_charge=home.admin)
    act_as(home.cy)
    lines = inbox(desk_of(home.cy.pk), Choice("structure"), at=now).lines
    sides = {line.row.pk: line.side for line in lines}
    assert (sides[refused.pk], sides[silent.pk]) == (home.relay.name, "")
    text = manager.get(INBOX).text
    assert "en retard" in text
    assert "Mariam" not in text


def test_the_list_goes_on_without_skipping_and_its_queries_are_fixed(home):
    at = timezone.now() - timedelta(days=5)
    rows = [sent(home, person=make_person(home.relay), at=at) for _ in range(7)]
    act_as(home.cy)
    desk, seen, cursor = desk_of(home.cy.pk), [], ""
    while True:
        page = inbox(desk, Choice("miennes"), at=timezone.now(), cursor=cursor, size=3)
        seen += [line.row.pk for line in page.lines]
        if not (cursor := page.next_cursor):
            break
    assert seen == [row.pk for row in rows]  # the same date: the number decides

    client = signed_in(home.cy)
    client.get(INBOX)  # the session notes when a page about people was last asked for
    with CaptureQueriesContext(
        connection,
    ) as seven:
        client.get(INBOX)
    with for_purpose(Purpose.FOLLOW_UP):
        Referral.objects.filter(pk__in=[row.pk for row in rows[1:]]).delete()
    with CaptureQueriesContext(connection) as one:
        client.get(INBOX)
    assert len(seven) == len(one)
    assert client.get(f"{INBOX}?apres=faux").status_code == 400


def test_several_are_taken_at_once_and_what_was_refused_is_said(home):
    rows = [sent(home, person=make_person(home.relay), initials=f"{n}. A.") for n in "XYZ"]
    signed_in(home.bo).post(f"{INBOX}{rows[0].pk}/geste/", {"what": "accept"})
    client = signed_in(home.cy)
    pairs = [f"{row.pk}:{row.version}" for row in rows]
    page = client.post(
        f"{INBOX}ensemble/", {"what": "accept", "choisie": [*pairs, "x:1", "1" * 30]}, follow=True
    )
    assert "2 orientations mises à jour" in page.text
    assert f"X. A. : {home.bo} a déjà accepté" in page.text
    assert [again(row).in_charge_id for row in rows] == [home.bo.pk, home.cy.pk, home.cy.pk]

    assert (
        client.post(f"{INBOX}ensemble/", {"what": "postpone", "jours": "5", "choisie": pairs[1:]}).status_code
        == 302
    )
    assert again(rows[1]).next_action_at > timezone.now() + timedelta(days=4)
    sender = signed_in(home.awa)
    data = {"what": "accept", "choisie": pairs[1:], "liste": "?vue=envoyees&urgence=normale"}
    told = sender.post(f"{INBOX}ensemble/", data, follow=True)
    assert told.text.count("ce n’est pas à votre structure") == 2
    assert told.redirect_chain == [(f"{INBOX}?vue=envoyees&urgence=normale", 302)]
    assert "Cochez" in client.post(f"{INBOX}ensemble/", {"what": "accept"}, follow=True).text
    assert (
        signed_in(home.dan).post(f"{INBOX}ensemble/", {"what": "accept", "choisie": pairs}).status_code == 404
    )


def test_hostile_words_stay_words_on_every_page(home):
    text = "<script>alert(1)</script> '; DROP TABLE journeys_referral; -- 😀 مرحبا"
    client = signed_in(home.awa)
    address = f"/orienter/?personne={home.person.pk}&structure={home.network.slug}"
    kept = client.post(address, {"sender": home.relay.pk, "reason": text, "urgency": "normale"})
    page = client.get(kept.url).text
    assert "<script>alert(1)" not in page
    assert "😀 مرحبا" in page
    assert (
        client.post(
            address, {"sender": home.relay.pk, "reason": "é" * 10_000, "urgency": "normale"}
        ).status_code
        == 422
    )
    assert client.post("/orienter/", {"qui": text}).status_code == 200
    assert client.get("/orienter/", {"ou": text, "service": "9" * 40, "personne": "-1"}).status_code == 200
    assert client.get("/orienter/", {"ou": "a\x00b", "structure": "\x00"}).status_code == 200
    note = {"what": "outcome", "issue": "injoignable", "note": f"\x00{text}"}
    row = sent(home, person=make_person(home.relay))
    assert signed_in(home.bo).post(f"{INBOX}{row.pk}/geste/", note).status_code == 302
    assert again(row).answer_note == text
    assert client.get(INBOX, {"vue": text, "etat": text, "structure": text, "apres": text}).status_code == 400


def test_who_belongs_to_a_structure_refers_from_the_pages_of_services_and_structures(home):
    service = make_service(structure=home.network)
    pages = {
        f"/structures/{home.network.slug}/": f"/orienter/?structure={home.network.slug}",
        f"/services/{service.slug}/": f"/orienter/?service={service.pk}",
    }
    for page, link in pages.items():
        assert f'href="{link}"' in signed_in(home.awa).get(page).text, page
        assert link not in Client().get(page).text
        assert link not in signed_in(user(f"h{len(page)}@exemple.invalid")).get(page).text
    chosen = signed_in(home.awa).get(f"/orienter/?service={service.pk}").text
    assert service.nom in chosen


def test_a_page_about_people_asks_for_a_second_factor(home):
    row = sent(home)
    client = signed_in(home.bo, second_factor=False)
    for path in (INBOX, f"{INBOX}{row.pk}/", f"{INBOX}{row.pk}/reorienter/", "/orienter/"):
        assert client.get(path).status_code == 302, path
    client.post(f"{INBOX}{row.pk}/geste/", {"what": "accept"})
    client.post(f"{INBOX}ensemble/", {"what": "accept", "choisie": f"{row.pk}:{row.version}"})
    assert again(row).state == State.ENVOYEE


def test_the_home_of_a_professional_says_what_waits(home):
    sent(home, at=timezone.now() - timedelta(days=9))
    manager, resident = (
        signed_in(home.cy).get("/espace/").text,
        signed_in(user("h@exemple.invalid")).get("/espace/").text,
    )
    assert "orientation à traiter aujourd’hui" in manager
    assert "attend la réponse de votre structure" in manager
    assert 'href="/espace/orientations/"' in manager
    assert "orientation" not in resident
