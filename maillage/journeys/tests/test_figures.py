"""Figures: what is counted, what is hidden, and that nothing published tells of anybody."""

import json
from datetime import date, timedelta
from io import StringIO
from itertools import product

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from typer import Exit

from maillage.accounts.actions import create_demo_accounts
from maillage.accounts.tests.people import person as user
from maillage.accounts.tests.people import signed_in
from maillage.core.acting import Purpose, for_purpose
from maillage.core.disclosure import SPREAD, Shape, protect, rounded
from maillage.journeys import demo_figures
from maillage.journeys.actions.facts import keep_fact
from maillage.journeys.actions.figures import WrongPeriod, publish, publish_year
from maillage.journeys.models import Frein as Brake
from maillage.journeys.models import Person, Publication, State, Step
from maillage.journeys.queries.figures.naming import Territories
from maillage.journeys.queries.figures.people import (
    DIMENSIONS,
    FUNNEL,
    TABLES,
    facts_of,
    protect_jobs,
    shape_of,
)
from maillage.journeys.queries.figures.referrals import answers_document, protect_answers
from maillage.journeys.queries.profiles import Answer, Profile
from maillage.journeys.tests.factories import NOW, make_person, make_referral, member
from maillage.organisations.tests.factories import make_banner, make_organisation

NANTES = "epci:244400404"
BEFORE = NOW - timedelta(days=40)
QUARTER = date(2026, 10, 1)


def profile(**values):
    plain = Profile(QUARTER, "244400404", None, "44109", "", False, "femme", "30-54", "rsa", "idee", 0, 0, 0)
    return plain._replace(**values)


@pytest.fixture
def network(db):
    """A relay and a network; forty people met in Nantes, of whom twelve were sent, six of these answered too late."""
    relay, found = make_organisation(), make_organisation()
    awa = member(user("sent@exemple.invalid"), relay)
    for n in range(40):
        one = make_person(
            relay, commune_id="44109", gender="femme" if n % 2 else "homme", phase="idee", created_at=BEFORE
        )
        if n < 12:
            sent = make_referral(one, relay, found, awa, state=State.ACCEPTEE, at=BEFORE)
            with for_purpose(Purpose.RETENTION):
                sent.answered_at = BEFORE + timedelta(days=2 if n < 6 else 12)
                sent.save()
                Brake.objects.create(
                    person=one, organisation=relay, brake="mobilite", created_at=BEFORE, raised_on=BEFORE.date(),
                    lifted_on=BEFORE.date() if n < 7 else None,
                )  # fmt: skip
                for kind, jobs in (("immatriculation", None), ("emplois", 3)):
                    Step.objects.create(
                        person=one,
                        organisation=relay,
                        kind=kind,
                        on=BEFORE.date(),
                        jobs=jobs,
                        created_at=BEFORE,
                    )
    return found


def test_a_year_is_counted_rounded_and_published_once(network):
    made = publish_year(2026, NOW)

    here = made.figures["territories"][NANTES]
    assert made.closed_on == date(2026, 11, 1)
    assert (here["people"], here["referred"], here["accepted"], here["created"], here["jobs"]) == (
        40,
        10,
        10,
        10,
        35,
    )
    assert here["received"] is here["helped"] is None
    assert here["gender"]["femme"]["people"] == here["gender"]["homme"]["people"] == 20
    assert here["gender"]["autre"]["people"] is None
    assert here["phase"]["idee"]["referred"] == 10
    assert here["commune"]["44109"]["people"] == 40
    assert here["quarter"]["4"] == 40
    assert here["brakes"]["mobilite"] == {"raised": 10, "lifted": 5}
    assert here["answers"]["in_time"] == here["answers"]["late"] == 5
    assert (here["answers"]["median_days"], here["answers"]["share_in_time"]) == (4, None)
    assert made.figures["structures"][str(network.pk)]["sent"] == 10
    assert made.figures["territories"][""]["people"] == 40

    make_person(commune_id="44109", created_at=BEFORE)
    assert publish_year(2026, NOW).figures == made.figures, "the same until the month is over"
    assert publish(NOW) == 0
    assert Publication.objects.count() == 1


