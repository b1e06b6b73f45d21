"""Organisations: found again rather than made twice, changed by their managers, joined by invitation."""

import re

import pytest

from maillage.core.acting import Purpose, for_purpose
from maillage.core.models import OutgoingMail
from maillage.initiatives.tests.factories import make_initiative
from maillage.initiatives.tests.people import everyone, person, signed_in
from maillage.organisations.actions import WrongSiret, ensure_organisation
from maillage.organisations.models import Membership, Organisation

pytestmark = pytest.mark.django_db
SIRET = "73282932000074"


@pytest.fixture(autouse=True)
def real_outbox(settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"


@pytest.mark.parametrize(
    ("again", "same"),
    [
        ({"name": "Le Carburateur", "commune": "95268"}, True),
        ({"name": "LE CARBURATEUR", "commune": "95268"}, True),
        ({"name": "Association « Le Carburateur »", "commune": "95268"}, True),
        ({"name": "Carburateur", "commune": "95268", "siret": SIRET}, True),
        ({"name": "Le Carburateur", "commune": "59350"}, False),
        ({"name": "Le Carburateur Nord", "commune": "95268"}, False),
        ({"name": "Carburateur"}, True),
    ],
)
def test_the_same_words_in_the_same_commune_are_one_organisation(again, same):
    first = ensure_organisation(name="Le Carburateur", commune="95268")
    assert (ensure_organisation(**again).pk == first.pk) is same


def test_a_siret_decides_over_names():
    first = ensure_organisation(name="Adie", siret="732 829 320 00074")
    assert first.siret == SIRET
    assert (
        ensure_organisation(name="Association pour le droit à l’initiative économique", siret=SIRET).pk
        == first.pk
    )
    assert ensure_organisation(name="Adie", siret="35600000000048").pk != first.pk
    with pytest.raises(WrongSiret):
        ensure_organisation(name="X", siret="73282932000075")


def test_list_and_page_are_public_and_lead_to_the_initiatives(client):
    organisation = ensure_organisation(name="Créative", commune="95268")
    make_initiative(title="Bus de l’initiative", carrier=organisation)
    make_initiative(title="Retirée", carrier=organisation, status="archived")
    assert "Créative" in client.get("/structures/?q=creative").text
    assert "Créative" in client.get("/structures/?q=garges").text
    assert "Créative" not in client.get("/structures/?q=zzz").text
    assert client.get(f"/structures/{organisation.slug}/").status_code == 200
    listed = client.get(f"/structures/{organisation.slug}/initiatives/").text
    assert "Bus de l’initiative" in listed
    assert "Retirée" not in listed


def test_managers_change_it_and_nobody_else():
    organisation = ensure_organisation(name="Créative")
    manager, member = person("cadre@exemple.fr"), person("membre@exemple.fr")
    Membership.objects.create(organisation=organisation, user=manager, kind="manager")
    Membership.objects.create(organisation=organisation, user=member, kind="member")
    url = f"/structures/{organisation.slug}/modifier/"
    given = {
        "name": "Créative Factory",
        "siret": SIRET,
        "website": "exemple.fr",
        "commune": "Garges-lès-Gonesse (95268)",
        "version": "1",
    }
    for stranger in (member, person("autre@exemple.fr", ("moderator",))):
        assert signed_in(stranger).post(url, given).status_code == 403

    done = signed_in(manager).post(url, given)

    assert done.status_code == 302, done.text[:1500]
    organisation.refresh_from_db()
    assert (organisation.name, organisation.siret, organisation.website, organisation.commune_id) == (
        "Créative Factory", SIRET, "https://exemple.fr", "95268",
    )  # fmt: skip
    other = ensure_organisation(name="Autre")
    Membership.objects.create(organisation=other, user=manager, kind="manager")
    taken = signed_in(manager).post(f"/structures/{other.slug}/modifier/", {**given, "name": "Autre"})
    assert "a déjà ce SIRET" in taken.text


def test_an_invitation_is_joined_by_a_button_and_the_last_manager_stays():
    organisation = ensure_organisation(name="Créative")
    manager = person("cadre@exemple.fr")
    place = Membership.objects.create(organisation=organisation, user=manager, kind="manager")
    browser = signed_in(manager)
    browser.post(
        f"/structures/{organisation.slug}/inviter/", {"email": "nouveau@exemple.fr", "kind": "member"}
    )
    mail = everyone(OutgoingMail)[-1]
    link = re.search(r"/structures/invitation/\S+", mail.text)[0]
    assert "nouveau" not in link
    guest = person("nouveau@exemple.fr")

    invited = signed_in(guest)
    assert invited.get(link).status_code == 200
    assert not Membership.objects.filter(user=guest).exists()
    invited.post(link)
    invited.post(link)

    assert Membership.objects.get(user=guest).kind == "member"
    refused = browser.post(f"/structures/{organisation.slug}/membres/{place.pk}/retirer/")
    assert refused.status_code == 422
    assert Membership.objects.filter(pk=place.pk).exists()
    with for_purpose(Purpose.ADMINISTRATION):
        assert signed_in(guest).get("/structures/invitation/bidon/").status_code == 422


def test_a_carrier_typed_in_a_proposal_is_created_once_on_acceptance(client):
    from maillage.initiatives.models import Initiative, Proposal
    from maillage.initiatives.tests.test_propose import URL, answers, proof_link

    moderator = signed_in(person("m@exemple.fr", ("moderator",)))
    for title, structure in (("Le bus rouge", "Association Créative"), ("Cuisine partagée", "creative")):
        client.post(URL, answers(title=title, structure=structure))
        proposal = everyone(Proposal)[-1]
        client.post(proof_link())
        assert moderator.post(f"/espace/moderation/{proposal.pk}/", {"answer": "accept"}).status_code == 302

    assert Organisation.objects.count() == 1
    assert Initiative.objects.filter(carrier=Organisation.objects.get()).count() == 2
