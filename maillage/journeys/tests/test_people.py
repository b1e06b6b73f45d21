"""Someone new, known already, agreeing, taking back, erased: as pages and as the database see it."""

from datetime import timedelta

import pytest
from django.core import signing
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from maillage.accounts.tests.people import person as user
from maillage.accounts.tests.people import signed_in
from maillage.core.acting import Purpose, for_purpose
from maillage.core.models import OutgoingMail, OutgoingText
from maillage.journeys.actions import consents, people
from maillage.journeys.consent_tokens import key_of
from maillage.journeys.forms.people import AboutForm
from maillage.journeys.models import (
    Aim,
    Consent,
    ConsentRequest,
    ConsentText,
    Fact,
    Follow,
    Person,
    State,
)
from maillage.journeys.queries.consents import is_known, languages
from maillage.journeys.queries.home import PlaceUnclear, home_of
from maillage.journeys.tests.factories import NOW, act_as, agree, make_person, make_referral, member
from maillage.organisations.models import Membership
from maillage.organisations.tests.factories import NANTES, make_organisation

pytestmark = pytest.mark.django_db
NEW = "/espace/personnes/nouvelle/"
PHONES = (
    "0612345678", "06 12 34 56 78", "06.12.34.56.78", "06-12-34-56-78", "+33612345678", "+33 6 12 34 56 78",
    "0033612345678", "+33 (0)6 12 34 56 78", " 06 12345678 ", "06/12/34/56/78",
)  # fmt: skip


@pytest.fixture
def home(settings):
    settings.EMAIL_BACKEND, settings.DEMO = "maillage.core.mail.OutboxBackend", True

    class Home:
        relay, network = make_organisation(name="Le Relais"), make_organisation(name="Réseau B")
        awa = member(user("awa@exemple.invalid"), relay)
        bo = member(user("bo@exemple.invalid"), network)

    return Home


def all_of(model):
    with for_purpose(Purpose.RETENTION):
        return list(model.objects.order_by("pk"))


def sent():
    with for_purpose(Purpose.MAIL):
        return [row.text for row in OutgoingText.objects.order_by("pk")], list(
            OutgoingMail.objects.order_by("pk")
        )


def last_link():
    """The address of the last text message that asks for an agreement."""
    return "/accord/" + sent()[0][-1].split("/accord/")[1]


def typed(**changes):
    return {"first_name": "Mariam", "phone": "06 12 34 56 78", "how": "screen", **changes}


def reads(who, person):
    """What is left of a person in plain SQL, for `who`: file, agreements."""
    act_as(who)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM journeys_person WHERE id = %(n)s), (SELECT count(*) FROM journeys_referral"
            " WHERE person_id = %(n)s), (SELECT count(*) FROM journeys_consent WHERE person_id = %(n)s)",
            {"n": person.pk},
        )
        found = cursor.fetchone()
    act_as(None)
    return found


@pytest.mark.parametrize("phone", PHONES)
def test_a_phone_in_ten_notations_is_one_number(phone):
    form = AboutForm({"first_name": "Mariam", "phone": phone})
    assert form.is_valid(), form.errors
    assert form.values["phone"] == "+33612345678"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"birth_year": "2090"}, "birth_year", "par exemple 1994"),
        ({"birth_year": "1890"}, "birth_year", "par exemple 1994"),
        ({"birth_year": "douze"}, "birth_year", ""),
        ({"phone": "12"}, "phone", "10 chiffres"),
        ({"phone": ""}, "phone", "il en faut un"),
        ({"address": "Xyzzyqwv"}, "address", "Nous ne trouvons pas"),
        ({"first_name": "  \0 "}, "first_name", ""),
        ({"email": "non"}, "email", ""),
    ],
)
def test_what_cannot_be_kept_is_refused_with_what_to_change(changes, field, words):
    form = AboutForm(typed(**changes))
    assert not form.is_valid()
    assert words in " ".join(form.errors[field])


def test_an_address_is_kept_as_a_commune_and_a_neighbourhood_only():
    assert home_of(" ") is None
    found = home_of("Nantes")
    assert (found.commune_code, found.qpv_code) == (NANTES, "")
    with pytest.raises(PlaceUnclear, match="Précisez"):
        home_of("Saint-Denis")


