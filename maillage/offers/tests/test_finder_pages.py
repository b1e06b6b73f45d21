"""The pages of the finder: the questions, what an address means, the answer, and what one takes away."""

import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from maillage.core.models import OutgoingMail
from maillage.offers.tests.factories import GARGES, SARCELLES, make_financing, make_service, make_structure

pytestmark = pytest.mark.django_db

HERE = {"lon": 2.393, "lat": 48.964}  # Garges-lès-Gonesse
CREATE = "creer-une-entreprise--definir-son-projet-de-creation-dentreprise"


def serve(nom="Parler de votre idée", structure="CitésLab", **fields):
    facts = {
        "kind": "accueil", "phases": ["idee"], "thematiques": [CREATE], "telephone": "01 99 00 12 34",
        "horaires_accueil": "24/7", "zone_eligibilite": [GARGES, SARCELLES], "frais": "gratuit",
        "modes_accueil": ["en-presentiel"], "mobilisable_par": ["usagers"], **HERE,
    }  # fmt: skip
    return make_service(nom=nom, structure=make_structure(name=structure), **facts | fields)


def lines(html):
    """The words of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("<main", 1)[1].split("</main>")[0]).split())


def test_the_questions_are_four_and_nothing_is_asked_of_a_first_visit():
    page = Client().get("/trouver/")

    assert page.status_code == 200
    assert not page.cookies
    for question in (
        "Où êtes-vous ?",
        "Où en êtes-vous ?",
        "De quoi avez-vous besoin, qu’est-ce qui vous freine ?",
        "Qui êtes-vous ?",
    ):
        assert question in page.text
    assert "required" not in page.text
    assert "Pourquoi le demander ?" in page.text


def test_the_answer_tells_who_to_call_where_when_and_why():
    serve(is_example=True)

    page = Client().get("/trouver/?commune=95268&phase=idee")

    assert page.status_code == 200
    told = lines(page.text)
    assert "Votre premier contact" in told
    assert "Parler de votre idée" in told
    assert "CitésLab · gratuit exemple" in told
    assert "Ouvert maintenant" in told
    assert 'href="tel:+33199001234"' in page.text
    assert "Pourquoi ce contact ?" in told
    assert page.text.count("<h1") == 1
    # the text message has no badge
    assert "sLab%20%28exemple%29" in page.text
    found = Client().get("/api/v1/offers/search?commune=95268&phase=idee").json()["first_contact"]
    assert found["structure"] == "CitésLab (exemple)"


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ({"adresse": "Garges-lès-Gonesse", "phase": "idee"}, "/trouver/?commune=95268&phase=idee"),
        ({"adresse": "Garges", "commune": "95268", "lon": "2.4", "lat": "48.97"}, "/trouver/?commune=95268"),
        ({"adresse": "3 rue X", "lon": "2.3931234", "lat": "48.9641"}, "/trouver/?lon=2.393&lat=48.964"),
        ({"phase": "idee", "rayon": "", "statut": "", "utm": "x"}, "/trouver/?phase=idee"),
        ({"adresse": "", "position": ",,95268,Garges-lès-Gonesse", "phase": "idee"}, "/trouver/?phase=idee"),
        (
            {"adresse": "Garges", "position": "2.393,48.964,,Garges", "age": "24"},
            "/trouver/?lon=2.393&lat=48.964&age=24",
        ),
        ({"adresse": "Sarcelles", "position": "2.393,48.964,,Garges"}, "/trouver/?commune=95585"),
        (
            {"besoin": ["mobilite", "accueil"], "lon": "2,393", "lat": "48,964"},
            "/trouver/?lon=2.393&lat=48.964&besoin=mobilite&besoin=accueil",
        ),
    ],
)
def test_every_question_has_one_short_address(asked, address):
    answer = Client().get("/trouver/", asked)

    assert (answer.status_code, answer["Location"]) == (302, address)


def test_an_address_that_is_already_short_is_answered_at_once():
    serve()
    assert Client().get("/trouver/?lon=2.393&lat=48.964&phase=idee&besoin=accueil&age=24").status_code == 200


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"adresse": "Xyzzyqwv<script>"}, "Nous ne connaissons pas « Xyzzyqwv&lt;script&gt; »"),
        ({"lon": "-5.5", "lat": "47.1"}, "en mer"),
        ({"lon": "48.96", "lat": "2.39"}, "inversées"),
        ({"lon": "2.39"}, "latitude"),
        ({"commune": "99999"}, "Aucune commune"),
        ({"age": "60", "public": "jeunes"}, "Vous avez coché « Jeunes »"),
        ({"age": "20", "public": "seniors"}, "Vous avez coché « Séniors »"),
        ({"age": "7"}, "supérieure ou égale à 10"),
        ({"age": "vingt"}, "nombre entier"),
        ({"rayon": "5", "distance": "a-distance"}, "vous n’avez pas à vous déplacer"),
        ({"rayon": "loin"}, "il faut un nombre"),
        ({"phase": "retraite"}, "Sélectionnez un choix valide"),
        ({"besoin": "'; DROP TABLE offers_service; --"}, "Sélectionnez un choix valide"),
        ({"secteur": "a" * 3000}, "Sélectionnez un choix valide"),
    ],
)
def test_what_cannot_be_answered_says_what_to_change_and_loses_nothing(asked, said):
    page = Client().get(
        "/trouver/",
        {"statut": "salarie", **asked} | {"besoin": [asked.get("besoin", "logement"), "mobilite"]},
    )

    assert page.status_code == 422
    assert said in page.text
    assert re.search(r'value="mobilite" checked', page.text)
    assert re.search(r'value="salarie" selected', page.text)
    assert page.text.count("<h1") == 1
    assert 'id="erreurs"' in page.text


def test_namesakes_are_offered_and_each_keeps_the_other_answers():
    page = Client().get("/trouver/", {"adresse": "Saint-Denis", "phase": "creation", "besoin": "logement"})

    assert page.status_code == 422
    assert '<a href="/trouver/?commune=93066&amp;phase=creation&amp;besoin=logement">' in page.text


def test_a_street_that_nobody_knows_is_said_and_its_town_answers(client):
    serve()

    page = client.get("/trouver/", {"adresse": "3 rue du Tiers-Pot, 95140 Garges-lès-Gonesse"}, follow=True)

    assert page.redirect_chain == [("/trouver/?commune=95268", 302)]
    assert "la recherche part de Garges-lès-Gonesse" in page.text


SENTENCE = "je veux ouvrir un food truck à Garges, j’ai deux enfants"


def test_a_sentence_is_answered_and_shown_back_for_correction():
    serve()

    page = Client().get("/trouver/", {"phrase": SENTENCE})

    assert page.status_code == 200
    told = lines(page.text)
    assert "Nous avons compris :" in told
    assert "Votre premier contact" in told
    chips = re.search(r'<ul class="chips answer-chips".*?</ul>', page.text, re.DOTALL)[0]
    labels = [
        " ".join(re.sub(r"<[^>]+>", " ", one).split())
        for one in re.findall(r"<li>(.*?)</li>", chips, re.DOTALL)
    ]
    assert "Retirer le filtre Garges → Garges-lès-Gonesse" in labels
    assert "Retirer le filtre food truck → Alimentation et restauration" in labels
    assert "Retirer le filtre deux enfants → Faire garder mes enfants" in labels
    hrefs = [href.replace("&amp;", "&") for href in re.findall(r'href="([^"]+)"', chips)]
    assert all("phrase" not in href for href in hrefs)
    assert hrefs[-1].startswith("/trouver/questions/?commune=95268")


def test_what_is_answered_in_the_form_counts_more_than_the_sentence():
    serve()

    page = Client().get("/trouver/", {"phrase": SENTENCE, "commune": SARCELLES, "secteur": "batiment"})

    assert "Sarcelles" in lines(page.text)
    assert "Bâtiment" in lines(page.text)
    assert "commune=95585" in page.text
    assert "commune=95268" not in page.text


@pytest.mark.parametrize("text", ["zzz qqq", "🦊🦊", "'; DROP TABLE"])
def test_a_sentence_that_says_nothing_known_comes_back(text):
    page = Client().get("/trouver/", {"phrase": text})

    assert page.status_code == 422
    assert "Nous n’avons rien reconnu dans cette phrase" in page.text
    assert "</textarea>" in page.text


def test_each_chip_takes_one_answer_away():
    serve()
    page = Client().get("/trouver/?commune=95268&phase=idee&besoin=garde-enfant&besoin=mobilite&age=24").text
    chips = re.search(r'<ul class="chips answer-chips".*?</ul>', page, re.DOTALL)[0]

    assert [href.replace("&amp;", "&") for href in re.findall(r'href="([^"]+)"', chips)] == [
        "/trouver/?phase=idee&besoin=garde-enfant&besoin=mobilite&age=24",
        "/trouver/?commune=95268&besoin=garde-enfant&besoin=mobilite&age=24",
        "/trouver/?commune=95268&phase=idee&besoin=mobilite&age=24",
        "/trouver/?commune=95268&phase=idee&besoin=garde-enfant&age=24",
        "/trouver/?commune=95268&phase=idee&besoin=garde-enfant&besoin=mobilite",
        "/trouver/questions/?commune=95268&phase=idee&besoin=garde-enfant&besoin=mobilite&age=24",
    ]


def test_the_questions_come_back_as_they_were_answered():
    page = Client().get(
        "/trouver/questions/?lon=2.393&lat=48.964&phase=creation&besoin=mobilite&rayon=15&langue=ar"
    )

    assert page.status_code == 200
    assert 'value="Garges-lès-Gonesse"' in page.text
    assert 'name="position" value="2.393,48.964,,Garges-lès-Gonesse"' in page.text
    assert 'value="creation" checked' in page.text
    assert 'value="mobilite" checked' in page.text
    assert '<option value="15" selected>' in page.text
    assert '<option value="ar" selected>' in page.text


def test_the_path_the_brakes_and_the_money_follow_the_first_contact():
    serve()
    serve("Atelier", "BGE", phases=["creation"], kind="formation")
    serve("Halte-garderie", "La Ruche", thematiques=["famille--garde-denfants"], phases=[], kind="")
    make_financing(nom="Prime des quartiers", amount_max=5000)

    page = Client().get("/trouver/?lon=2.393&lat=48.964&phase=idee&besoin=garde-enfant").text

    told = lines(page)
    path, brakes, money = (
        told.index(title) for title in ("Et après, dans l’ordre", "Pour ce qui bloque", "L’argent")
    )
    assert (
        path
        < told.index("Atelier")
        < brakes
        < told.index("Halte-garderie")
        < money
        < told.index("Prime des quartiers")
    )
    assert "jusqu’à 5 000 €" in told.replace("\u202f", " ").replace("\xa0", " ")
    assert "sans doute droit" in told


def test_nobody_at_all_is_said_plainly_with_the_next_step():
    page = Client().get("/trouver/?commune=95268&phase=idee")

    assert page.status_code == 200
    assert "Aucun contact" in page.text
    assert "Revoir mes réponses" in page.text


def test_the_answer_asks_the_same_number_of_queries_for_one_or_three_contacts():
    address = "/trouver/?lon=2.393&lat=48.964&phase=idee&besoin=garde-enfant"
    serve()
    serve("Halte-garderie", "La Ruche", thematiques=["famille--garde-denfants"], phases=[], kind="")
    Client().get(address)  # what is read once a process
    with CaptureQueriesContext(connection) as one:
        Client().get(address)
    for n in range(3):
        serve(f"Atelier {n}", phases=["idee", "creation"])
    with CaptureQueriesContext(connection) as more:
        Client().get(address)

    assert len(more) == len(one)


def test_everyone_who_fits_is_listed_with_reasons_a_page_at_a_time():
    for n in range(25):
        serve(f"Service {n:02}")

    first = Client().get("/trouver/tous/?commune=95268&phase=idee")
    second = Client().get("/trouver/tous/?commune=95268&phase=idee&page=2")

    shown = [set(re.findall(r"Service \d\d", page.text)) for page in (first, second)]
    assert (len(shown[0]), len(shown[1])) == (20, 5)
    assert not shown[0] & shown[1]
    assert Client().get("/trouver/tous/?page=999999").status_code == 422
    assert Client().get("/trouver/tous/?commune=95268&page=40")["Location"] == "/trouver/tous/?commune=95268"


def test_the_sheet_keeps_the_path_and_the_money_beside_the_contact():
    serve()
    serve("Atelier", "BGE", phases=["creation"], kind="formation")
    make_financing(nom="Prime des quartiers")

    answer = Client().get("/trouver/emporter.pdf?commune=95268&phase=idee")

    told = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "Atelier" in told
    assert "Prime des quartiers" in told


def test_the_sheet_is_one_page_with_the_telephone_and_the_link():
    serve(nom="Parler de votre idée " + "longuement " * 10)
    for n in range(8):
        serve(f"Atelier {n} " + "et encore " * 12, phases=["idee", "amorcage", "creation", "developpement"])
        make_financing(nom=f"Aide {n} " + "pour tous " * 12)

    answer = Client().get("/trouver/emporter.pdf?lon=2.393&lat=48.964&phase=idee&age=24")

    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    told = pages[0].extract_text()
    assert len(pages) == 1
    assert "01 99 00 12 34" in told
    assert "/trouver/?commune=95268&phase=idee" in told
    assert "age=24" not in told


ASKED = "/trouver/par-e-mail/?commune=95268&phase=idee&age=24&statut=minima-sociaux"


@pytest.fixture
def outbox(settings):
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    serve()
    return lambda: everyone(OutgoingMail)


def everyone(model):
    from maillage.core.acting import Purpose, for_purpose

    with for_purpose(Purpose.MAIL):
        return list(model.objects.order_by("pk"))


def posted(client, **fields):
    from django.core import signing

    opened = signing.TimestampSigner(salt="core.opened")
    opened.timestamp = lambda: "1"  # long ago
    return client.post(ASKED, {"opened": opened.sign(""), **fields})


def test_the_answer_is_mailed_to_oneself_and_says_nothing_of_the_person(client, outbox):
    assert client.get(ASKED).status_code == 200

    page = posted(client, email="Lou@Exemple.fr")

    assert page.status_code == 200
    (mail,) = outbox()
    assert (mail.to, mail.subject) == ("lou@exemple.fr", "Votre premier contact")
    assert "01 99 00 12 34" in mail.text
    assert "/trouver/?commune=95268&phase=idee\n" in mail.text
    assert "minima" not in mail.text
    assert "24" not in mail.text.replace("01 99 00 12 34", "")


def test_a_wrong_address_is_said_and_a_robot_is_thanked(client, outbox):
    wrong = posted(client, email="lou@")
    robot = posted(client, email="lou@exemple.fr", website="https://spam.example")

    assert (wrong.status_code, robot.status_code) == (422, 200)
    assert outbox() == []


def test_mails_are_few(client, outbox):
    statuses = [posted(client, email="lou@exemple.fr").status_code for _ in range(6)]

    assert statuses == [200] * 5 + [429]
    assert len(outbox()) == 5


hostile = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "95268", "idee", "accueil", "garde-enfant", "jeunes", "24", "-1", "1e308", "nan", "'; --", "\0"]
    ),
)
mixes = st.dictionaries(
    st.sampled_from([
        "lon", "lat", "commune", "adresse", "position", "phase", "besoin", "public", "langue", "rayon", "distance", "age",
        "statut", "secteur", "page", "taille", "phrase",
    ]),
    st.lists(hostile, max_size=3),
    max_size=6,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mixes, st.sampled_from(["/trouver/", "/trouver/questions/", "/trouver/tous/"]))
def test_no_mix_of_answers_breaks_a_page(mix, path):
    assert Client().get(path, mix).status_code in {200, 302, 422}
