"""One sentence read by rules: words of the lexicon, negations, figures, a place."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

from django.utils.translation import gettext as _

from maillage.offers.criteria import SENIOR_FROM, YOUNG_UNTIL
from maillage.offers.models import Brake, Kind, Language, PersonStatus, Phase, Sector
from maillage.offers.models.vocabulary import LABELS
from maillage.offers.sentence.figures import Figure, figures
from maillage.offers.sentence.lexicon import Lexicon, lexicon
from maillage.offers.sentence.matching import Match, Matcher
from maillage.offers.sentence.places import PlaceRead, place_read
from maillage.offers.sentence.reading import Part, Reading
from maillage.offers.sentence.tokens import LINKS, Token, tokens
from maillage.offers.situation import Situation

LONGEST = 1000  # characters that are read
MOST_UNREAD = 20
IDLE = LINKS | {"ne", "n"}
# up to, and from these ages, one is of the public of that name
JEUNE_UNTIL, SENIOR_PUBLIC_FROM = 25, 50
ONE_ANSWER = frozenset(("secteur", "statut", "phase", "age", "rayon", "distance", "lieu"))
NAMES: dict[str, dict[str, Any]] = {
    "secteur": dict(Sector.choices),
    "phase": dict(Phase.choices),
    "besoin": dict([*Kind.choices, *Brake.choices]),
    "public": LABELS,
    "statut": dict(PersonStatus.choices),
    "langue": dict(Language.choices),
}  # what people read, by code


class _Span(Protocol):
    """Words [first:last] of the sentence."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...


class _Found(NamedTuple):
    """A meaning (« field:code ») and the words that say it."""

    meaning: str
    where: _Span
    weak: bool = False


def read_sentence(text: str) -> Reading:
    """What `text` says of a project and of the person, with the words that say it, and the words left unread.

    Any text has a reading; the same text has the same one. Only the first LONGEST characters are read. The situation
    that it makes is one that `criteria.checked` accepts. One query for the place, and a search or two when it is mistyped.
    """
    lex = lexicon()
    words = tokens(text[:LONGEST])
    counted = list(figures(words))
    stems = _without([word.stem for word in words], counted)
    matches = list(Matcher(words, stems, lex).matches())
    place = place_read(words, _covered(matches) | _covered(counted))
    at_place = [place] if place else []
    if place is not None and place.context is not None:
        at_place.append(replace(place, first=place.context[0], last=place.context[1]))
    stems = _without(stems, at_place)
    matches = list(Matcher(words, _corrected(words, stems, _covered(matches), lex), lex).matches())

    found = [*_of_matches(matches, lex), *_of_figures(counted, lex)]
    if place is not None:
        found.append(_Found(f"lieu:{place.place.code}", place))
    parts = _kept([(_part(text, words, row, place), row.weak) for row in found])
    denied = [_Found(meaning, match) for match in matches if match.denied for meaning in match.meanings]
    read = _covered(matches) | _covered(counted) | _covered(at_place)
    return Reading(
        text=text,
        parts=parts,
        situation=_situation(parts, place),
        place=place.place if place else None,
        other_places=place.others if place else (),
        denied=tuple(_part(text, words, row, place) for row in denied),
        unread=_unread(text, words, read, lex),
        is_cut=len(text) > LONGEST,
    )


def _without(stems: Sequence[str], spans: Iterable[_Span]) -> list[str]:
    """These stems, emptied where something else is read."""
    emptied = _covered(spans)
    return ["" if i in emptied else stem for i, stem in enumerate(stems)]


def _covered(spans: Iterable[_Span]) -> set[int]:
    return {i for span in spans for i in range(span.first, span.last)}


def _corrected(words: Sequence[Token], stems: Sequence[str], covered: set[int], lex: Lexicon) -> list[str]:
    """These stems, with the typing mistakes mended in the words that say nothing yet."""
    return [
        lex.corrected(stem) if stem and i not in covered and words[i].plain not in LINKS else stem
        for i, stem in enumerate(stems)
    ]


def _of_matches(matches: Iterable[Match], lex: Lexicon) -> Iterator[_Found]:
    for match in matches:
        for meaning in () if match.denied else _with_what_it_brings(match.meanings, lex):
            yield _Found(meaning, match, match.weak)