def test_someone_new_is_followed_once_they_agreed_on_screen_or_before_a_witness(home):
    client = signed_in(home.awa)
    page = client.get(NEW).text
    assert "J’accepte que Le Relais garde un dossier" in page
    assert 'dir="rtl"' in client.get(f"{NEW}?langue=ar").text
    member(home.awa, home.network)
    switched = client.post(NEW, typed(structure=home.relay.pk, switch=home.network.pk, langue="ar")).text
    assert "تحتفظ Réseau B" in switched
    assert 'value="Mariam"' in switched
    assert all_of(Person) == []
    Membership.objects.filter(organisation=home.network, user=home.awa).delete()
    answer = client.post(
        NEW,
        typed(structure=home.relay.pk, address="Nantes", birth_year="1994", languages=["fr", "ar"], shared="on",
              language="ar", suite="/orienter/?structure=x"),
    )  # fmt: skip
    (person,) = all_of(Person)
    assert answer.url == f"/orienter/?structure=x&personne={person.pk}"
    assert (person.phone, person.commune_id, person.birth_year, person.languages) == (
        "+33612345678", NANTES, 1994, ["fr", "ar"],
    )  # fmt: skip
    assert [(one.aim, one.how, one.text.language, one.recorded_by_id) for one in all_of(Consent)] == [
        (Aim.SUIVI, "screen", "ar", home.awa.pk), (Aim.PARTAGE, "screen", "ar", home.awa.pk),
    ]  # fmt: skip
    assert reads(home.awa, person)[0] == 1
    assert reads(home.bo, person) == (0, 0, 0)

    oral = typed(structure=home.relay.pk, phone="", email="Zoe@Exemple.invalid", how="oral")
    assert "Dites qui a entendu" in client.post(NEW, oral).text
    client.post(NEW, {**oral, "witness": "Sam, éducateur"})
    assert all_of(Consent)[-1].witness == "Sam, éducateur"
    assert all_of(Person)[-1].email == "zoe@exemple.invalid"
    evil = client.post(NEW, typed(structure=home.relay.pk, phone="0612345679", suite="//mal.invalid/"))
    assert "mal.invalid" not in evil.url
    assert client.post(NEW, typed(structure=home.network.pk)).status_code == 422  # not one's own structure
    assert signed_in(user("moi@exemple.invalid")).get(NEW).status_code == 403


def test_by_a_link_nothing_is_read_before_the_person_says_yes_and_it_serves_once(home, client):
    answer = signed_in(home.awa).post(NEW, typed(structure=home.relay.pk, how="link"))
    assert answer.status_code == 302
    (person,) = all_of(Person)
    assert reads(home.awa, person) == (0, 0, 0)
    texts, _mails = sent()
    link = "/accord/" + texts[0].split("/accord/")[1]
    assert "Mariam" not in texts[0]
    page = client.get(link)
    assert "Le Relais" in page.text
    assert "Mariam" not in page.text
    assert "garde un dossier" in page.text
    arabic = client.get(f"{link}?langue=ar").text
    assert 'lang="ar" dir="rtl"' in arabic
    assert client.post(link, {"yes": "1"}).status_code == 422  # nothing ticked is not a no
    done = client.post(link, {"yes": "1", "agreed": [f"suivi-{home.relay.pk}"], "langue": "ar"})
    assert "تمّ تسجيل جوابك" in done.text
    assert reads(home.awa, person) == (1, 0, 1)
    assert [(one.how, one.text.language) for one in all_of(Consent)] == [("link", "ar")]
    [told] = sent()[1]
    assert (told.to, "a dit oui" in told.text, "Mariam" in told.text) == (home.awa.email, True, False)
    assert client.get(link).status_code == client.post(link, {"no": "1"}).status_code == 410
    assert client.get("/accord/faux/").status_code == 404
    key = key_of(link.strip("/").split("/")[-1])
    forged = signing.dumps(key.hex, salt="journeys.answer")
    assert client.get(f"/accord/{forged}/").status_code == 404


