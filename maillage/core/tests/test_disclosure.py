"""Nobody is found again in what is published: tried by an intruder who counts every table that could be true."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.core.disclosure import SPREAD, note, protect, rounded

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
