"""Structures: found by kind and place, shown whole, changed with their version, claimed, verified."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from maillage.accounts.tests.people import everyone, person, signed_in
from maillage.core.acting import Purpose, for_purpose
from maillage.core.models import OutgoingMail
from maillage.organisations.access import may_verify
from maillage.organisations.actions.claims import forget_claims
from maillage.organisations.domains import is_of_structure
from maillage.organisations.models import Claim, Membership, Organisation
from maillage.organisations.queries.finding import Place, Search, count_by_kind, find_organisations
from maillage.organisations.queries.zones import names_of_zones, names_to_edit, zone_written
from maillage.organisations.tests.factories import GARGES, NANTES, NANTES_METROPOLE, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def real_outbox(settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"


def found(**search):
    return [row.name for row in find_organisations(Search(**search))]


def test_structures_are_found_where_they_are_then_where_they_work(django_assert_num_queries):
    for name, fields in {
        "A national": {"zones": ["france"]},
        "B de Loire-Atlantique": {"zones": ["departement:44"]},
        "C de Nantes": {"commune_id": NANTES},
        "D de Rezé": {"commune_id": "44143"},
        "E de Garges": {"commune_id": GARGES},
        "F pour Nantes": {"commune_id": GARGES, "zones": [f"commune:{NANTES}"]},
        "G partie": {"commune_id": NANTES, "gone_on": "2026-01-01"},
        "H fermée": {"commune_id": NANTES, "closed_on": "2026-01-01"},
        "I nulle part": {},
    }.items():
        make_organisation(name=name, **fields)
    nantes, metropole = Place("commune", NANTES, ""), Place("epci", NANTES_METROPOLE, "")

    assert found(place=nantes) == ["C de Nantes", "A national", "B de Loire-Atlantique", "F pour Nantes"]
    assert found(place=metropole) == [
        "C de Nantes", "D de Rezé", "A national", "B de Loire-Atlantique", "F pour Nantes",
    ]  # fmt: skip
    assert "I nulle part" in found()
    with django_assert_num_queries(2):
        found(place=nantes)


def test_kinds_filter_and_are_counted_apart_from_their_own_choice():
    make_organisation(name="Les deux", kinds=["reseau", "financeur"])
    make_organisation(name="Club", kinds=["club"])

    search = Search(kinds=("financeur",))
    counts = count_by_kind(search)

    assert found(kinds=("financeur", "club")) == ["Club", "Les deux"]
    assert found(kinds=("financeur",)) == ["Les deux"]
    assert (counts["club"], counts["reseau"], counts["lieu"]) == (1, 1, 0)


def test_the_list_is_a_page_for_any_question(client):
    make_organisation(name="Créative", commune_id=GARGES, kinds=["lieu"])

    assert "Créative" in client.get("/structures/?nature=lieu&lieu=Garges-lès-Gonesse").text
    assert "Créative" in client.get("/structures/?commune=95268").text
    assert "Créative" not in client.get("/structures/?epci=244400404").text
    assert client.get("/structures/?nature=planete&page=zzz").status_code == 200
    for wrong in ("lieu=Xyzzyqwv", "epci=000000000", "commune=';DROP"):
        answer = client.get(f"/structures/?{wrong}")
        assert answer.status_code == 422
        assert "Nous ne connaissons pas" in answer.text


def test_the_number_of_queries_of_the_list_does_not_grow(client, django_assert_max_num_queries):
    for n in range(3):
        make_organisation(name=f"Structure {n}", commune_id=NANTES, kinds=["lieu"])
        with django_assert_max_num_queries(10):
            client.get("/structures/")


def test_the_page_says_what_is_known(client):
    network = make_organisation(name="Réseau des bus", kinds=["reseau"])
    row = make_organisation(
        name="Le bus", kinds=["relais", "lieu"], commune_id=NANTES, telephone="+33240419000", courriel="bus@exemple.fr",
        description="On vient **près de chez vous**. <script>x</script>", horaires_accueil="Mo-Fr 09:00-12:00",
        zones=[f"epci:{NANTES_METROPOLE}", "france"], reseaux_porteurs=["adie"], networks=[network],
        contacts=[{"label": "Création", "name": "Zoé", "phone": "+33612345678", "email": "zoe@exemple.fr"}],
    )  # fmt: skip

    page = client.get(f"/structures/{row.slug}/").text

    for said in (
        "Relais de proximité · Lieu pour entreprendre", "<strong>près de chez vous</strong>", "02 40 41 90 00", "9\u00a0h à 12\u00a0h",
        "Nantes Métropole", "France entière", "Droit à l’Initiative", "Réseau des bus", "06 12 34 56 78",
    ):  # fmt: skip
        assert said in page
    assert "<script>x" not in page
    assert "Le bus" in client.get(f"/structures/{network.slug}/").text


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Nantes Métropole", f"epci:{NANTES_METROPOLE}"),
        ("Val-d'Oise", "departement:95"),
        ("Bretagne", "region:53"),
        ("France entière", "france"),
        ("x (commune:95268)", "commune:95268"),
        ("x (commune:99999)", None),
        ("x (planete:1)", None),
        ("Xyzzyqwv", None),
    ],
)
def test_a_zone_is_read_as_people_write_it(text, zone):
    assert zone_written(text) == zone
    if zone:
        assert zone_written(names_to_edit([zone])[0]) == zone
        assert names_of_zones([zone])[0] != zone


def given(row, **changes):
    return {"name": row.name, "version": str(row.version), **changes}


def test_a_manager_changes_all_of_it_and_a_file_no_longer_takes_it_back():
    row = make_organisation(name="Le bus", origin="fichier", source_key="1", telephone="+33240419000")
    network = make_organisation(name="Réseau des bus", kinds=["reseau"])
    manager = person("cadre@exemple.fr")
    Membership.objects.create(organisation=row, user=manager, kind="manager")

    done = signed_in(manager).post(
        f"/structures/{row.slug}/modifier/",
        given(
            row, kinds=["relais"], telephone="06 12 34 56 78", horaires_accueil="lundi 9h-12h", zones="Nantes Métropole",
            networks="réseau des bus", contact0_label="Accueil", contact0_email="a@exemple.fr", reseaux_porteurs=["adie"],
        ),
    )  # fmt: skip

    assert done.status_code == 302, done.text[:3000]
    now = Organisation.objects.get(pk=row.pk)
    assert (now.kinds, now.telephone, now.horaires_accueil, now.zones) == (
        ["relais"], "+33612345678", "Mo 09:00-12:00", [f"epci:{NANTES_METROPOLE}"],
    )  # fmt: skip
    assert list(now.networks.all()) == [network]
    assert now.contacts == [{"label": "Accueil", "name": "", "phone": "", "email": "a@exemple.fr"}]
    assert set(now.local_fields) == {
        "kinds",
        "telephone",
        "horaires_accueil",
        "zones",
        "contacts",
        "reseaux_porteurs",
    }


def test_a_save_over_another_is_a_conflict_that_loses_nothing():
    row, manager = make_organisation(name="Le bus"), person("cadre@exemple.fr")
    Membership.objects.create(organisation=row, user=manager, kind="manager")
    browser, url = signed_in(manager), f"/structures/{row.slug}/modifier/"
    browser.post(url, given(row, description="La première"))

    second = browser.post(url, given(row, description="La seconde"))

    assert second.status_code == 409
    assert "La première" in second.text
    assert "La seconde" in second.text
    assert 'name="version" value="2"' in second.text
    assert Organisation.objects.get(pk=row.pk).description == "La première"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"siret": "12345678901234"}, "SIRET n’est pas valable"),
        ({"telephone": "12"}, "numéro n’est pas valable"),
        ({"zones": "Xyzzyqwv"}, "Nous ne connaissons pas"),
        ({"networks": "Club"}, "n’appartient qu’à des réseaux"),
        ({"kinds": ["planète"]}, "choix valide"),
        ({"website": "javascript:alert(1)"}, "URL valide"),
        ({"code_postal": "9514"}, "valide"),
    ],
)
def test_what_is_wrong_is_said(change, said):
    make_organisation(name="Club", kinds=["club"])
    row, manager = make_organisation(name="Le bus"), person("cadre@exemple.fr")
    Membership.objects.create(organisation=row, user=manager, kind="manager")

    answer = signed_in(manager).post(f"/structures/{row.slug}/modifier/", given(row, **change))

    assert answer.status_code == 422
    assert said in answer.text
    assert Organisation.objects.get(pk=row.pk).version == row.version


@pytest.mark.parametrize(
    ("role", "place", "may"),
    [
        (("moderator",), NANTES, True),
        (("moderator",), None, True),
        (("moderator", "epci", NANTES_METROPOLE), NANTES, True),
        (("animator", "departement", "44"), NANTES, True),
        (("animator", "region", "52"), NANTES, True),
        (("moderator", "commune", GARGES), NANTES, False),
        (("moderator", "epci", NANTES_METROPOLE), None, False),
        (("contributor",), NANTES, False),
        (None, NANTES, False),
    ],
)
def test_who_moderates_the_place_verifies_the_structure(role, place, may):
    row = make_organisation(commune_id=place)
    user = person("quelquun@exemple.fr", *([role] if role else []))
    browser, url = signed_in(user), f"/structures/{row.slug}/"

    assert may_verify(user, Organisation.objects.get(pk=row.pk)) is may
    assert browser.post(f"{url}verifier/").status_code == (302 if may else 403)
    assert bool(Organisation.objects.get(pk=row.pk).verified_at) is may
    assert browser.get(f"{url}historique/").status_code == (200 if may else 403)
    if may:
        assert "vérifiée en" in browser.get(url).text
        browser.post(f"{url}verifier/", {"remove": "1"})
        assert Organisation.objects.get(pk=row.pk).verified_at is None


@pytest.mark.parametrize(
    ("email", "website", "courriel", "same"),
    [
        ("a@adie.org", "https://www.adie.org/nantes", "", True),
        ("a@nantes.adie.org", "https://adie.org", "", True),
        ("a@adie.org", "", "contact@adie.org", True),
        ("a@notadie.org", "https://adie.org", "", False),
        ("a@adie.org.example", "https://adie.org", "", False),
        ("a@gmail.com", "", "structure@gmail.com", False),
        ("a@facebook.com", "https://facebook.com/structure", "", False),
        ("a@org", "https://adie.org", "", False),
        ("", "https://adie.org", "", False),
        ("a@adie.org", "", "", False),
    ],
)
def test_an_address_is_of_a_structure_by_its_own_domain_alone(email, website, courriel, same):
    assert is_of_structure(email, website, courriel) is same


def proof_link():
    return re.search(r"/structures/demande/\S+", everyone(OutgoingMail)[-1].text)[0]


def test_an_address_of_the_structure_gives_the_place_at_once():
    row, user = make_organisation(name="Adie", website="https://adie.org"), person("moi@exemple.fr")
    browser = signed_in(user)

    browser.post(
        f"/structures/{row.slug}/cest-ma-structure/", {"message": "Directrice", "email": "moi@adie.org"}
    )

    mail, link = everyone(OutgoingMail)[-1], proof_link()
    assert (mail.to, "moi@" in mail.subject, str(user.pk) in link.split("/")) == (
        "moi@adie.org",
        False,
        False,
    )
    stranger = signed_in(person("autre@exemple.fr"))
    assert stranger.post(link).status_code == 410
    assert browser.get(link).status_code == 200
    assert not Membership.objects.exists()
    assert browser.post(link).status_code == 302
    assert browser.post(link).status_code == 302
    assert Membership.objects.get().kind == "manager"
    claim = everyone(Claim)[0]
    assert (claim.status, claim.email) == ("accepted", "")
    again = browser.post(f"/structures/{row.slug}/cest-ma-structure/", {"message": "Encore"})
    assert again.status_code == 422


def test_a_structure_that_has_a_manager_asks_a_moderator():
    row = make_organisation(name="Adie", website="https://adie.org", commune_id=NANTES)
    Membership.objects.create(organisation=row, user=person("cadre@exemple.fr"), kind="manager")
    user = person("moi@exemple.fr")
    signed_in(user).post(
        f"/structures/{row.slug}/cest-ma-structure/", {"message": "Directrice", "email": "moi@adie.org"}
    )

    signed_in(user).post(proof_link())

    assert everyone(Claim)[0].status == "waiting"
    assert not Membership.objects.filter(user=user).exists()


def test_a_moderator_of_the_place_answers_once_and_the_person_is_told():
    row = make_organisation(name="Le bus", commune_id=NANTES)
    user = person("moi@exemple.fr")
    url = f"/structures/{row.slug}/cest-ma-structure/"
    signed_in(user).post(url, {"message": "Je conduis le bus", "email": "moi@gmail.com"})
    assert signed_in(user).post(url, {"message": "Encore"}).status_code == 422
    claim = everyone(Claim)[0]
    here = signed_in(person("ici@exemple.fr", ("moderator", "commune", NANTES)))
    there = signed_in(person("la@exemple.fr", ("moderator", "commune", GARGES)))

    assert "Je conduis le bus" in here.get("/espace/structures/").text
    assert "Je conduis le bus" not in there.get("/espace/structures/").text
    assert signed_in(user).get("/espace/structures/").status_code == 403
    answer = f"/espace/structures/{claim.pk}/"
    assert there.post(answer, {"answer": "accept"}).status_code == 404
    assert here.post(answer, {"answer": "refuse"}).status_code == 422  # no reason
    assert here.post(answer, {"answer": "refuse", "reason": "Écrivez-nous de la mairie."}).status_code == 302
    assert here.post(answer, {"answer": "accept"}).status_code == 409

    mail = everyone(OutgoingMail)[-1]
    assert (mail.to, "mairie" in mail.text) == ("moi@exemple.fr", True)
    assert not Membership.objects.exists()


def test_nobody_answers_their_own_claim():
    row = make_organisation(commune_id=NANTES)
    user = person("moi@exemple.fr", ("moderator",))
    signed_in(user).post(f"/structures/{row.slug}/cest-ma-structure/", {"message": "Moi"})

    assert (
        signed_in(user).post(f"/espace/structures/{everyone(Claim)[0].pk}/", {"answer": "accept"}).status_code
        == 404
    )


def test_claims_are_forgotten():
    row, now = make_organisation(website="https://adie.org"), timezone.now()
    with for_purpose(Purpose.ADMINISTRATION):
        for n, fields in enumerate(
            (
                {"status": "unproven"},
                {"status": "waiting"},
                {"status": "refused", "answered_at": now - timedelta(days=366)},
            )
        ):
            made = Claim.objects.create(organisation=row, user=person(f"p{n}@exemple.fr"), **fields)
            Claim.objects.filter(pk=made.pk).update(created_at=now - timedelta(days=400))
        assert forget_claims(at=now) == 2
    assert [one.status for one in everyone(Claim)] == ["waiting"]


def test_the_history_says_what_changed_and_names_nobody():
    row, manager = make_organisation(name="Avant"), person("cadre@exemple.fr")
    Membership.objects.create(organisation=row, user=manager, kind="manager")
    browser = signed_in(manager)
    browser.post(f"/structures/{row.slug}/modifier/", given(row, name="Après"))

    page = browser.get(f"/structures/{row.slug}/historique/").text

    assert "<del>Avant</del>" in page
    assert "<ins>Après</ins>" in page
    assert "cadre@" not in page