def _of_figures(counted: Iterable[Figure], lex: Lexicon) -> Iterator[_Found]:
    for figure in counted:
        if figure.field == "enfants":
            for meaning in _with_what_it_brings(("besoin:garde-enfant",), lex):
                yield _Found(meaning, figure)
            continue
        yield _Found(f"{figure.field}:{figure.value}", figure)
        if figure.field == "age" and figure.value <= JEUNE_UNTIL:
            yield _Found("public:jeunes", figure)
        if figure.field == "age" and figure.value >= SENIOR_PUBLIC_FROM:
            yield _Found("public:seniors", figure)


def _with_what_it_brings(meanings: Iterable[str], lex: Lexicon) -> Iterator[str]:
    for meaning in meanings:
        yield meaning
        yield from lex.brings.get(meaning, ())


def _part(text: str, words: Sequence[Token], found: _Found, place: PlaceRead | None) -> Part:
    field, code = found.meaning.split(":", 1)
    start, end = words[found.where.first].start, words[found.where.last - 1].end
    return Part(field, code, _label(field, code, place), text[start:end], start, end)


def _label(field: str, code: str, place: PlaceRead | None) -> str:
    match field:
        case "age":
            return _("%(n)s ans") % {"n": code}
        case "rayon":
            return _("%(n)s km") % {"n": code}
        case "lieu":
            return place.place.nom if place else code
        case "distance":
            return _("à distance") if code == "a-distance" else _("en présence")
        case _:
            return str(NAMES[field][code])


def _kept(found: Iterable[tuple[Part, bool]]) -> tuple[Part, ...]:
    """One answer where one is asked (the clearest, then the first), each thing once, no contradiction; in text order."""
    parts: list[Part] = []
    answered: set[str] = set()
    known: set[tuple[str, str]] = set()
    for part, _weak in sorted(found, key=lambda row: (row[1], row[0].start)):
        if (part.field in ONE_ANSWER and part.field in answered) or (part.field, part.code) in known:
            continue
        answered.add(part.field)
        known.add((part.field, part.code))
        parts.append(part)
    kept = [part for part in parts if not _contradicts(part, parts)]
    return tuple(sorted(kept, key=lambda part: (part.start, part.end, part.field, part.code)))


def _contradicts(part: Part, parts: Sequence[Part]) -> bool:
    """Whether a clearer part says otherwise: a figure for a word, « à distance » for a distance."""
    age = next((int(other.code) for other in parts if other.field == "age"), None)
    if part.field == "public" and age is not None:
        return (part.code == "jeunes" and age > YOUNG_UNTIL) or (part.code == "seniors" and age < SENIOR_FROM)
    return part.field == "rayon" and any(other.code == "a-distance" for other in parts)


def _situation(parts: Sequence[Part], place: PlaceRead | None) -> Situation:
    one = {part.field: part.code for part in parts if part.field in ONE_ANSWER}
    lon = lat = None
    commune = ""
    if place is not None and place.place.kind == "commune":
        commune = place.place.code
    elif place is not None:
        lon, lat = place.place.lon, place.place.lat
    return Situation(
        lon=lon,
        lat=lat,
        commune=commune,
        phase=one.get("phase", ""),
        needs=_codes(parts, "besoin"),
        publics=_codes(parts, "public"),
        languages=_codes(parts, "langue"),
        within_km=float(one["rayon"]) if "rayon" in one else None,
        remote={"a-distance": True, "en-presence": False}.get(one.get("distance", "")),
        age=int(one["age"]) if "age" in one else None,
        status=one.get("statut", ""),
        sector=one.get("secteur", ""),
    )


def _codes(parts: Sequence[Part], field: str) -> tuple[str, ...]:
    return tuple(part.code for part in parts if part.field == field)


def _unread(text: str, words: Sequence[Token], read: set[int], lex: Lexicon) -> tuple[str, ...]:
    """The words that may have meant something and were not understood, as written, each once."""
    idle = lex.ignored | lex.wish | lex.create | lex.speak
    left = {
        text[word.start : word.end]: None
        for i, word in enumerate(words)
        if i not in read and word.plain not in IDLE and word.stem not in idle and word.plain not in idle
    }
    return tuple(left)[:MOST_UNREAD]
