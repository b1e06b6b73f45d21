"""Who may have which financing, and what is said of it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.offers.eligibility import Outcome, judge
from maillage.offers.models import Financing, PersonStatus, Phase, QpvRule, Sector
from maillage.offers.models.vocabulary import PUBLICS
from maillage.offers.queries.financing import eligible, financing_items
from maillage.offers.situation import Situation, Whereabouts
from maillage.offers.tests.factories import make_financing

ON = date(2026, 11, 25)
GARGES = Whereabouts(
    commune="95268", nom="Garges-lès-Gonesse", zones=("95268", "200055655", "95", "france"), qpv=None
)
IN_QPV, OUT_OF_QPV = replace(GARGES, qpv=("QN09501M",)), replace(GARGES, qpv=())
NOWHERE = Whereabouts(zones=("france", "99100"))  # as the finder says it
TOLD = Situation(
    age=24, status="demandeur-emploi", phase="creation", sector="alimentation", publics=("femmes",)
)


def verdict(situation=TOLD, here=IN_QPV, **criteria):
    return judge(Financing(nom="Aide", **criteria), situation, here, ON)


@pytest.mark.parametrize(
    ("criteria", "situation", "here", "expected", "code"),
    [
        # nothing asked
        ({}, Situation(), NOWHERE, "likely", "ouvert"),
        # age: inside, on both bounds, outside, not said
        ({"age_min": 18, "age_max": 30}, Situation(age=24), NOWHERE, "likely", "age"),
        ({"age_min": 18, "age_max": 30}, Situation(age=18), NOWHERE, "likely", "age"),
        ({"age_min": 18, "age_max": 30}, Situation(age=30), NOWHERE, "likely", "age"),
        ({"age_min": 18, "age_max": 30}, Situation(age=31), NOWHERE, "no", "age"),
        ({"age_min": 18, "age_max": 30}, Situation(age=17), NOWHERE, "no", "age"),
        ({"age_min": 18}, Situation(age=90), NOWHERE, "likely", "age"),
        ({"age_max": 30}, Situation(age=16), NOWHERE, "likely", "age"),
        ({"age_max": 30}, Situation(), NOWHERE, "missing", "age"),
        # situation: said, not said, may go together, cannot
        ({"statuses": ["salarie", "demandeur-emploi"]}, Situation(status="salarie"), NOWHERE, "likely", "statut"),
        ({"statuses": ["demandeur-emploi"]}, Situation(), NOWHERE, "missing", "statut"),
        ({"statuses": ["demandeur-emploi"]}, Situation(status="minima-sociaux"), NOWHERE, "missing", "statut"),
        ({"statuses": ["etudiant"]}, Situation(status="retraite"), NOWHERE, "no", "statut"),
        # public: one is enough, another does not refuse
        ({"publics": ["femmes", "jeunes"]}, Situation(publics=("jeunes",)), NOWHERE, "likely", "public"),
        ({"publics": ["femmes"]}, Situation(publics=("jeunes",)), NOWHERE, "missing", "public"),
        ({"publics": ["tous-publics"]}, Situation(), NOWHERE, "likely", "ouvert"),
        # phase: now, later, past
        ({"phases": ["creation"]}, Situation(phase="creation"), NOWHERE, "likely", "phase"),
        ({"phases": ["creation"]}, Situation(phase="idee"), NOWHERE, "missing", "phase"),
        ({"phases": ["creation"]}, Situation(phase="developpement"), NOWHERE, "no", "phase"),
        ({"phases": ["creation"]}, Situation(), NOWHERE, "missing", "phase"),
        # sector: in, out, excluded, not said
        ({"sectors": ["transport"]}, Situation(sector="transport"), NOWHERE, "likely", "secteur"),
        ({"sectors": ["transport"]}, Situation(sector="commerce"), NOWHERE, "no", "secteur"),
        ({"sectors": ["transport"]}, Situation(), NOWHERE, "missing", "secteur"),
        ({"excluded_sectors": ["agriculture"]}, Situation(sector="agriculture"), NOWHERE, "no", "secteur"),
        ({"excluded_sectors": ["agriculture"]}, Situation(sector="commerce"), NOWHERE, "likely", "secteur"),
        ({"excluded_sectors": ["agriculture"]}, Situation(), NOWHERE, "missing", "secteur"),
        # neighbourhood: a commune alone says nothing; living there is no settling there
        ({"qpv": "habiter"}, Situation(), IN_QPV, "likely", "qpv"),
        ({"qpv": "habiter"}, Situation(), OUT_OF_QPV, "no", "qpv"),
        ({"qpv": "habiter"}, Situation(), GARGES, "missing", "qpv"),
        ({"qpv": "implanter"}, Situation(), IN_QPV, "missing", "qpv"),
        ({"qpv": "habiter-ou-implanter"}, Situation(), IN_QPV, "likely", "qpv"),
        ({"qpv": "habiter-ou-implanter"}, Situation(), OUT_OF_QPV, "missing", "qpv"),
        ({"qpv": "habiter-ou-implanter"}, Situation(), GARGES, "missing", "qpv"),
        # territory
        ({"zones": ["200055655"]}, Situation(), GARGES, "likely", "zone"),
        ({"zones": ["44"]}, Situation(), GARGES, "no", "zone"),
        ({"zones": ["44"]}, Situation(), NOWHERE, "missing", "zone"),
        ({"zones": ["44"]}, Situation(), Whereabouts(), "missing", "zone"),
        ({"zones": ["france"]}, Situation(), NOWHERE, "likely", "zone"),
        # days: both bounds count
        ({"ends_on": ON}, Situation(), NOWHERE, "likely", "dates"),
        ({"ends_on": date(2026, 11, 24)}, Situation(), NOWHERE, "no", "dates"),
        ({"starts_on": ON}, Situation(), NOWHERE, "likely", "ouvert"),
        ({"starts_on": date(2026, 11, 26)}, Situation(), NOWHERE, "missing", "dates"),
    ],
)  # fmt: skip
def test_one_criterion(criteria, situation, here, expected, code):
    found = verdict(situation, here, **criteria)

    said = {"likely": found.reasons, "missing": found.missing, "no": found.refusals}[expected]
    assert (found.verdict, [reason.code for reason in said]) == (expected, [code])


def test_the_sentences_say_why_what_lacks_and_what_is_to_be_checked():
    likely = verdict(statuses=["demandeur-emploi"], age_max=30)
    assert likely.sentences() == [
        "Vous y avez sans doute droit, parce que vous êtes demandeur ou demandeuse d’emploi ; vous avez 24 ans."
    ]
    lacking = verdict(replace(TOLD, age=None), age_max=30, qpv="implanter", sectors=["alimentation"])
    assert lacking.sentences() == [
        "Ce qui va : votre activité en fait partie (alimentation et restauration).",
        "Il manque : installer l’activité dans un quartier prioritaire.",
        "À vérifier : avoir 30 ans au plus.",
    ]
    assert verdict(Situation()).sentences() == [
        "Vous y avez sans doute droit, parce qu’elle est ouverte à tout le monde."
    ]
    refused = verdict(replace(TOLD, age=50), age_max=30, ends_on=date(2026, 1, 1))
    assert refused.sentences() == [
        "Non, parce qu’il faut avoir 30 ans au plus ; elle s’est terminée le 1 janvier 2026."
    ]


codes = {
    "phases": Phase.values,
    "statuses": PersonStatus.values,
    "publics": PUBLICS,
    "sectors": Sector.values,
    "zones": ["95268", "95", "44", "200055655"],
}
criteria = st.fixed_dictionaries(
    {name: st.lists(st.sampled_from(values), max_size=3, unique=True) for name, values in codes.items()}
    | {
        "excluded_sectors": st.lists(st.sampled_from(Sector.values), max_size=1),
        "age_min": st.none() | st.integers(0, 60),
        "age_max": st.none() | st.integers(60, 120),
        "qpv": st.sampled_from(QpvRule.values),
        "starts_on": st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 1)),
        "ends_on": st.none() | st.dates(date(2026, 12, 1), date(2027, 1, 1)),
    }
)
situations = st.builds(
    Situation,
    phase=st.sampled_from(["", *Phase.values]),
    publics=st.lists(st.sampled_from(PUBLICS), max_size=2).map(tuple),
    age=st.none() | st.integers(10, 120),
    status=st.sampled_from(["", *PersonStatus.values]),
    sector=st.sampled_from(["", *Sector.values]),
)
heres = st.sampled_from([NOWHERE, GARGES, IN_QPV, OUT_OF_QPV])
RANK = {"likely": 0, "missing": 1, "no": 2}
# a criterion that this person meets, in the place of whatever it was
MET = {
    "phases": ["creation"], "statuses": ["demandeur-emploi"], "publics": ["femmes"], "sectors": ["alimentation"],
    "zones": ["95"], "age_min": 18, "age_max": 30, "qpv": "habiter", "excluded_sectors": ["agriculture"],
}  # fmt: skip


@given(criteria, situations, heres)
def test_every_verdict_says_why_and_only_what_it_knows(given_criteria, situation, here):
    found = verdict(situation, here, **given_criteria)

    assert {"likely": found.reasons, "missing": found.missing, "no": found.refusals}[found.verdict]
    assert found.sentences()
    assert all(reason.text for finding in found.findings for reason in [finding.reason])
    if found.verdict == "likely":
        assert all(finding.outcome == Outcome.MET for finding in found.findings)


@given(criteria, st.sampled_from(sorted(MET)))
def test_a_criterion_that_is_met_never_worsens_a_verdict(given_criteria, name):
    empty = {"age_min": None, "age_max": None, "qpv": ""}.get(name, [])
    without = verdict(**given_criteria | {name: empty})
    met = verdict(**given_criteria | {name: MET[name]})
    others = {"age_min", "age_max"} if name.startswith("age") else {"sectors", "excluded_sectors"}
    if name in others and any(given_criteria[other] for other in others - {name}):
        return  # two halves of one criterion

    assert met.verdict == without.verdict


@given(criteria, situations, heres, st.sampled_from(["age", "status", "sector", "phase", "publics"]))
def test_saying_nothing_is_never_better_than_a_yes_nor_worse_than_a_no(given_criteria, situation, here, name):
    silent = verdict(
        replace(situation, **{name: {"age": None, "publics": ()}.get(name, "")}), here, **given_criteria
    )
    told = verdict(situation, here, **given_criteria)

    if silent.verdict == "likely":
        assert told.verdict in {"likely", "no"}
    if told.verdict == "likely":
        assert RANK[silent.verdict] <= 1


@given(situations, heres, st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_an_aid_without_criteria_is_open_to_everyone(situation, here, on):
    assert judge(Financing(nom="Aide"), situation, here, on).verdict == "likely"


@pytest.mark.django_db
def test_the_published_ones_come_in_one_order_and_one_query(django_assert_num_queries):
    make_financing(nom="Zut, trop tard", ends_on=date(2020, 1, 1))
    make_financing(nom="Brouillon", status="draft")
    make_financing(nom="Pour les jeunes", age_max=30)
    make_financing(nom="Pour tous")
    make_financing(nom="Pour d’autres quartiers", qpv="implanter")
    make_financing(nom="À vérifier", publics=["seniors"])

    eligible(TOLD, IN_QPV, ON)
    with django_assert_num_queries(1):
        found = eligible(TOLD, IN_QPV, ON)
        [row.financing.structure for row in found]

    assert [(row.financing.nom, row.verdict) for row in found] == [
        ("Pour les jeunes", "likely"),
        ("Pour tous", "likely"),
        ("À vérifier", "missing"),
        ("Pour d’autres quartiers", "missing"),
        ("Zut, trop tard", "no"),
    ]
    items = financing_items(TOLD, IN_QPV, ON, most=3)
    assert [item.nom for item in items] == ["Pour les jeunes", "Pour tous", "À vérifier"]
    assert items[2].as_json()["reasons"] == ["à vérifier : faire partie du public visé (séniors)"]


@pytest.mark.django_db
def test_a_change_of_a_financing_shows_at_once():
    aid = make_financing(nom="Avant")
    assert [item.nom for item in financing_items(TOLD, IN_QPV, ON)] == ["Avant"]

    Financing.objects.filter(pk=aid.pk).update(nom="Après")
    assert [item.nom for item in financing_items(TOLD, IN_QPV, ON)] == ["Après"]

    Financing.objects.filter(pk=aid.pk).update(status="withdrawn")
    assert financing_items(TOLD, IN_QPV, ON) == ()