def test_where_no_text_leaves_a_link_needs_a_mail_address(home, settings):
    settings.DEMO = False
    client = signed_in(home.awa)
    page = client.post(NEW, typed(structure=home.relay.pk, how="link"))
    assert page.status_code == 422
    assert "par e-mail seulement" in page.text
    assert all_of(Person) == []
    assert (
        client.post(NEW, typed(structure=home.relay.pk, how="link", email="m@exemple.invalid")).status_code
        == 302
    )
    assert [mail.to for mail in sent()[1]] == ["m@exemple.invalid"]
    # of who is known, not even that is told
    make_person(home.network, phone="+33612345670")
    asked = client.post(NEW, typed(structure=home.relay.pk, phone="0612345670", ask="1"), follow=True)
    assert "La demande est faite" in asked.text


def test_a_link_is_over_after_72_hours_and_who_never_answers_is_forgotten(home, client):
    now = timezone.now()
    person = people.add_person(
        organisation_id=home.relay.pk,
        values={"first_name": "Mariam", "phone": "+33612345678"},
        home=None,
        agreement=people.Agreement("link"),
        by=home.awa.pk,
        at=now - timedelta(hours=73),
    )
    link = last_link()
    assert client.get(link).status_code == client.post(link, {"no": "1"}).status_code == 410
    assert consents.forget_unanswered(now) == 0
    kept = make_person(home.relay, created_by_organisation=home.relay, created_at=now - timedelta(days=90))
    assert consents.forget_unanswered(now + timedelta(days=5)) == 1
    assert [one.pk for one in all_of(Person)] == [kept.pk]
    assert person.pk != kept.pk


def test_a_known_phone_says_nothing_but_that_and_asks_the_person(home, client):
    known = make_person(
        home.network, first_name="Zorah", last_name="Qadir", phone="+33612345678", email="z@exemple.invalid"
    )
    relay = signed_in(home.awa)
    page = relay.post(NEW, typed(structure=home.relay.pk))
    assert page.status_code == 409
    assert "Cette personne est déjà suivie" in page.text
    for secret in ("Zorah", "Qadir", "z@exemple", "Réseau B", str(known.created_at.year) + "-"):
        assert secret not in page.text
    by_mail = relay.post(NEW, typed(structure=home.relay.pk, phone="", email="Z@exemple.invalid"))
    assert by_mail.status_code == 409
    assert all_of(Person) == [known]

    for _ in range(2):  # asked twice, told once
        relay.post(NEW, typed(structure=home.relay.pk, ask="1"))
    (request,) = all_of(ConsentRequest)
    assert (request.person_id, request.label) == (known.pk, "Mariam")
    assert len(sent()[0]) == 1
    assert "Zorah" not in relay.get(NEW).text
    assert reads(home.awa, known) == (0, 0, 0)
    # an unknown number gets the same words, and nobody is written to
    other = relay.post(NEW, typed(structure=home.relay.pk, phone="0612345670", ask="1"), follow=True)
    assert "La demande est faite" in other.text
    assert len(all_of(ConsentRequest)) == 1

    client.post(last_link(), {"no": "1"})
    assert reads(home.awa, known) == (0, 0, 0)
    assert all_of(ConsentRequest)[0].answer == "refused"


def test_looking_for_numbers_is_counted_and_written_down_without_them(home, caplog):
    make_person(home.network, phone="+33612345678")
    relay = signed_in(home.awa)
    seen = {people.check_known(phone=f"+336123456{n}", email="", by=home.awa.pk) for n in range(40, 69)}
    assert seen == {False}
    assert relay.post(NEW, typed(structure=home.relay.pk)).status_code == 409
    assert relay.post(NEW, typed(structure=home.relay.pk)).status_code == 429
    assert "person.known-or-not" in caplog.text
    assert "612345678" not in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journeys_person")
        assert cursor.fetchone() == (0,)
    assert is_known(phone="+33612345678", email="")


