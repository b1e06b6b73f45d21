"""The place that a sentence names: a commune or a QPV."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from maillage.offers.sentence.lexicon import plain_words
from maillage.offers.sentence.tokens import Token, fold
from maillage.territories.queries import Called, PlaceFound, places_called, search_places

# before a name, they say that it is a place; others may stand between them and the name
STRONG, WEAK = plain_words("place_after"), plain_words("place_links")
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


@dataclass(frozen=True)
class Candidate:
    """A group of words that may be a name: `strong` when the word before says so."""

    name: str
    first: int
    last: int
    strong: bool
    capital: bool
    known: bool  # one of its words means something else


Scored = tuple[tuple[int, ...], int, Candidate, Called]


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
        if word.plain.isascii() and POSTAL.fullmatch(word.plain):
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
    good: list[Scored] = [
        (points, -candidate.first, candidate, match)
        for candidate in candidates
        for match in by_name.get(candidate.name, ())
        if (points := _score(candidate, match, departement)) is not None
    ]
    if not good:
        return None
    # places_called gives the likeliest first, and max keeps the first of equals
    _points, _first, candidate, best = max(good, key=lambda row: row[:2])
    best, context = _in_named_commune(best, good)
    others = [
        one.place for one in by_name[candidate.name] if one.place != best.place and one.whole == best.whole
    ]
    return PlaceRead(best.place, tuple(others[:3]), candidate.first, candidate.last, context)


def _in_named_commune(best: Called, good: Sequence[Scored]) -> tuple[Called, tuple[int, int] | None]:
    """Of neighbourhoods of one name, the one of the commune that the sentence names too, and where it names it."""
    if best.place.kind != "qpv":
        return best, None
    for _points, _first, candidate, commune in good:
        if commune.place.kind == "commune" and candidate.name != best.name:
            for *_order, same in good:
                if (
                    same.name == best.name
                    and same.place.kind == "qpv"
                    and commune.place.nom in same.place.context
                ):
                    return same, (candidate.first, candidate.last)
    return best, None


def _candidates(words: Sequence[Token], taken: set[int]) -> Iterator[Candidate]:
    """Groups of words that may name a place, those after « à » first, the longest first."""
    starts = sorted(range(len(words)), key=lambda i: not _is_strong(words, i))
    for first in starts:
        for last in range(min(first + LONGEST_NAME, len(words)), first, -1):
            group = words[first:last]
            if any(word.opens for word in group[1:]) or group[-1].plain in WEAK or group[-1].plain in STRONG:
                continue
            if group[0].plain.isdigit() or (len(group) == 1 and len(group[0].plain) < 3):
                continue
            main = [word for word in group if word.plain not in ARTICLES]
            if all(word.plain in NEVER for word in main):
                continue
            known = any(i in taken for i in range(first, last))
            name = " ".join(word.plain for word in group)
            yield Candidate(name, first, last, _is_strong(words, first), main[0].capital and first > 0, known)


def _is_strong(words: Sequence[Token], first: int) -> bool:
    before = [words[i].plain for i in range(max(first - 3, 0), first)]
    while before and before[-1] in WEAK:
        before.pop()
    return bool(before) and before[-1] in STRONG and not words[first].opens


def _score(candidate: Candidate, match: Called, departement: str) -> tuple[int, ...] | None:
    """How likely the group of words is that place; None when it is not."""
    length = len(candidate.name.split())
    population = match.weight if match.place.kind == "commune" else LARGE
    hinted = bool(departement) and match.departement == departement
    if candidate.known and not (match.whole and length > 1 and (candidate.strong or candidate.capital)):
        return None
    if match.whole:
        enough = (
            candidate.strong
            or candidate.capital
            or hinted
            or (population >= LARGE and len(candidate.name) > 3)
        )
    else:
        likely = candidate.capital or hinted or len(candidate.name) > 4
        enough = population >= (KNOWN if candidate.strong else LARGE) and likely
        if not candidate.strong and not hinted and candidate.name.split()[0] in NEVER:
            enough = False
    if not enough:
        return None
    return (hinted, match.place.kind == "qpv", candidate.strong, match.whole, length, candidate.capital)


def _mistyped(words: Sequence[Token], taken: set[int]) -> PlaceRead | None:
    """A place with a typing mistake, right after « à » or the like."""
    searches = 0
    for first in range(1, len(words)):
        if (
            not _is_strong(words, first)
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
