"""Figures in a sentence: an age, children, a distance."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from maillage.offers.sentence.lexicon import plain_words
from maillage.offers.sentence.tokens import Token

UNITS = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
}  # fmt: skip
TENS = {
    "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70, "huitante": 80,
    "nonante": 90,
}  # fmt: skip
YOUNGEST, OLDEST, FARTHEST_KM = 10, 120, 1000
YEARS = frozenset(("an", "ans"))
KILOMETRES = frozenset(("km", "kms", "kilometre", "kilometres"))
CHILDREN = plain_words("children")
# before a number of years, they say that it is no age; after it, the others do
DURATION, EXPERIENCE = plain_words("duration"), plain_words("experience")


class Figure(NamedTuple):
    """What a figure says: `field` is « age », « enfants » or « rayon »; the words are tokens[first:last]."""

    field: str
    value: int
    first: int
    last: int


def figures(words: Sequence[Token]) -> Iterator[Figure]:
    """The ages, numbers of children and distances of a sentence, in its order."""
    i = 0
    while i < len(words):
        value, after = _number(words, i)
        if after == i:
            i += 1
            continue
        if (found := _meaning(words, value, i, after)) is not None:
            yield found
            after = found.last
        i = after


def _meaning(words: Sequence[Token], value: int, first: int, after: int) -> Figure | None:
    unit = words[after].plain if after < len(words) else ""
    if unit in CHILDREN and 1 <= value <= 15 and _plain(words, first - 1) not in ("pour", "suis"):
        return Figure("enfants", value, first, after + 1)
    if unit in KILOMETRES and 1 <= value <= FARTHEST_KM:
        return Figure("rayon", value, first, after + 1)
    if unit in YEARS and YOUNGEST <= value <= OLDEST and _is_mine(words, first, after):
        return Figure("age", value, first, after + 1)
    return None


def _is_mine(words: Sequence[Token], first: int, after: int) -> bool:
    """Whether so many years are the person's age, and not a time or the age of a child."""
    before = [_plain(words, i) for i in range(max(first - 4, 0), first)]
    if before[-1:] and (before[-1] in DURATION or before[-2:] == ["y", "a"]):
        return False
    if "moins" in before or "plus" in before:
        return False
    if any(word in CHILDREN for word in before):
        return False
    following = {_plain(words, after + 1), _plain(words, after + 2)}
    return not following & EXPERIENCE


def _number(words: Sequence[Token], i: int) -> tuple[int, int]:
    """The number written from the word `i` on, in digits or letters, and the index after it; (0, i) when none is."""
    plain = words[i].plain
    if plain.isascii() and plain.isdigit():
        return (int(plain), i + 1) if len(plain) <= 4 else (0, i)
    tens = TENS.get(plain, 0)
    after = i + (tens > 0)
    if plain == "quatre" and _plain(words, i + 1) in ("vingt", "vingts"):
        tens, after = 80, i + 2
    if tens and _plain(words, after) == "et" and _unit(words, after + 1)[0] in (1, 11):
        after += 1
    more, last = _unit(words, after)
    if more >= 10 and tens and tens not in (60, 80):
        return tens, after
    return tens + more, last


def _unit(words: Sequence[Token], i: int) -> tuple[int, int]:
    """The number from 1 to 19 written from the word `i` on, and the index after it; (0, i) when none is."""
    value = UNITS.get(_plain(words, i), 0)
    if value == 10 and (more := UNITS.get(_plain(words, i + 1), 0)) in (7, 8, 9):
        return 10 + more, i + 2
    return value, i + (value > 0)


def _plain(words: Sequence[Token], i: int) -> str:
    return words[i].plain if 0 <= i < len(words) else ""
