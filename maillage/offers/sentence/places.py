"""The place that a sentence names: a commune or a QPV."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import IntEnum
from typing import NamedTuple

from maillage.offers.sentence.lexicon import lexicon, plain_words
from maillage.offers.sentence.tokens import Token, fold
from maillage.territories.queries import Called, PlaceFound, places_called, search_places

# before a name, they say that it is a place, or may be; others may stand between them and the name
SURE, LIKELY, WEAK = plain_words("place_after"), plain_words("maybe_place_after"), plain_words("place_links")
QUARTER = plain_words("quarter_after")
ARTICLES = frozenset(("le", "la", "les", "l"))
NEVER = plain_words("never_a_place") | plain_words("ignored")  # names of communes that are words first
LONGEST_NAME, MOST_CANDIDATES, MOST_SEARCHES = 6, 120, 2
LARGE, KNOWN = (
    10_000,
    2_000,
)  # inhabitants: enough to be called by the first words of its name, without and with « à »
LIKE_ENOUGH = 0.84
POSTAL, DEPARTEMENT = re.compile(r"\d{5}"), re.compile(r"\d{2}|97\d")
UNITS = frozenset(("an", "ans", "km", "kms", "euro", "euros", "mois", "m", "eur"))


@dataclass(frozen=True)
class PlaceRead:
    """The place that words[first:last] name, and its namesakes; `context`: the words that say its commune."""

    place: PlaceFound
    others: tuple[PlaceFound, ...]
    first: int
    last: int
    context: tuple[int, int] | None = None


class After(IntEnum):
    """What the word before a name says: nothing, that it may be a place, that it is one."""

    NOTHING = 0
    LIKELY = 1
    SURE = 2


@dataclass(frozen=True)
class Candidate:
    """A group of words that may be a name, after a word that may say so (`quarter`: that says « quartier »)."""

    name: str
    first: int
    last: int
    after: After
    quarter: bool
    capital: bool
    known: bool  # one of its words means something else


class Scored(NamedTuple):
    """One place that a group of words may name; `hinted`: it is in the département that a number gives."""

    candidate: Candidate
    match: Called
    hinted: bool

    @property
    def is_quarter(self) -> bool:
        return self.match.place.kind == "qpv"

    def from_one_word(self) -> tuple[bool, bool, int, int]:
        """The order of the names that begin at one word."""
        return (self.hinted, self.is_quarter, self.candidate.last, self.match.likely)

    def of_all(self) -> tuple[bool, bool, bool, After, int, int]:
        """The order of the names of a sentence: a commune that would be called « quartier » comes last."""
        is_commune = self.is_quarter or not self.candidate.quarter
        return (
            self.hinted,
            self.is_quarter,
            is_commune,
            self.candidate.after,
            self.match.likely,
            -self.candidate.first,
        )


def place_read(words: Sequence[Token], taken: set[int]) -> PlaceRead | None:
    """The place that these words name, if any; `taken` are the indexes of words that mean something else.

    A postal code decides; else the likeliest name, in full before in part; else a name with a typing mistake after « à ».
    """
    departement, number = _hint(words)
    if number is not None and len(words[number].plain) == 5:
        beside = _named(words, taken | {number}, departement)
        if beside is not None:
            return _with_number(beside, number)
        found = [place for place in search_places(words[number].plain) if place.kind == "commune"]
        if found:
            return PlaceRead(found[0], tuple(found[1:4]), number, number + 1)
        return None
    found_here = _named(words, taken, departement) or _mistyped(words, taken)
    if found_here is not None and number is not None:
        return _with_number(found_here, number)
    return found_here


def _hint(words: Sequence[Token]) -> tuple[str, int | None]:
    """The département that a postal code or a number after a name gives, and the index of that number."""
    for i, word in enumerate(words):
        following = words[i + 1].plain if i + 1 < len(words) else ""
        if word.plain.isascii() and POSTAL.fullmatch(word.plain) and following not in UNITS:
            return _departement(word.plain), i
    for i, word in enumerate(words[1:], 1):
        before, following = words[i - 1].plain, words[i + 1].plain if i + 1 < len(words) else ""
        is_number = word.plain.isascii() and DEPARTEMENT.fullmatch(word.plain)
        if is_number and following not in UNITS and len(before) > 2 and not before.isdigit():
            return word.plain, i
    return "", None


def _departement(postal: str) -> str:
    return postal[:3] if postal[:2] in ("97", "98") else postal[:2]


def _with_number(found: PlaceRead, number: int) -> PlaceRead:
    """With the number that stands beside the name, when it does."""
    if number == found.last:
        return replace(found, last=number + 1)
    if number == found.first - 1:
        return replace(found, first=number)
    return found


def _named(words: Sequence[Token], taken: set[int], departement: str) -> PlaceRead | None:
    candidates = list(_candidates(words, taken))[:MOST_CANDIDATES]
    called = places_called([candidate.name for candidate in candidates], departement)
    by_name: dict[str, list[Called]] = {}
    for one in called:
        by_name.setdefault(one.name, []).append(one)
    good = [
        Scored(candidate, match, bool(departement) and match.departement == departement)
        for candidate in candidates
        for match in by_name.get(candidate.name, ())
        if _is_enough(candidate, match, departement)
    ]
    if not good:
        return None
    # from one word on, the longest name; then the likeliest of all. places_called gives the likeliest first
    longest: dict[int, Scored] = {}
    for row in good:
        held = longest.setdefault(row.candidate.first, row)
        if row.from_one_word() > held.from_one_word():
            longest[row.candidate.first] = row
    best = max(longest.values(), key=Scored.of_all)
    match, context = _in_named_commune(best, good)
    others = [one.place for one in by_name[best.candidate.name] if one.place != match.place]
    return PlaceRead(match.place, tuple(others[:3]), best.candidate.first, best.candidate.last, context)


def _in_named_commune(best: Scored, good: Sequence[Scored]) -> tuple[Called, tuple[int, int] | None]:
    """Of neighbourhoods of one name, the one of the commune that the sentence names too, and where it names it."""
    if not best.is_quarter:
        return best.match, None
    same = [row for row in good if row.is_quarter and row.match.name == best.match.name]
    for row in good:
        if not row.is_quarter and row.candidate.name != best.candidate.name:
            for quarter in same:
                if row.match.place.nom in quarter.match.place.context:
                    return quarter.match, (row.candidate.first, row.candidate.last)
    return best.match, None


def _candidates(words: Sequence[Token], taken: set[int]) -> Iterator[Candidate]:
    """Groups of words that may name a place, those after « à » first, the longest first."""
    after = [_after(words, i) for i in range(len(words))]
    idle = lexicon().exact
    for first in sorted(range(len(words)), key=lambda i: -after[i][0]):
        for last in range(min(first + LONGEST_NAME, len(words)), first, -1):
            group = words[first:last]
            if any(word.opens for word in group[1:]) or group[-1].plain in WEAK | SURE | LIKELY:
                continue
            if group[0].plain.isdigit() or (len(group) == 1 and len(group[0].plain) < 3):
                continue
            main = [word for word in group if word.plain not in ARTICLES]
            capital = bool(main) and main[0].capital and first > 0
            if all(word.plain in NEVER or (word.stem in idle and not capital) for word in main):
                continue
            known = any(i in taken for i in range(first, last))
            yield Candidate(
                " ".join(word.plain for word in group), first, last, *after[first], capital, known
            )


def _after(words: Sequence[Token], first: int) -> tuple[After, bool]:
    """What stands before the word `first`, and whether it is « quartier » or the like."""
    before = [words[i].plain for i in range(max(first - 3, 0), first)]
    while before and before[-1] in WEAK:
        before.pop()
    if not before or words[first].opens:
        return After.NOTHING, False
    if before[-1] in SURE:
        return After.SURE, before[-1] in QUARTER
    return (After.LIKELY if before[-1] in LIKELY else After.NOTHING), False


def _is_enough(candidate: Candidate, match: Called, departement: str) -> bool:
    """Whether the group of words is likely enough to be that place."""
    length = len(candidate.name.split())
    said = candidate.capital or (bool(departement) and match.departement == departement)
    if candidate.known and not (match.whole and length > 1 and (candidate.after or candidate.capital)):
        return False
    if match.whole:
        population = match.likely // 10
        if said or candidate.after == After.SURE or (candidate.after and population >= KNOWN):
            return True
        return population >= LARGE and len(candidate.name) > 3
    if not candidate.after and not said and candidate.name.split()[0] in NEVER:
        return False
    return match.likely >= (KNOWN if candidate.after else LARGE) and (said or len(candidate.name) > 4)


def _mistyped(words: Sequence[Token], taken: set[int]) -> PlaceRead | None:
    """A place with a typing mistake, right after « à » or the like."""
    searches = 0
    for first in range(1, len(words)):
        if (
            not _after(words, first)[0]
            or first in taken
            or words[first].plain in NEVER
            or len(words[first].plain) < 5
        ):
            continue
        if searches == MOST_SEARCHES:
            return None
        searches += 1
        last = first + 1
        while (
            last < min(len(words), first + 4)
            and not words[last].opens
            and last not in taken
            and words[last].capital
        ):
            last += 1
        name = " ".join(word.plain for word in words[first:last])
        found = [
            place
            for place in search_places(name)
            if place.kind in ("commune", "qpv") and _is_like(name, place.nom)
        ]
        if found:
            return PlaceRead(found[0], tuple(found[1:4]), first, last)
    return None


def _is_like(typed: str, nom: str) -> bool:
    """Whether `typed` is the name, or its first words, but for a mistake or two."""
    plain = re.sub(r"[^a-z0-9]+", " ", fold(nom)).split()
    typed_words = typed.split()
    for length in {len(plain), min(len(typed_words), len(plain))}:
        if SequenceMatcher(None, typed, " ".join(plain[:length])).ratio() >= LIKE_ENOUGH:
            return True
    return False
