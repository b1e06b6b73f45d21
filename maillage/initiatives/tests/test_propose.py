"""Propose, prove, moderate, publish."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from maillage.core.acting import Purpose, for_purpose
from maillage.core.models import OutgoingMail
from maillage.core.tests.forms import opened
from maillage.initiatives.models import Initiative, Photo, Proposal
from maillage.initiatives.tests.factories import make_initiative
from maillage.initiatives.tests.people import everyone, person, signed_in

pytestmark = pytest.mark.django_db
URL = "/initiatives/proposer/"


@pytest.fixture(autouse=True)
def real_outbox(settings):
    """The outbox of production, not Django's own for tests."""
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"


def answers(**changes):
    given = {
        "title": "Le bus de la création",
        "summary": "Un bus qui informe au pied des immeubles.",
        "reach": "local",
        "where": "Garges-lès-Gonesse",
        "themes": ["aller-vers"],
        "email": "camille@exemple.fr",
        "opened": opened(),
    }
    return {**given, **changes}


def proof_link():
    """The address in the last mail that asks for a proof."""
    texts = "\n".join(mail.text for mail in everyone(OutgoingMail))
    return re.findall(r"/initiatives/proposer/preuve/[0-9a-f-]+/", texts)[-1]


def test_a_proposal_without_account_is_proved_moderated_and_published(client):
    sent = client.post(URL, answers())
    assert sent.status_code == 302, sent.content.decode()[:3000]
    (proposal,) = everyone(Proposal)
    assert proposal.status == "unproven"
    assert Initiative.objects.count() == 0
    (mail,) = everyone(OutgoingMail)
    assert mail.to == "camille@exemple.fr"
    link = proof_link()

    page = client.get(link)
    assert page.status_code == 200
    assert everyone(Proposal)[0].status == "unproven", (
        "reading the page proves nothing: mail scanners follow links"
    )
    client.post(link)
    assert everyone(Proposal)[0].status == "waiting"

    moderator = person("moderation@exemple.fr", ("moderator", "departement", "95"))
    own_client = signed_in(moderator)
    queue = own_client.get("/espace/moderation/")
    assert "Le bus de la création" in queue.text
    answered = own_client.post(f"/espace/moderation/{proposal.pk}/", {"answer": "accept"})
    assert answered.status_code == 302, answered.text[:3000]

    fiche = Initiative.objects.get()
    assert (fiche.title, fiche.slug, fiche.status, fiche.commune_id, fiche.scope) == (
        "Le bus de la création", "le-bus-de-la-creation", "published", "95268", "commune",
    )  # fmt: skip
    assert fiche.confirmed_on == timezone.now().date()
    assert "publiée" in everyone(OutgoingMail)[-1].subject


def test_the_form_says_everything_that_is_missing_and_keeps_what_was_typed(client):
    page = client.post(
        URL, answers(title="", themes=[], body="Un long récit", ends_on="2026-01-01", starts_on="2026-02-01")
    )

    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert "Un long récit" in page.text
    assert "La fin vient avant le début" in page.text
    assert everyone(Proposal) == []


def test_a_place_left_empty_is_told_once(client):
    page = client.post(URL, answers(where=""))
    assert page.text.count("Écrivez où") == 2  # in the summary and beside the field
    assert "Ce champ est obligatoire" not in page.text
    assert "Écrivez la commune, par" not in page.text


def test_robots_are_stopped_by_what_nobody_sees_and_by_speed(client):
    assert client.post(URL, answers(website="http://spam.example")).status_code == 302
    fast = client.post(URL, answers(opened=opened(0)))
    assert fast.status_code == 422
    assert "Le bus de la création" in fast.text
    assert client.post(URL, answers(opened="forged:1:2")).status_code == 422
    assert everyone(Proposal) == []


def test_a_proof_link_ends_after_48_hours(client):
    client.post(URL, answers())
    with for_purpose(Purpose.ADMINISTRATION):
        Proposal.objects.update(created_at=timezone.now() - timedelta(hours=48, seconds=1))

    response = client.post(proof_link())

    assert response.status_code == 410
    assert "Envoyer à nouveau ma proposition" in response.text
    assert everyone(Proposal)[0].status == "unproven"


