"""How many services each further answer would leave."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.offers.queries.finder.asked import OPEN_TO_ALL, vocabulary_numbers
from maillage.offers.queries.finder.ranking import Miss
from maillage.offers.queries.finder.sections import Found

# facet of the answer → its vocabulary, its column, and the criterion that it leaves out
FACETS = {
    "phase": ("phase", "phases", Miss.PHASE),
    "besoin": ("kind", "kinds", Miss.NEED),
    "public": ("public", "publics", Miss.PUBLIC),
}


def facets(found: Found) -> dict[str, dict[str, int]]:
    """For each facet and each of its codes, how many services choosing it alone would leave, the other criteria kept.

    What names no phase, or no public, answers to all. Needs are counted by kind, among what is for businesses.
    """
    return {name: _counts(found, *facet) for name, facet in FACETS.items()}


def _counts(found: Found, vocabulary: str, column: str, own: Miss) -> dict[str, int]:
    rows, misses = found.candidates.rows, found.rank.misses
    where = (misses & ~(found.allowed | int(own))) == 0
    if vocabulary == "kind":
        where &= found.candidates.has("business")
    values, counts = np.unique(rows[column][where], return_counts=True)
    terms = vocabulary_numbers(vocabulary)
    if vocabulary == "public":
        open_to_all = next(1 << number for code, number in terms if code == OPEN_TO_ALL)
    else:
        open_to_all = 0
    return {
        code: int(counts[_answers(values, 1 << number, open_to_all, unsaid=vocabulary != "kind")].sum())
        for code, number in terms
    }


def _answers(values: NDArray[Any], bit: int, open_to_all: int, *, unsaid: bool) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (values & (bit | open_to_all)) != 0
    return found | (values == 0) if unsaid else found