def test_taken_back_the_structure_reads_nothing_at_its_next_request(home):
    person = make_person(home.relay, first_name="Mariam", commune_id=NANTES)
    row = make_referral(person, home.relay, home.network, home.bo, state=State.ACCEPTEE)
    client = signed_in(home.bo)
    page = f"/espace/orientations/{row.pk}/"
    assert "Mariam" in client.get(page).text
    assert reads(home.bo, person) == (1, 1, 1)
    given = next(one for one in all_of(Consent) if one.organisation_id == home.network.pk)

    assert not consents.withdraw_consent(consent_id=given.pk, person_id=person.pk + 1, at=NOW)
    act_as(None, f"person:{person.pk}")
    assert consents.withdraw_consent(consent_id=given.pk, person_id=person.pk, at=NOW + timedelta(hours=1))
    assert not consents.withdraw_consent(consent_id=given.pk, person_id=person.pk, at=NOW)

    assert client.get(page).status_code == 404
    assert reads(home.bo, person) == (0, 0, 0)
    assert reads(home.awa, person)[0] == 1
    act_as(None, f"person:{person.pk}")
    assert consents.withdraw_all(person_id=person.pk, at=NOW + timedelta(hours=2)) == 1
    assert reads(home.awa, person) == (0, 0, 0)
    # agreed again, it opens again
    consents.give_consent(
        person_id=person.pk, organisation_id=home.relay.pk, aim=Aim.SUIVI, how="screen", at=NOW
    )
    assert reads(home.awa, person)[0] == 1


def test_an_agreement_given_twice_is_one_and_an_oral_one_names_its_witness(home):
    person = make_person(home.relay)
    said = {"person_id": person.pk, "organisation_id": home.relay.pk, "aim": Aim.SUIVI, "at": NOW}
    assert consents.give_consent(**said, how="screen").pk == all_of(Consent)[0].pk
    with pytest.raises(consents.WitnessMissing):
        consents.give_consent(**said | {"organisation_id": home.network.pk}, how="oral", witness=" ")
    assert languages() == ["fr", "ar", "en"]
    assert ConsentText.objects.filter(language="ar").count() == 3


def test_erased_only_anonymous_facts_remain_and_nothing_waits_to_be_sent(home):
    person = make_person(home.relay, email="m@exemple.invalid", commune_id=NANTES)
    make_referral(person, home.relay, home.network, home.bo, state=State.ENVOYEE)
    agree(person, Aim.PARTAGE)
    consents.ask_by_link(person, organisation_id=home.network.pk, label="M", by=home.bo.pk, at=NOW)
    assert len(sent()[0]) == 1

    assert people.erase_person(person.pk, NOW + timedelta(days=1))

    assert not people.erase_person(person.pk, NOW)
    assert all_of(Person) == all_of(Follow) == all_of(Consent) == all_of(ConsentRequest) == []
    assert sent()[0] == []
    (fact,) = all_of(Fact)
    assert fact.stage == 1
    values = " ".join(str(value) for value in vars(fact).values())
    assert person.first_name not in values
    assert person.phone not in values
    with connection.cursor() as cursor:
        for table in ("person", "referral", "consent", "follow", "consentrequest"):
            cursor.execute(f"SELECT count(*) FROM journeys_{table}")
            assert cursor.fetchone() == (0,)


def test_a_file_is_corrected_by_who_follows_it_and_never_over_somebody_else_s(home):
    person = make_person(home.relay, first_name="Mariam", created_at=timezone.now() - timedelta(days=3))
    client = signed_in(home.awa)
    path = f"/espace/personnes/{person.pk}/corriger/"
    assert "Mariam" in client.get(path).text
    assert signed_in(home.bo).get(path).status_code == 404
    act_as(home.awa)
    version = Person.objects.get(pk=person.pk).version
    said = {"first_name": "Mariama", "phone": person.phone, "version": version, "address": "Nantes"}
    refused = client.post(path, {**said, "phone": "0698765432"})  # it would open the person's space
    assert "Seule la personne change son numéro" in refused.text
    act_as(home.awa)
    for change in ("phone = '+33698765432'", "email = 'moi@exemple.invalid'"):
        with (
            pytest.raises(IntegrityError, match="their space"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE journeys_person SET {change} WHERE id = %s", [person.pk])
    new = make_person(home.relay, created_at=timezone.now())
    typo = {"first_name": "Léa", "phone": "0698765432", "version": new.version}
    known = {**typo, "phone": "0612345678"}
    make_person(home.network, phone="+33612345678")
    assert client.post(f"/espace/personnes/{new.pk}/corriger/", known).status_code == 422
    assert client.post(f"/espace/personnes/{new.pk}/corriger/", typo).status_code == 302
    assert client.post(path, said).status_code == 302
    assert client.post(path, said).status_code == 422  # somebody corrected it meanwhile
    assert signed_in(home.bo).post(path, said).status_code == 404
    kept = all_of(Person)[0]
    assert (kept.first_name, kept.commune_id) == ("Mariama", NANTES)
