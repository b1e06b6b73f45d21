"""Nobody is found again in what is published: tried by an intruder who counts every table that could be true."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.core.disclosure import SPREAD, Shape, TooDetailed, middle, note, protect, rounded

QPV = ("Bourgogne", "Dervallières", "Bottière")
NAMES = list(product("ab", "xy"))


def key(**values: str) -> frozenset[tuple[str, str]]:
    return frozenset(values.items())


def test_a_small_count_is_hidden_and_the_others_are_rounded():
    facts = {("Bourgogne",): 3, ("Dervallières",): 27, ("Bottière",): 41}

    published = protect(facts, ["qpv"], [["qpv"]])

    assert published[key(qpv="Bourgogne")] is None
    assert published[key(qpv="Dervallières")] == 25
    assert published[key(qpv="Bottière")] == 40
    assert published[frozenset()] == 70


def test_a_hidden_count_is_not_found_by_subtraction():
    # without rounding, 71 - 27 - 41 would tell the third
    published = protect(
        {("Bourgogne",): 3, ("Dervallières",): 27, ("Bottière",): 41}, ["qpv"], [["qpv"]], base=1
    )

    shown = [published[key(qpv=name)] for name in QPV]
    assert published[frozenset()] == 71
    assert shown == [None, None, 41], "the smallest of the line goes with it"


def test_a_combination_that_nobody_has_is_hidden_like_a_small_one():
    published = protect(
        {("Bourgogne", "F"): 30, ("Dervallières", "H"): 40}, ["qpv", "sexe"], [["qpv", "sexe"]]
    )

    assert published[key(qpv="Bourgogne", sexe="H")] is None


def test_two_tables_that_share_a_margin_are_protected_together():
    facts = {("Bourgogne", "F", "idée"): 9, ("Bourgogne", "H", "idée"): 2, ("Bourgogne", "F", "création"): 11,
             ("Dervallières", "F", "idée"): 14, ("Dervallières", "H", "création"): 18}  # fmt: skip

    published = protect(facts, ["qpv", "sexe", "phase"], [["qpv", "sexe"], ["qpv", "phase"]], base=1)

    assert published[key(qpv="Bourgogne")] != 22 or published[key(qpv="Bourgogne", sexe="F")] is None


def test_a_hidden_total_is_not_found_by_adding_up():
    facts = dict(zip(NAMES, (1, 1, 7, 4), strict=True))

    published = protect(facts, ["one", "two"], [["one", "two"]], threshold=3, base=1)

    assert None in (published[frozenset()], published[key(two="x")], published[key(two="y")])


@pytest.mark.parametrize(("tables", "base"), [([["ville"]], 5), ([["sexe"]], 4)])
def test_a_wrong_call_is_refused(tables, base):
    with pytest.raises(ValueError, match=r"dimensions|base"):
        protect({("F",): 9}, ["sexe"], tables, base=base)


def test_the_note_says_both_rules():
    assert "5" in note()
    assert [rounded(count) for count in (5, 7, 8, 12, 13)] == [5, 5, 10, 10, 15]


# every table of 2 × 2 up to 14 people a cell: shape (15⁴, 4), in the order of NAMES
GUESSES = np.stack(np.meshgrid(*[np.arange(15)] * 4, indexing="ij"), axis=-1).reshape(-1, 4)


def totals(cell: frozenset[tuple[str, str]]) -> np.ndarray:
    """What the cell would count in each of GUESSES."""
    wanted = dict(cell)
    inside = [wanted.get("one", one) == one and wanted.get("two", two) == two for one, two in NAMES]
    return GUESSES[:, inside].sum(axis=1)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(min_value=0, max_value=9), min_size=4, max_size=4),
    st.sampled_from([1, 3]),
    st.sampled_from([[["one", "two"]], [["one"], ["two"]]]),
)
def test_every_hidden_cell_could_be_several_numbers(counts, base, tables):
    """An intruder who tries every table that could be true, with none of our solver."""
    threshold = 3
    published = protect(
        dict(zip(NAMES, counts, strict=True)), ["one", "two"], tables, threshold=threshold, base=base
    )

    truth = (counts == GUESSES).all(axis=1)
    possible = np.ones(len(GUESSES), dtype=bool)
    for cell, shown in published.items():
        if shown is not None:
            counted = totals(cell)
            assert counted[truth] >= threshold
            assert rounded(int(counted[truth][0]), base) == shown
            possible &= (counted >= threshold) & (rounded(counted, base) == shown)
    assert possible[truth].all()
    for cell, shown in published.items():
        if shown is None:
            assert np.ptp(totals(cell)[possible]) >= SPREAD


PLACES = {"nord": "A", "sud": "A", "port": "B"}
# one person is of a place, of a gender, and came so far; a territory is its places', « helped » lies within « referred »
STAR = Shape(
    values={"territory": "AB", "place": tuple(PLACES), "stage": "012", "gender": "fh"},
    labels={"stage": {"referred": "12", "helped": "2"}},
    within={"place": ("territory", PLACES)},
)
JOINED = [
    # tables without a cycle: solved one by one, tied by what they share
    (("territory", "place", "gender"), [["territory", "place"], ["territory", "gender"]], 7),
    (("stage", "gender"), [["stage"], ["stage", "gender"]], 7),
    # a cycle: solved as one block
    (("one", "two", "three"), [["one", "two"], ["two", "three"], ["one", "three"]], 4),
]


@settings(max_examples=10, deadline=None)
@given(st.data())
@pytest.mark.parametrize(("dimensions", "tables", "most"), JOINED)
def test_tables_published_together_hide_what_a_list_of_people_would_tell(dimensions, tables, most, data):
    """The intruder tries every list of people, place by gender by stage: none of our solver, nor of our ties."""
    values = {name: STAR.values.get(name, "xy") for name in dimensions}
    people = [
        dict(zip(dimensions, one, strict=True))
        for one in product(*values.values())
        if "place" not in values
        or PLACES[one[dimensions.index("place")]] == one[dimensions.index("territory")]
    ]
    guesses = np.stack(np.meshgrid(*[np.arange(most + 1)] * len(people), indexing="ij"), axis=-1)
    guesses = guesses.reshape(-1, len(people))
    # guesses go further than the truth does: a cell that could be more is seen to be
    few = st.integers(0, most - 3)
    truth = np.array(data.draw(st.lists(few, min_size=len(people), max_size=len(people))))
    base, threshold = data.draw(st.sampled_from([1, 3])), 3
    shape = Shape(*[{name: kind[name] for name in kind if name in dimensions} for kind in
                    ({**STAR.values, **values}, STAR.labels, STAR.within)])  # fmt: skip
    facts = {tuple(one.values()): int(count) for one, count in zip(people, truth, strict=True)}

    published = protect(facts, dimensions, tables, shape=shape, threshold=threshold, base=base)

    def counted(cell):
        wanted = {name: STAR.labels.get(name, {}).get(label, label) for name, label in cell}
        of = [all(one[n] == v or (n == "stage" and one[n] in v) for n, v in wanted.items()) for one in people]
        return guesses[:, of].sum(axis=1)

    possible = np.ones(len(guesses), dtype=bool)
    for cell, shown in published.items():
        if shown is not None:
            possible &= (counted(cell) >= threshold) & (rounded(counted(cell), base) == shown)
    assert possible[(guesses == truth).all(axis=1)].all()
    for cell, shown in published.items():
        if shown is None:
            assert np.ptp(counted(cell)[possible]) >= SPREAD


def test_what_everybody_knows_beforehand_counts():
    facts = {("A",): 31, ("B",): 2}
    plain = protect(facts, ["zone"], [["zone"]], base=1)
    told = protect(facts, ["zone"], [["zone"]], base=1, at_least={key(zone="A"): 30})

    assert plain == {key(): 33, key(zone="A"): None, key(zone="B"): None}
    # A counts 30 or more of 33: B would be 3 at most, and may be 0 to 3
    assert told == plain
    close = protect({("A",): 30, ("B",): 1}, ["zone"], [["zone"]], base=1, at_least={key(zone="A"): 30})
    assert close[key()] is None, "B would be 0 or 1"


def test_a_number_may_be_hidden_whatever_it_counts():
    published = protect({("A",): 40, ("B",): 50, ("C",): 60}, ["z"], [["z"]], base=1, hide=[key(z="A")])
    assert published == {key(): 150, key(z="A"): None, key(z="B"): None, key(z="C"): 60}


def test_tables_in_a_star_cost_the_sum_of_their_cells():
    names = [f"d{n}" for n in range(12)]
    facts = {(str(n % 2), *(str(n // 2 % 4) for _ in names)): 7 for n in range(16)}

    published = protect(facts, ["core", *names], [["core", name] for name in names])

    assert len(published) == 3 + 12 * (4 * 2 + 4)
    assert published[key()] == 55


def test_too_many_cells_are_refused(monkeypatch):
    monkeypatch.setattr("maillage.core.disclosure.MOST_CELLS", 50)
    facts = {(str(n), str(n)): 9 for n in range(8)}
    with pytest.raises(TooDetailed):
        protect(facts, ["one", "two"], [["one", "two"]])


@pytest.mark.parametrize(("count", "found"), [(9, None), (10, 4), (11, 5)])
def test_a_median_is_told_of_enough_cases(count, found):
    assert middle(range(count)) == found


def test_the_solver_says_nothing_on_the_standard_output(capfd):
    protect({("A",): 31, ("B",): 2, ("C",): 1}, ["zone"], [["zone"]], base=1)
    assert capfd.readouterr().out == ""
