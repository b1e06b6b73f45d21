"""What holds of every answer, whatever was asked."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from maillage.offers.models import Brake, Kind, Service
from maillage.offers.models import Phase as Step
from maillage.offers.queries.finder import find
from maillage.offers.situation import Situation
from maillage.offers.tests.factories import make_structure
from maillage.offers.tests.finder_world import GARGES, MOMENTS, ROISSY, TOWNS, add, town_hall

FAST = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PUBLICS = ["femmes", "jeunes", "seniors", "demandeurs-emploi", "familles"]
NEEDS = [*Kind.values, *Brake.values, "creer-une-entreprise"]
MOST = 100


@pytest.fixture(scope="module")
def closed(world):
    """Services that nobody may be sent to, in the best place: their slugs."""
    best = {"kind": "accueil", "phases": Step.values, "zones": [ROISSY], "hours": "24/7"}
    add("c-brouillon", GARGES, 0.01, status=Service.Status.DRAFT, **best)
    add("c-retire", GARGES, 0.01, status=Service.Status.WITHDRAWN, **best)
    add("c-disparu", GARGES, 0.01, gone_on=date(2026, 11, 1), **best)
    add("c-ferme", GARGES, 0.01, structure=make_structure(closed_on=date(2026, 1, 1)), **best)
    return {"c-brouillon", "c-retire", "c-disparu", "c-ferme"}


@st.composite
def situations(draw):
    """Any question that `criteria` lets through."""
    asked = Situation(
        phase=draw(st.sampled_from(["", *Step.values])),
        needs=tuple(draw(st.lists(st.sampled_from(NEEDS), max_size=3, unique=True))),
        publics=tuple(draw(st.lists(st.sampled_from(PUBLICS), max_size=2, unique=True))),
        languages=tuple(draw(st.sampled_from([(), ("ar",), ("tr", "fr")]))),
        within_km=draw(st.sampled_from([None, 0.3, 1, 5, 50])),
        remote=draw(st.sampled_from([None, None, True, False])),
        age=draw(st.sampled_from([None, 20, 28, 40, 60])),
        status=draw(st.sampled_from(["", "demandeur-emploi", "retraite"])),
    )
    code = draw(st.sampled_from([*TOWNS.values(), "95277", "44162", ""]))
    if not code:
        return asked
    asked = replace(asked, commune=code)
    # its point is known only where there is a database
    return replace(asked, lon=0, lat=0) if draw(st.booleans()) else asked


def placed(asked):
    """`asked`, at the town hall when it has a point."""
    if asked.lon is None:
        return asked
    lon, lat = town_hall(asked.commune)
    return replace(asked, lon=lon, lat=lat)


def everything(answer):
    """Every service that the answer names, near misses included."""
    lines = [*answer.items, *(item for step in answer.steps for item in step.items)]
    lines += [item for help_ in answer.freins for item in help_.items]
    lines += [miss.item for miss in answer.near_misses]
    return [*lines, *([answer.first_contact] if answer.first_contact else [])]


@FAST
@given(asked=situations())
def test_no_service_outside_its_zone_or_closed_for_good_ever_appears(closed, asked):
    answer = find(placed(asked), at=MOMENTS["we10"], size=MOST)

    lines = everything(answer)
    assert not closed & {line.slug for line in lines}
    zones = dict(Service.objects.values_list("pk", "zone_eligibilite"))
    for line in lines:
        assert not zones[line.id] or set(zones[line.id]) & set(answer.whereabouts.zones)
        assert line.reasons


@FAST
@given(asked=situations())
def test_someone_answers_as_long_as_any_service_may(closed, asked):
    answer = find(placed(asked), at=MOMENTS["we10"], size=MOST)

    # the national line excludes nobody
    assert answer.first_contact is not None
    assert answer.total == len(answer.items) > 0


@FAST
@given(asked=situations(), size=st.sampled_from([1, 3, 7]))
def test_the_order_is_total_and_the_same_from_one_call_and_one_page_to_the_next(closed, asked, size):
    situation = placed(asked)
    whole = find(situation, at=MOMENTS["we10"], size=MOST)
    again = find(situation, at=MOMENTS["we10"], size=MOST)

    pages = -(-whole.total // size)
    slices = [find(situation, at=MOMENTS["we10"], page=page, size=size) for page in range(1, pages + 2)]

    assert whole == again
    paged = [item.slug for part in slices for item in part.items]
    assert paged == [item.slug for item in whole.items]
    assert len(set(paged)) == len(paged) == whole.total


def with_criterion(asked, name, value):
    if name == "phase":
        return replace(asked, phase=value)
    return replace(asked, **{name: (*getattr(asked, name), value)})


def fits(item, name, value):
    """Whether a service answers a criterion at best: for a public, that it aims at it."""
    return (
        value
        in {
            "phase": item.phases,
            "needs": (item.kind, *item.brakes),
            "publics": Service.objects.get(pk=item.id).publics,
            "languages": item.languages,
        }[name]
    )


@FAST
@given(
    asked=situations(),
    criterion=st.sampled_from(
        [
            *(("phase", code) for code in Step.values),
            *(("needs", code) for code in [*Kind.values, *Brake.values]),
            *(("publics", code) for code in PUBLICS),
            *(("languages", code) for code in ("ar", "tr", "fr")),
        ]
    ),
)
def test_one_more_criterion_never_lowers_a_service_that_fits_it(closed, asked, criterion):
    situation, (name, value) = placed(asked), criterion
    assume(value not in getattr(situation, name) and not (name == "phase" and situation.phase))

    before = find(situation, at=MOMENTS["we10"], size=MOST)
    after = find(with_criterion(situation, name, value), at=MOMENTS["we10"], size=MOST)

    places = {item.slug: n for n, item in enumerate(after.items)}
    for n, item in enumerate(before.items):
        if fits(item, name, value):
            assert places[item.slug] <= n