def test_who_was_forgotten_still_counts(network):
    before = publish_year(2026, NOW).figures
    with for_purpose(Purpose.RETENTION):
        Publication.objects.all().delete()
        for one in list(Person.objects.all()):
            keep_fact(one.pk, NOW)
            one.delete()

    after = publish_year(2026, NOW).figures

    assert after["territories"][NANTES]["answers"] == before["territories"][NANTES]["answers"]
    assert after["structures"] == before["structures"]
    for name in ("people", "referred", "created", "jobs", "gender", "phase", "brakes", "quarter"):
        assert after["territories"][NANTES][name] == before["territories"][NANTES][name]


@pytest.mark.parametrize("year", [2027, 2031])
def test_a_year_to_come_is_refused(db, year):
    with pytest.raises(WrongPeriod):
        publish_year(year, NOW)


def test_a_small_territory_has_no_page_of_its_own():
    people = [profile(epci_code="A")] * 29 + [profile(epci_code="B", banner_number=1)] * 31
    assert Territories.of(people).codes == {"epci:B", "banner:1"}


@pytest.mark.parametrize(("jobs", "shown"), [([10] * 4, None), ([2] * 5, 10), ([50, 1, 1, 1, 1], None)])
def test_jobs_created_by_few_people_are_hidden(jobs, shown):
    people = [profile(jobs=some) for some in jobs] + [profile()] * 40
    assert protect_jobs(people, Territories.of(people))[frozenset()] == shown


def test_a_structure_with_few_referrals_has_no_line_of_its_own():
    rows = [Answer(QUARTER, "", None, 1, "a-temps", 2, 9), Answer(QUARTER, "", None, 2, "a-temps", 2, 30)]
    published = protect_answers(rows, Territories(frozenset()), {})
    assert {value for key in published for name, value in key if name == "structure"} == {"structure:2"}
    found = answers_document(published, frozenset({("structure", "structure:2")}), [2] * 30)
    assert (found["sent"], found["in_time"], found["late"], found["median_days"]) == (30, 30, None, 2)


# eight kinds of people, of one territory: two places, two genders, nothing or a business: what TABLES cross
KINDS = [
    profile(commune_code=commune, gender=gender, stage=stage, business=business)
    for commune, gender, (stage, business) in product(
        ("44109", "44162"), ("femme", "homme"), ((0, 0), (4, 1))
    )
]
MOST = 4
GUESSES = np.stack(np.meshgrid(*[np.arange(MOST + 1)] * len(KINDS), indexing="ij"), axis=-1).reshape(
    -1, len(KINDS)
)


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=len(KINDS), max_size=len(KINDS)), st.sampled_from([1, 3]))
def test_no_hidden_cell_is_deduced_from_all_the_tables_together(counts, base):
    """The tables that we publish, tried by an intruder who writes down every list of people that could be true."""
    territories = Territories(frozenset(), frozenset({"|"}))
    kinds = [next(iter(facts_of([kind] * 10, territories))) for kind in KINDS]
    facts = dict(zip(kinds, counts, strict=True))
    whole = shape_of(facts, territories)
    # only what these eight kinds are: the others would be known to be nobody
    values = {name: {kind[n] for kind in kinds} for n, name in enumerate(DIMENSIONS)}
    shape = Shape(
        values,
        whole.labels,
        {
            "spot": whole.within["spot"],
            "funnel": ("result", {code: FUNNEL[code] for code in values["funnel"]}),
        },
    )

    published = protect(facts, DIMENSIONS, TABLES, shape=shape, threshold=3, base=base)

    def counted(cell):
        wanted = {name: shape.labels.get(name, {}).get(label, [label]) for name, label in cell}
        return GUESSES[
            :, [all(kind[DIMENSIONS.index(n)] in v for n, v in wanted.items()) for kind in kinds]
        ].sum(axis=1)

    possible = np.ones(len(GUESSES), dtype=bool)
    for cell, shown in published.items():
        if shown is not None:
            possible &= (counted(cell) >= 3) & (rounded(counted(cell), base) == shown)
    assert possible[(counts == GUESSES).all(axis=1)].all()
    hidden = [cell for cell, shown in published.items() if shown is None]
    assert all(np.ptp(counted(cell)[possible]) >= SPREAD for cell in hidden)


