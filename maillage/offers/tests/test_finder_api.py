"""`/api/v1/offers/search` and `offers find`: their shape, and what they refuse."""

import gzip
import json
import os
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from maillage.offers import criteria
from maillage.offers.models import Brake, Kind, Language, PersonStatus, Sector
from maillage.offers.models import Phase as Step
from maillage.offers.models.vocabulary import CATEGORIES, PUBLICS, THEMATIQUES
from maillage.offers.queries.finder import find
from maillage.offers.situation import Situation
from maillage.offers.tests.factories import make_service
from maillage.offers.tests.finder_world import GARGES, MOMENTS, SARCELLES, town_hall

URL = "/api/v1/offers/search"
ITEM = {"id", "nom", "structure", "distance_m", "reasons", "open_now", "phone"}
DESIGN = {"first_contact", "steps", "freins", "financing", "query"}
# raise it to try more mixes of parameters: MAILLAGE_MIXES=2000
MIXES = int(os.environ.get("MAILLAGE_MIXES", "100"))


def at(code):
    lon, lat = town_hall(code)
    return {"lon": lon, "lat": lat}


def test_the_answer_has_the_shape_of_the_design(world, client):
    asked = at(GARGES) | {"phase": "idee", "besoin": ["garde-enfant", "diagnostic"], "public": "femmes"}

    found = client.get(URL, asked).json()

    assert set(found) == DESIGN | {
        "items", "total", "page", "taille", "facets", "near_misses", "widened", "coordinator",
    }  # fmt: skip
    assert set(found["first_contact"]) == ITEM
    assert [step["phase"] for step in found["steps"]] == Step.values
    assert [(help_["frein"], help_["items"][0]["nom"]) for help_ in found["freins"]] == [
        ("garde-enfant", "Service g-creche")
    ]
    lines = [*found["items"], *found["steps"][0]["items"], *found["freins"][0]["items"]]
    assert all(set(line) == ITEM and line["reasons"] for line in lines)
    assert found["query"] == {
        **{name: pytest.approx(value) for name, value in at(GARGES).items()},
        "commune": {"code": GARGES, "nom": "Garges-lès-Gonesse"},
        "qpv": ["QN09501M"],
        "phase": "idee",
        "besoin": ["garde-enfant", "diagnostic"],
        "public": ["femmes"],
    }


def test_the_command_gives_the_shape_of_the_design(world):
    out = StringIO()
    lon, lat = town_hall(GARGES)
    call_command(
        "offers", "find", "--lon", str(lon), "--lat", str(lat), "--phase", "idee", "--json", stdout=out
    )

    found = json.loads(out.getvalue())
    assert set(found) == DESIGN
    assert found["first_contact"]["nom"] == "Service g-accueil"


def test_the_command_says_the_answer_in_words(world):
    out = StringIO()
    call_command("offers", "find", "--commune", GARGES, "--besoin", "mobilite", "--age", "45", stdout=out)

    said = out.getvalue()
    for part in (
        "Premier contact\n  Service g-accueil",
        "Frein : Mobilité\n  Service g-permis",
        "réservé à : jeunes",
    ):
        assert part in said


def test_the_command_refuses_with_status_one(world, capsys):
    with pytest.raises(CommandError) as stopped:
        call_command("offers", "find", "--phase", "retraite")

    assert stopped.value.returncode == 1
    assert "developpement" in capsys.readouterr().err


def test_pages_follow_each_other_and_say_the_total(world, client):
    whole = client.get(URL, at(GARGES) | {"taille": 100}).json()
    pages = [client.get(URL, at(GARGES) | {"taille": 2, "page": n}).json() for n in (1, 2)]

    assert [line["id"] for page in pages for line in page["items"]] == [
        line["id"] for line in whole["items"][:4]
    ]
    assert {page["total"] for page in pages} == {whole["total"]} == {len(whole["items"])}
    assert (pages[1]["page"], pages[1]["taille"]) == (2, 2)


def test_a_facet_counts_what_choosing_it_would_leave(world, client):
    asked = at(SARCELLES)
    facets = client.get(URL, asked).json()["facets"]

    # what is not counted is not there: no brake, category or theme with a half-count
    assert {name: set(counts) for name, counts in facets.items()} == {
        "phase": set(Step.values), "besoin": set(Kind.values), "public": set(PUBLICS),
    }  # fmt: skip
    for name, counts in facets.items():
        for code, count in counts.items():
            if code == "tous-publics":
                continue
            found = client.get(URL, asked | {name: code}).json()
            assert (found["total"] if not found["widened"] else 0) == count, (name, code)


