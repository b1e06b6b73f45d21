"""The words that the finder understands, from lexicon.json: expressions → meanings, with tolerance for typing mistakes."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maillage.offers.sentence.tokens import expression, fold

DATA = Path(__file__).with_name("lexicon.json")
# shorter words are too easily taken for one another
SHORTEST_WITH_ONE_MISTAKE, SHORTEST_WITH_TWO = 6, 9
Stems = tuple[str, ...]


@cache
def data() -> dict[str, Any]:
    """lexicon.json as it is."""
    read: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return read


def plain_words(name: str) -> frozenset[str]:
    """The words of one list of lexicon.json, without accents."""
    return frozenset(fold(word) for word in data()[name])


class Expressions:
    """Expressions with the meanings of each, found by their first word, the longest first."""

    def __init__(self, by_meaning: Iterable[tuple[str, Iterable[str]]]) -> None:
        self.meanings: dict[Stems, list[str]] = {}
        for meaning, written in by_meaning:
            for words in written:
                known = self.meanings.setdefault(expression(words), [])
                if meaning not in known:
                    known.append(meaning)
        self.by_first: dict[str, list[Stems]] = defaultdict(list)
        for stems in sorted(self.meanings, key=len, reverse=True):
            if stems:
                self.by_first[stems[0]].append(stems)

    def at(self, words: Sequence[str], start: int) -> Stems | None:
        """The longest expression that begins at `start` of these stems."""
        for stems in self.by_first.get(words[start], ()):
            if tuple(words[start : start + len(stems)]) == stems:
                return stems
        return None


@dataclass(frozen=True)
class Lexicon:
    """What lexicon.json says, ready to be searched."""

    said: Expressions
    denied: Expressions
    neutral: Expressions
    weak: Expressions
    brings: dict[str, list[str]]
    wish: frozenset[str]
    create: frozenset[str]
    speak: frozenset[str]
    ignored: frozenset[str]
    exact: frozenset[str]  # words that are never mistakes for others
    by_mutilation: dict[str, frozenset[str]]

    def corrected(self, word: str) -> str:
        """The word of the vocabulary that `word` is, give or take a typing mistake (two in a long word); else itself."""
        allowed = _mistakes_allowed(word)
        if not allowed or word in self.exact:
            return word
        near = {
            known
            for part in _mutilations(word, allowed)
            for known in self.by_mutilation.get(part, ())
            if known[0] == word[0] and _mistakes_allowed(known)
        }
        ranked = sorted(
            (distance, -len(known), known)
            for known in near
            if (distance := _distance(word, known)) <= allowed
        )  # a letter is forgotten more often than added
        return ranked[0][-1] if ranked else word


@cache
def lexicon() -> Lexicon:
    """The lexicon, read once."""
    given = data()
    said, denied = Expressions(given["said"].items()), Expressions(given["denied"].items())
    neutral, weak = (Expressions([(name, given[name])]) for name in ("neutral", "weak"))
    words = {name: _stems(given[name]) for name in ("wish", "create", "speak", "ignored", "not_a_mistake")}
    vocabulary = (
        frozenset(word for table in (said, denied) for stems in table.meanings for word in stems)
        | words["create"]
    )
    mutilated: dict[str, set[str]] = defaultdict(set)
    for word in vocabulary - words["ignored"]:
        for part in _mutilations(word, _mistakes_allowed(word)):
            mutilated[part].add(word)
    return Lexicon(
        said=said,
        denied=denied,
        neutral=neutral,
        weak=weak,
        brings=given["brings"],
        exact=vocabulary | words["ignored"] | words.pop("not_a_mistake"),
        **words,
        by_mutilation={part: frozenset(known) for part, known in mutilated.items()},
    )


def _stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(stem for word in words for stem in (expression(word) or ()))


def _mistakes_allowed(word: str) -> int:
    if not word.isalpha() or len(word) > 30:
        return 0
    return (len(word) >= SHORTEST_WITH_ONE_MISTAKE) + (len(word) >= SHORTEST_WITH_TWO)


def _mutilations(word: str, letters: int) -> set[str]:
    """`word` and what stays of it when up to so many letters are taken out: near words have some in common."""
    found = {word}
    for _turn in range(letters):
        found |= {part[:i] + part[i + 1 :] for part in found for i in range(len(part))}
    return found


def _distance(one: str, other: str) -> int:
    """How many letters were forgotten, added, changed or swapped with their neighbour between two words."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, sign in enumerate(one, 1):
        above, row, two_above = row, [i], before
        for j, against in enumerate(other, 1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (sign != against))
            if i > 1 and j > 1 and sign == other[j - 2] and one[i - 2] == against:
                best = min(best, two_above[j - 2] + 1)
            row.append(best)
        before = above
    return row[-1]