def test_a_correction_keeps_only_what_changes_and_leaves_the_fiche_alone(client):
    fiche = make_initiative(title="Le Carburateur", summary="Un lieu.", themes=["lieux"])
    url = f"/initiatives/{fiche.slug}/corriger/"
    page = client.get(url)
    assert "Le Carburateur" in page.text

    client.post(
        url,
        answers(
            title="Le Carburateur",
            summary="Un lieu et une antenne.",
            themes=["lieux"],
            where="Garges-lès-Gonesse (95268)",
        ),
    )

    (proposal,) = everyone(Proposal)
    assert proposal.values == {"summary": "Un lieu et une antenne."}
    assert (proposal.base_version, proposal.initiative_id) == (fiche.version, fiche.pk)
    fiche.refresh_from_db()
    assert (fiche.summary, fiche.version) == ("Un lieu.", 1)


def test_a_correction_that_corrects_nothing_says_so(client):
    fiche = make_initiative(title="Le Carburateur", summary="Un lieu.", themes=["lieux"])
    page = client.post(
        f"/initiatives/{fiche.slug}/corriger/",
        answers(
            title="Le Carburateur", summary="Un lieu.", themes=["lieux"], where="Garges-lès-Gonesse (95268)"
        ),
    )
    assert page.status_code == 422
    assert "Vous n’avez rien changé" in page.text


def test_a_photo_kept_from_a_first_sending_needs_its_words_too(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    picture = BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "JPEG")
    photo = SimpleUploadedFile("bus.jpg", picture.getvalue())
    first = client.post(URL, answers(photo=photo))
    kept = re.search(r'name="kept_photo" value="([^"]+)"', first.text)[1]

    again = client.post(URL, answers(kept_photo=kept))
    assert "Décrivez la photo" in again.text
    assert everyone(Proposal) == []

    assert client.post(URL, answers(kept_photo=kept, alternative="Le bus")).status_code == 302
    assert [photo.alternative for photo in Photo.objects.all()] == ["Le bus"]


def test_line_ends_and_the_order_of_boxes_change_nothing(client):
    fiche = make_initiative(
        summary="Un lieu.", body="- Un\n- Deux", themes=["lieux", "amorcage"], publics=["jeunes", "femmes"]
    )
    same = answers(
        title=fiche.title, summary="Un lieu.", body="- Un\r\n- Deux", where="Garges-lès-Gonesse (95268)",
        themes=["amorcage", "lieux"], publics=["femmes", "jeunes"],
    )  # fmt: skip

    assert "Vous n’avez rien changé" in client.post(f"/initiatives/{fiche.slug}/corriger/", same).text

    client.post(f"/initiatives/{fiche.slug}/corriger/", {**same, "body": "- Un\r\n- Trois"})
    assert everyone(Proposal)[0].values == {"body": "- Un\n- Trois"}
    proof = client.get(proof_link())
    assert f"Votre correction de « {fiche.title} »" in proof.text


def test_a_likely_duplicate_is_shown_before_sending_and_can_be_passed(client):
    make_initiative(title="Bus de la création", commune="95268")

    page = client.post(URL, answers())
    assert page.status_code == 200
    assert "Est-elle déjà sur la carte" in page.text
    assert everyone(Proposal) == []

    client.post(URL, answers(new="1", opened=opened()))
    assert len(everyone(Proposal)) == 1


def test_somebody_signed_in_needs_no_proof():
    user = person("resident@exemple.fr")
    client = signed_in(user)
    assert client.get(URL).status_code == 200
    given = answers()
    del given["email"]

    client.post(URL, given)

    (proposal,) = everyone(Proposal)
    assert (proposal.status, proposal.user_id, proposal.email) == ("waiting", user.pk, "resident@exemple.fr")
    assert everyone(OutgoingMail) == []


def test_who_proposed_while_signed_in_sees_what_became_of_it_and_nobody_else_does(client):
    client.post(URL, answers(title="Sans compte"))
    (anonymous,) = everyone(Proposal)
    mine = signed_in(person("resident@exemple.fr"))
    mine.post(URL, answers(email=""))
    own = f"/espace/propositions/{everyone(Proposal)[-1].pk}/"

    assert own in mine.get("/espace/").text
    assert "à la modération" in mine.get(own).text
    other = signed_in(person("autre@exemple.fr"))
    assert [one.get(own).status_code for one in (other, client)] == [404, 302]
    assert mine.get(f"/espace/propositions/{anonymous.pk}/").status_code == 404


