"""Comparing two texts: exact, whatever they are, and never for long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.core.differ import opcodes

PARTS = st.lists(st.sampled_from(["un ", "deux ", "trois\n", "quatre "]), max_size=60)


def rebuilt(old, new):
    """Both texts, from what the comparison says."""
    found = opcodes(old, new)
    assert all(old[a:b] == new[c:d] for kind, a, b, c, d in found if kind == "equal")
    return [part for _kind, a, b, _c, _d in found for part in old[a:b]], [
        part for _kind, _a, _b, c, d in found for part in new[c:d]
    ]


@given(PARTS, PARTS)
def test_both_texts_are_in_what_is_said_of_them(old, new):
    assert rebuilt(old, new) == (old, new)


def test_two_words_changed_far_apart_are_all_that_changes():
    old = [f"mot{n % 40} " if n % 12 else "fin.\n" for n in range(6000)]
    new = [*old[:100], "autre ", *old[101:5900], "encore ", *old[5901:]]

    assert [found for found in opcodes(old, new) if found[0] != "equal"] == [
        ("replace", 100, 101, 100, 101),
        ("replace", 5900, 5901, 5900, 5901),
    ]


@pytest.mark.parametrize("separator", [" ", "\n"])
def test_a_text_that_repeats_itself_is_compared_in_a_moment(separator):
    old = [f"{word}{separator}" for _n in range(5000) for word in ("mot", "un")]
    new = [f"{word}{separator}" for _n in range(5000) for word in ("mot", "deux")]
    start = time.process_time()

    assert rebuilt(old, new) == (old, new)

    assert time.process_time() - start < 2
