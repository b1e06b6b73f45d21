"""A text cut into words that can be compared, each with its place in the text."""

import re
import unicodedata
from typing import NamedTuple

WORD = re.compile(r"\d+|[^\W\d_]+")
# words that carry no meaning of their own inside an expression: « garde d'enfant », « garde des enfants »
LINKS = frozenset(("de", "d", "du", "des", "la", "le", "les", "l", "un", "une"))
LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
BREAK = re.compile(r"[.,;:!?\n()…]")


class Token(NamedTuple):
    """One word: without accents or case (`plain`), without the mark of the plural (`stem`), and where it is in the text.

    `capital`: it begins with one, and is not all capitals. `opens`: a comma, a full stop or the like stands before it.
    """

    plain: str
    stem: str
    start: int
    end: int
    capital: bool
    opens: bool


def fold(text: str) -> str:
    """`text` in lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.translate(LIGATURES).lower())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def stem(plain: str) -> str:
    """A folded word without the « s » or « x » of its plural."""
    return plain[:-1] if len(plain) > 3 and plain[-1] in "sx" else plain


def tokens(text: str) -> list[Token]:
    """The words of `text`, in order."""
    found = []
    end = 0
    for match in WORD.finditer(text):
        word = match.group()
        plain = fold(word)
        opens = BREAK.search(text, end, match.start()) is not None
        end = match.end()
        if plain:
            capital = word[0].isupper() and not word[1:].isupper()
            found.append(Token(plain, stem(plain), match.start(), end, capital, opens))
    return found


def expression(words: str) -> tuple[str, ...]:
    """The stems of a written expression, without links and without « ne »: what two ways to write it have in common."""
    return tuple(t.stem for t in tokens(words) if t.plain not in LINKS and t.plain not in ("ne", "n"))