@pytest.mark.parametrize(
    "title",
    [
        "<script>alert(1)</script> Bus",
        "'; DROP TABLE initiatives_initiative; --",
        "مبادرة الحي",
        "Bus 🚌 solidaire",
    ],
)
def test_any_text_is_a_title_and_stays_text(client, title):
    client.post(URL, answers(title=title))
    (proposal,) = everyone(Proposal)
    client.post(proof_link())
    own_client = signed_in(person("m@exemple.fr", ("network",)))
    page = own_client.get(f"/espace/moderation/{proposal.pk}/")
    assert "<script>alert" not in page.text
    own_client.post(f"/espace/moderation/{proposal.pk}/", {"answer": "accept"})

    fiche = Initiative.objects.get()
    assert fiche.title == title
    assert re.fullmatch(r"[a-z0-9-]+", fiche.slug)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": "x" * 10_000}, "160"),
        ({"title": "🎉🎉"}, "lettres"),
        ({"lon": "0", "lat": "0"}, "aucune commune"),
        ({"lon": "-5", "lat": "47"}, "en mer"),
        ({"lon": "48.9721", "lat": "2.4008"}, "inversées"),
        ({"lon": "2.4"}, "Donnez la latitude et la longitude"),
        ({"lon": "500", "lat": "48"}, "180"),
        ({"where": "Nullepart-sur-Rien"}, "n’est pas reconnue"),
        ({"siret": "12345678901234"}, "SIRET"),
        ({"links": "javascript:alert(1)"}, "Ligne 1"),
        ({"starts_on": "2026-05-02", "ends_on": "2026-05-01"}, "avant le début"),
        ({"themes": ["inconnu"]}, "inconnu"),
        ({"email": "pas-une-adresse"}, "e-mail"),
        ({"title": "a\x00b"}, "nul"),
    ],
)
def test_bad_input_gets_a_sentence_and_writes_nothing(client, changes, said):
    page = client.post(URL, answers(**changes))
    assert page.status_code == 422
    assert said in page.text
    assert everyone(Proposal) == []


def test_a_name_shared_by_communes_is_a_choice_and_the_choice_is_kept(client):
    page = client.post(URL, answers(where="Saint-Denis"))
    assert page.status_code == 422
    assert "choisissez la bonne" in page.text
    assert 'value="93066"' in page.text

    client.post(URL, answers(where="Saint-Denis", commune="93066"))
    assert everyone(Proposal)[0].commune_id == "93066"


def test_too_many_proposals_from_one_address_are_stopped(client):
    for n in range(5):
        client.post(URL, answers(title=f"Initiative numéro {n}", where="Cergy", new="1"))
    stopped = client.post(URL, answers(title="Encore une", new="1"))
    assert stopped.status_code == 429
    assert len(everyone(Proposal)) == 5


def test_moderators_of_elsewhere_see_nothing(client):
    client.post(URL, answers())
    (proposal,) = everyone(Proposal)
    client.post(proof_link())
    own_client = signed_in(person("lille@exemple.fr", ("moderator", "commune", "59350")))

    assert "Le bus de la création" not in own_client.get("/espace/moderation/").text
    assert own_client.post(f"/espace/moderation/{proposal.pk}/", {"answer": "accept"}).status_code == 404


def test_the_second_moderator_learns_that_it_is_done(client):
    client.post(URL, answers())
    (proposal,) = everyone(Proposal)
    client.post(proof_link())
    own_client = signed_in(person("m@exemple.fr", ("moderator",)))
    url = f"/espace/moderation/{proposal.pk}/"
    own_client.post(url, {"answer": "refuse", "reason": "incomplete"})

    second = own_client.post(url, {"answer": "accept"})

    assert second.status_code == 409
    assert "déjà traitée" in second.text
    assert Initiative.objects.count() == 0
    assert "Il manque des informations" in everyone(OutgoingMail)[-1].text


def test_a_moderator_amends_before_publishing(client):
    client.post(URL, answers())
    (proposal,) = everyone(Proposal)
    client.post(proof_link())
    own_client = signed_in(person("m@exemple.fr", ("moderator", "epci", "200055655")))

    done = own_client.post(
        f"/espace/moderation/{proposal.pk}/",
        answers(answer="amend", title="Bus de la création", where="Garges-lès-Gonesse (95268)"),
    )

    assert done.status_code == 302, done.text[:2000]
    assert Initiative.objects.get().title == "Bus de la création"
    assert "complétée ou corrigée" in everyone(OutgoingMail)[-1].text