def test_the_same_answer_is_not_sent_twice(world, client):
    first = client.get(URL, {"commune": GARGES})
    again = client.get(URL, {"commune": GARGES}, headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_a_page_costs_the_same_queries_whatever_it_holds(world, django_assert_num_queries):
    asked = [Situation(commune=GARGES, phase=phase, needs=("mobilite",)) for phase in ("", "creation")]
    find(asked[0], at=MOMENTS["we10"])

    for situation in asked:
        # whereabouts, candidates, hours, permanences, records, and the state of the financings
        with django_assert_num_queries(6):
            find(situation, at=MOMENTS["we10"])


def test_a_full_page_is_light(world, client):
    kept = transaction.atomic()
    kept._from_testcase = True
    with kept:
        for n in range(20):
            make_service(nom=f"Service très bien nommé {n}", kind="accueil", zone_eligibilite=[GARGES])
        content = client.get(URL, at(GARGES) | {"taille": 20}).content
        transaction.set_rollback(True)

    assert content.count(b'"reasons"') > 20
    assert len(gzip.compress(content)) < 15_000


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"lon": -20, "lat": 40}, "mer"),
        ({"lon": 13.4, "lat": 52.5}, "l’étranger"),
        ({"lon": 48.97, "lat": 2.4}, "inversées"),
        ({"lon": 2.4}, "latitude"),
        ({"lon": "nan", "lat": "nan"}, "finis"),
        ({"lon": 700000, "lat": 6600000}, "Lambert"),
        ({"commune": "95000"}, "95000"),
        ({"commune": "Garges"}, "code Insee"),
        ({"commune": "\x00"}, "code Insee"),
        ({"lon": 2.4, "lat": 48.97, "commune": "44109"}, "Gardez le point ou la commune"),
        ({"phase": "retraite"}, "developpement"),
        ({"besoin": "mobilte"}, "mobilite"),
        ({"besoin": ["mobilite", "mobilite--preparer-un-permis"]}, "l’un ou l’autre"),
        ({"besoin": ["creer-une-entreprise", THEMATIQUES[-1], "creer-une-entreprise--developper-son-entreprise"]}, "l’un ou l’autre"),
        ({"public": "lutins"}, "n’existe pas"),
        ({"langue": "klingon"}, "n’existe pas"),
        ({"distance": "pigeon"}, "en-presence"),
        ({"distance": "a-distance", "rayon": 5}, "rayon"),
        ({"rayon": 0}, "rayon"),
        ({"rayon": "inf"}, "nombre"),
        ({"rayon": 1001}, "1000"),
        ({"age": 7}, "10 à 120"),
        ({"age": "vingt"}, "entier"),
        ({"age": 50, "public": "jeunes"}, "jeunes"),
        ({"age": 20, "public": "seniors"}, "seniors"),
        ({"statut": "rentier"}, "n’existe pas"),
        ({"secteur": "magie"}, "n’existe pas"),
        ({"taille": 101}, "100"),
        ({"page": 0, "taille": 20}, ""),
        ({"page": 501, "taille": 20}, "500"),
        ({"phase": ["idee", "creation"]}, "une seule valeur"),
        ({"besoin": [*Kind.values, *Brake.values, *CATEGORIES]}, "20"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused_with_what_to_change(world, client, parameters, told):
    answer = client.get(URL, parameters)

    if parameters.get("page") == 0:  # as when it is not said
        assert answer.json()["page"] == 1
        return
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json; charset=utf-8")
    assert told in answer.json()["detail"]


ANYTHING = st.one_of(
    st.text(max_size=12), st.sampled_from(["", " ", "\x00", "'; DROP TABLE x", "🙂", "-1", "1e309", "٣"])
)


def one_of(values):
    return st.one_of(*[st.sampled_from(list(values))] * 9, ANYTHING)


@given(
    parameters=st.fixed_dictionaries(
        {},
        optional={
            "lon": one_of([2.4, 2.3785, -1.55, 5.37, -61.5, 0, 181]),
            "lat": one_of([48.97, 48.9977, 47.2186, 43.2976, 16.2, 0, 91]),
            "commune": one_of([GARGES, SARCELLES, "13203", "2A004", "97411"]),
            "phase": one_of(Step.values),
            "besoin": st.lists(one_of(criteria.NEEDS), max_size=4),
            "public": st.lists(one_of(PUBLICS), max_size=3),
            "langue": st.lists(one_of(Language.values), max_size=2),
            "rayon": one_of([0.1, 1, "2,5", 30, 1000]),
            "distance": one_of(criteria.DISTANCES),
            "age": one_of([10, 25, 40, 70]),
            "statut": one_of(PersonStatus.values),
            "secteur": one_of(Sector.values),
            "page": one_of([1, 2, 500]),
            "taille": one_of([1, 20, 100]),
            "inconnu": ANYTHING,
        },
    )
)
@settings(
    max_examples=MIXES,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_mix_of_parameters_breaks_it(world, client, parameters):
    answer = client.get(URL, parameters)

    assert answer.status_code in (200, 422)
    assert answer.json()


@given(data=st.data())
@settings(max_examples=50, deadline=None, derandomize=True)
def test_a_situation_goes_to_an_address_and_back(data):
    number = st.floats(-180, 180).map(lambda value: round(value, 6))
    theme = data.draw(st.sampled_from([code for code in criteria.NEEDS if "--" not in code]))
    asked = Situation(
        **data.draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "phase": st.sampled_from(Step.values),
                    "publics": st.just(("femmes", "familles")),
                    "languages": st.just(("ar",)),
                    "age": st.integers(31, 44),
                    "status": st.sampled_from(PersonStatus.values),
                    "sector": st.sampled_from(Sector.values),
                    "remote": st.booleans(),
                },
            )
        ),
        needs=(theme,),
        lon=data.draw(number),
        lat=data.draw(number.map(lambda value: round(value / 2, 6))),
    )
    parameters = {}
    for name, value in criteria.as_parameters(asked):
        parameters.setdefault(name, []).append(value)

    assert criteria.read(parameters) == asked


def test_a_theme_that_nobody_has_brings_who_accompanies_projects_and_no_neighbour_of_the_theme(world):
    theme = "mobilite--acceder-a-un-vehicule"  # in Garges, only « preparer-un-permis »
    answer = find(Situation(commune=GARGES, needs=(theme,)), at=MOMENTS["we10"], size=100)

    assert [widening.code for widening in answer.widened] == ["need"]
    assert "g-permis" not in {item.slug for item in answer.items}
    assert "g-accueil" in {item.slug for item in answer.items}
