"""Sentences as people write them, and what is understood of each."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.offers import criteria
from maillage.offers.sentence import LONGEST, read_sentence
from maillage.offers.sentence.lexicon import data, lexicon
from maillage.offers.sentence.reader import NAMES
from maillage.offers.sentence.tokens import expression, tokens
from maillage.territories.actions import load_schematic_qpv

pytestmark = pytest.mark.django_db

# the sentence, then field:code of all that is understood, in the order of the text
TABLE = [
    # the project: activity, phase
    ("je veux ouvrir un food truck à Garges, j'ai deux enfants", "phase:amorcage secteur:alimentation lieu:95268 besoin:garde-enfant public:familles"),
    ("Je veux ouvrir un foodtruck", "phase:amorcage secteur:alimentation"),
    ("camion à pizzas", "secteur:alimentation"),
    ("salon de coiffure", "secteur:artisanat"),
    ("peintre en bâtiment", "secteur:batiment"),
    ("peintre, j'expose mes tableaux", "secteur:culture"),
    ("chauffeur VTC", "secteur:transport"),
    ("livrer des repas à vélo", "secteur:transport"),
    ("vendre des gâteaux", "secteur:alimentation"),
    ("vendre des vêtements sur internet", "secteur:commerce"),
    ("créer une application mobile", "phase:amorcage secteur:numerique"),
    ("faire du miel et des légumes", "secteur:agriculture"),
    ("une ressourcerie associative", "secteur:ess"),
    ("femme de ménage à mon compte", "secteur:services statut:independant"),
    ("ferme urbaine à Aubervilliers", "secteur:agriculture lieu:93001"),
    ("je fais des tresses à Villiers-le-Bel et je veux me déclarer", "secteur:artisanat lieu:95680 phase:creation"),
    ("j'ai une idée", "phase:idee"),
    ("je n'ai pas d'idée", "phase:idee"),
    ("J'ai pas encore de projet", "phase:idee"),
    ("je réfléchis à ouvrir un bar", "phase:idee secteur:alimentation"),
    ("je fais mon étude de marché", "besoin:diagnostic phase:amorcage"),
    ("je vais ouvrir ma boutique", "phase:creation secteur:commerce"),
    ("je dois m'immatriculer", "phase:creation"),
    ("devenir auto-entrepreneur", "phase:creation"),
    ("j'ai déjà ma boîte de nettoyage, je veux embaucher", "phase:developpement secteur:services"),
    ("je cherche des clients pour mon restaurant", "phase:developpement secteur:alimentation"),
    ("je cherche un mentor pour développer mon restaurant", "besoin:accompagnement phase:developpement secteur:alimentation"),
    ("Monter ma boîte de plomberie", "phase:amorcage secteur:batiment"),
    ("je ne veux pas faire de restauration, plutôt du commerce", "secteur:commerce"),
    ("couture pour enfants à Roubaix", "secteur:artisanat lieu:59512"),
    ("garder des enfants", "secteur:services"),
    ("ouvrir une micro-crèche", "phase:amorcage secteur:services"),
    ("mécanicien, je veux ouvrir un garage", "secteur:artisanat phase:amorcage"),
    # what is asked for
    ("par où commencer ?", "besoin:accueil"),
    ("je ne sais pas par où commencer", "besoin:accueil"),
    ("qui peut m'aider à Goussainville 95 ?", "besoin:accueil lieu:95280"),
    ("Comment trouver un prêt pour ma boutique ?", "besoin:financement secteur:commerce"),
    ("je n'ai pas d'argent pour démarrer", "besoin:financement phase:amorcage"),
    ("sans apport", "besoin:financement"),
    ("besoin d'une formation", "besoin:formation"),
    ("je n'ai pas de diplôme", "besoin:formation"),
    ("un local pour m'installer à La Rochelle", "besoin:hebergement phase:amorcage lieu:17300"),
    ("tester mon activité sans risque", "besoin:test"),
    ("une coopérative d'activités et d'emploi", "besoin:test"),
    ("un mentor", "besoin:accompagnement"),
    ("rencontrer d'autres entrepreneuses", "besoin:groupe public:femmes"),
    # what stands before the project
    ("pas de permis", "besoin:mobilite"),
    ("j'ai pas le permis", "besoin:mobilite"),
    ("je n'ai ni permis ni voiture", "besoin:mobilite"),
    ("je n'ai plus de voiture", "besoin:mobilite"),
    ("je ne conduis pas", "besoin:mobilite"),
    ("j'ai le permis et une voiture", ""),
    ("trois enfants", "besoin:garde-enfant public:familles"),
    ("maman solo", "besoin:garde-enfant public:familles"),
    ("je n'ai pas de mode de garde", "besoin:garde-enfant public:familles"),
    ("je risque l'expulsion", "besoin:logement"),
    ("je suis hébergée chez une amie", "besoin:logement"),
    ("je fais une dépression", "besoin:sante"),
    ("je parle pas français", "besoin:langue"),
    ("je ne sais pas lire ni écrire", "besoin:langue"),
    ("j'ai pas internet ni ordinateur", "besoin:numerique"),
    ("les papiers, c'est compliqué", "besoin:administratif"),
    ("pas de papiers", "besoin:administratif"),
    ("J'ai des dettes et je suis interdit bancaire", "besoin:financier"),
    ("sans emploi, sans permis, sans logement", "public:demandeurs-emploi statut:demandeur-emploi besoin:mobilite besoin:logement"),
    # who asks
    ("Je suis au chômage", "public:demandeurs-emploi statut:demandeur-emploi"),
    ("inscrite à France Travail", "public:demandeurs-emploi statut:demandeur-emploi"),
    ("je touche le RSA", "public:beneficiaires-des-minimas-sociaux statut:minima-sociaux"),
    ("Je ne touche pas le RSA", ""),
    ("je ne travaille pas, je touche le rsa", "public:beneficiaires-des-minimas-sociaux statut:minima-sociaux"),
    ("je suis salariée en CDI", "statut:salarie"),
    ("je ne suis pas salarié", ""),
    ("étudiante de 20 ans", "public:etudiants statut:etudiant age:20 public:jeunes"),
    ("je suis retraité depuis 5 ans", "statut:retraite"),
    ("mère au foyer", "statut:sans-activite"),
    ("je suis auto-entrepreneur", "statut:independant"),
    ("je veux créer mon entreprise", "phase:amorcage"),
    ("j'ai 24 ans", "age:24 public:jeunes"),
    ("j'ai trente-deux ans", "age:32"),
    ("soixante-dix-sept ans", "age:77 public:seniors"),
    ("quatre-vingt-deux ans", "age:82 public:seniors"),
    ("depuis 24 ans dans le bâtiment", "secteur:batiment"),
    ("20 ans d'expérience en cuisine", "secteur:alimentation"),
    ("mon fils a 12 ans", "besoin:garde-enfant public:familles"),
    ("j'aide les moins de 30 ans", ""),
    ("jeune de 40 ans", "age:40"),
    ("j'ai un handicap (RQTH)", "public:personnes-en-situation-de-handicap"),
    ("réfugiée, demandeuse d'asile", "public:personnes-exilees"),
    ("je sors de prison", "public:personnes-en-situation-juridique-specifique"),
    ("j'habite en quartier prioritaire", "public:residents-qpv-frr"),
    ("je parle arabe", "langue:ar"),
    ("je parle turc et kurde", "langue:tr langue:ku"),
    ("restaurant turc", "secteur:alimentation"),
    ("je ne parle pas français mais je parle bambara", "besoin:langue langue:bm"),
    # where, how
    ("j'habite St Denis", "lieu:97411"),
    ("Saint-Denis 93", "lieu:93066"),
    ("95140", "lieu:95268"),
    ("95140 Garges", "lieu:95268"),
    ("étudiant à Villeneuve d'Ascq", "public:etudiants statut:etudiant lieu:59009"),
    ("j'habite le quartier Maurepas", "lieu:EX3523801"),
    ("Maurepas à Rennes", "lieu:EX3523801"),
    ("quartier La Bricarde", "lieu:EX1305501"),
    ("food truck garges", "secteur:alimentation lieu:95268"),
    ("à moins de 10 km de Cergy", "rayon:10 lieu:95127"),
    ("10km autour de Goussainville", "rayon:10 lieu:95280"),
    ("un rendez-vous en visio", "distance:a-distance"),
    ("je préfère en personne", "distance:en-presence"),
    ("en visio, à moins de 5 km", "distance:a-distance"),
    ("au Mans", "lieu:72181"),
    ("salle de sport pour femmes à Évry", "secteur:services lieu:91228"),
    ("dans le quartier de La Villeneuve à Grenoble", "lieu:38185"),
    ("local à louer Marseille 13015", "besoin:hebergement lieu:13055"),
    ("Aulnay sous bois couture", "lieu:93005 secteur:artisanat"),
    ("livraison a velo sur Lyon", "secteur:transport lieu:69123"),
    ("vendre sur les marchés", "secteur:commerce"),
    ("garde à domicile", ""),
    ("15000 euros de financement", "besoin:financement"),
    ("Je veux pas faire de prêt", ""),
    ("Je n'ai pas de compte bancaire", "besoin:financier"),
    ("passer de salarié à auto-entrepreneur", "statut:salarie phase:creation"),
    ("on veut reprendre une boulangerie à Montbéliard", "phase:amorcage secteur:alimentation lieu:25388"),
    ("j'oriente une personne de 35 ans, bénéficiaire du RSA", "age:35 public:beneficiaires-des-minimas-sociaux statut:minima-sociaux"),
    ("hello i want to open a restaurant in Paris", "secteur:alimentation lieu:75056"),
    # as typed
    ("salon de coifure à marseile", "secteur:artisanat lieu:13055"),
    ("je veut ouvrire un restaurent a Nante", "phase:amorcage secteur:alimentation lieu:44109"),
    ("food truk a garge", "secteur:alimentation lieu:95268"),
    ("restorant à Grigny", "secteur:alimentation lieu:91286"),
    ("MON PROJET : UNE FRIPERIE SOLIDAIRE À TOURCOING", "secteur:commerce lieu:59599"),
    ("boulangerie…à…Rennes!!!", "secteur:alimentation lieu:35238"),
    ("bonjour je suis une femme de 45 ans au RSA a sarcelles et je voudrais me lancer dans la coiffure merci", "public:femmes age:45 public:beneficiaires-des-minimas-sociaux statut:minima-sociaux lieu:95585 phase:amorcage secteur:artisanat"),
    # nothing, and worse
    ("", ""),
    ("   \n\t", ""),
    ("asdfgh qwerty", ""),
    ("🍕🚚❤️", ""),
    ("أريد أن أفتح مطعما", ""),
    ("'; DROP TABLE offers_service; --", ""),
    ("<script>alert(1)</script>", ""),
    ("\0\x01 restaurant \x7f", "secteur:alimentation"),
    ("%s %(n)s {0} {{ x }} restaurant", "secteur:alimentation"),
    ("restaurant " * 1000, "secteur:alimentation"),
    ("٢٤ ans", ""),
    ("²³ ans 99999999999999999999 ans", "age:23 public:jeunes"),
]  # fmt: skip


@pytest.fixture(scope="module")
def _qpv(django_db_setup, django_db_blocker):
    """The demo's neighbourhoods, once for the module's table."""
    with django_db_blocker.unblock():
        load_schematic_qpv()
    yield
    with django_db_blocker.unblock():
        from maillage.territories.actions.schematic import forget_schematic_qpv  # only to tidy up

        forget_schematic_qpv()


@pytest.mark.usefixtures("_qpv")
@pytest.mark.parametrize(("text", "expected"), TABLE, ids=lambda value: value[:40] if value else "nothing")
def test_what_is_understood(text, expected):
    reading = read_sentence(text)

    assert sorted(f"{part.field}:{part.code}" for part in reading.parts) == sorted(expected.split())
    assert all(part.words == text[part.start : part.end] for part in reading.parts)
    assert [part.start for part in reading.parts] == sorted(part.start for part in reading.parts)


def test_the_table_has_enough_sentences():
    assert len({text for text, _expected in TABLE}) == len(TABLE) >= 80


def test_a_reading_is_shown_back_part_by_part():
    reading = read_sentence("Je veux ouvrir un food truck à Garges, j'ai deux enfants et un zébulon")

    assert [(part.label, part.words) for part in reading.parts] == [
        ("Émergence et amorçage", "ouvrir"),
        ("alimentation et restauration", "food truck"),
        ("Garges-lès-Gonesse", "Garges"),
        ("Garde d’enfant", "deux enfants"),
        ("Familles", "deux enfants"),
    ]
    assert reading.unread == ("zébulon",)
    assert reading.place.context == "Val-d'Oise (95)"
    assert criteria.as_parameters(reading.situation) == [
        ("commune", "95268"),
        ("phase", "amorcage"),
        ("besoin", "garde-enfant"),
        ("public", "familles"),
        ("secteur", "alimentation"),
    ]


def test_what_is_denied_is_understood_and_set_aside():
    reading = read_sentence("Je ne touche pas le RSA et je ne veux pas de restaurant")

    assert [(part.field, part.code, part.words) for part in reading.denied] == [
        ("statut", "minima-sociaux", "pas le RSA"),
        ("secteur", "alimentation", "pas de restaurant"),
    ]
    assert (reading.parts, reading.unread) == ((), ())


def test_namesakes_of_the_place_are_offered():
    reading = read_sentence("j'habite St Denis")

    assert reading.place.code == "97411"
    assert "93066" in [place.code for place in reading.other_places]


@pytest.mark.usefixtures("_qpv")
def test_a_neighbourhood_gives_a_point_inside_it():
    reading = read_sentence("je vis à Maurepas à Rennes")

    assert (reading.place.kind, reading.place.code) == ("qpv", "EX3523801")
    assert (reading.situation.lon, reading.situation.lat) == (reading.place.lon, reading.place.lat)
    assert (reading.situation.commune, reading.unread) == ("", ())


def test_what_is_too_far_is_not_read_and_the_reading_says_so():
    reading = read_sentence("x" * LONGEST + " restaurant")

    assert (reading.is_cut, reading.parts) == (True, ())
    assert not read_sentence("restaurant").is_cut


def test_every_word_of_the_lexicon_means_a_code_that_exists():
    meanings = {meaning for table in ("said", "denied") for meaning in data()[table]}
    meanings |= {meaning for brought in data()["brings"].values() for meaning in brought}
    for meaning in meanings:
        field, code = meaning.split(":", 1)
        assert code in NAMES.get(field, criteria.DISTANCES), meaning
    assert set(data()["brings"]) <= set(data()["said"])
    assert all(
        expression(words) for table in ("said", "denied") for each in data()[table].values() for words in each
    )
    assert len(json.dumps(data())) < 60_000


@pytest.mark.parametrize(
    "word", ["message", "source", "fermer", "montrer", "organisme", "courriel", "longue"]
)
def test_real_words_are_not_taken_for_mistakes(word):
    assert lexicon().corrected(word) == word


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("coifeuse", "coiffeuse"),
        ("retsaurant", "restaurant"),
        ("boulangeri", "boulangerie"),
        ("bar", "bar"),
        ("gars", "gars"),
    ],
)
def test_a_mistake_is_mended_in_a_long_word_only(typed, meant):
    assert lexicon().corrected(typed) == meant


SAID = [words for each in data()["said"].values() for words in each]
PIECES = st.sampled_from(
    [*SAID, "à", "pas de", "je ne", "sans", "24 ans", "Garges", "95140", ",", "et", "ni", "deux enfants"]
)
texts = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=8).map(" ".join))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts)
def test_any_text_has_one_reading_that_the_finder_accepts(text):
    reading = read_sentence(text)

    assert read_sentence(text) == reading
    assert criteria.checked(reading.situation) == reading.situation
    assert all(text[part.start : part.end] == part.words for part in (*reading.parts, *reading.denied))
    fields = [part.field for part in reading.parts]
    assert all(
        fields.count(one) <= 1 for one in ("secteur", "statut", "phase", "age", "lieu", "rayon", "distance")
    )


@given(st.text(max_size=200))
def test_words_keep_their_place_in_the_text(text):
    found = tokens(text)

    assert all(text[word.start : word.end].strip() for word in found)
    assert [word.start for word in found] == sorted({word.start for word in found})


def test_a_long_hostile_text_costs_no_more_queries(django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        read_sentence("à Zzyzx à Qwertyuiop sur Asdfghjkl " * 300)