def run(*arguments):
    out = StringIO()
    call_command("journeys", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_line_says_what_is_published_of_one_territory(network):
    found = json.loads(
        run("stats", "--from", "2026-01-01", "--to", "2026-12-31", "--epci", "244400404", "--json")
    )

    assert found["territory"] == {"kind": "epci", "code": "244400404", "nom": "Nantes Métropole"}
    (year,) = found["years"]
    assert (year["year"], year["figures"]["people"]) == (2026, 40)
    assert "arrondis" in found["note"]
    assert "Femme : 20, 5, masqué, 5" in run("stats", "--from", "2026", "--to", "2026")
    assert json.loads(run("purge", "--dry-run", "--json")) == {"warned": 0, "purged": 0, "unreachable": 0}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "2026-03-01"], "année civile"),
        (["--to", "2999"], "jusqu’à"),
        (["--epci", "1"], "n’existe pas"),
        (["--banner", "nulle-part"], "n’existe pas"),
    ],
)
def test_the_command_line_refuses_what_would_tell_of_people(db, capsys, arguments, words):
    with pytest.raises((SystemExit, Exit, CommandError)):
        run("stats", *arguments)
    assert words in capsys.readouterr().err


def test_the_page_is_for_those_who_pay_and_coordinate(network, client):
    publish_year(2026, NOW)
    funder = member(user("funder@exemple.invalid"), make_organisation(kinds=["financeur"]))
    animator, relay = user("anim@exemple.invalid", ("animator",)), user("awa@exemple.invalid")
    member(relay, network)

    assert client.get("/espace/chiffres/").status_code == 302
    assert [signed_in(one, second_factor=False).get("/espace/chiffres/").status_code for one in (funder, animator, relay)] == [
        200, 200, 403,
    ]  # fmt: skip
    page = signed_in(funder).get(f"/espace/chiffres/?annee=2026&territoire={NANTES}").content.decode()
    assert "Nantes Métropole" in page
    assert "Par genre" in page
    assert "masqué" in page
    assert "arrondis" in page


def test_the_files_carry_their_period_and_run_nothing(network):
    publish_year(2026, NOW)
    reader = signed_in(user("anim@exemple.invalid", ("animator",)))
    text = reader.get("/espace/chiffres.csv?annee=2026").content.decode("utf-8-sig")
    assert "Compté avant le;1 novembre 2026" in text
    assert "Femme;20;5;masqué;5" in text
    assert not any(cell[:1] in "=+@-" for line in text.split("\r\n") for cell in line.split(";") if cell)
    assert reader.get("/espace/chiffres.xlsx?annee=2026").content[:2] == b"PK"


def test_anybody_reads_how_soon_structures_answer(network, client):
    assert "Pas encore assez" in client.get("/delais/").content.decode()
    publish_year(2026, NOW)
    page = client.get("/delais/").content.decode()
    assert network.name in page
    assert "La moitié des réponses" in page


def test_the_demo_has_figures_of_examples(db):
    for _ in range(6):
        make_organisation(is_example=True)
    make_banner(slug=demo_figures.BANNER)
    create_demo_accounts()
    with for_purpose(Purpose.ADMINISTRATION):
        assert demo_figures.load_figures(at=NOW) == demo_figures.PEOPLE
        assert demo_figures.load_figures(at=NOW) == 0

    made = Publication.objects.get(year=2026)
    here = made.figures["territories"][NANTES]
    assert made.figures["has_examples"]
    assert here["people"] > here["referred"] > here["helped"] > here["created"] > 0
    assert here["answers"]["median_days"]
    assert len(made.figures["structures"]) == demo_figures.RECEIVERS
    demo_figures.forget_figures()
    assert not Publication.objects.exists()


def test_a_year_in_which_nobody_came_says_nothing(db, client):
    made = publish_year(2026, NOW)
    assert made.figures["territories"][""]["people"] is None
    assert made.figures["structures"] == {}
    assert "Pas encore assez" in client.get("/delais/").content.decode()
    reader = signed_in(user("anim@exemple.invalid", ("animator",)))
    assert "Trop peu de personnes" in reader.get("/espace/chiffres/").content.decode()
    assert reader.get("/espace/chiffres.csv").status_code == 404
