"""What the French text configuration lacks: small words that PostgreSQL's list forgets, or knows only with their accent.

The configuration takes accents away before it looks for small words: « à » becomes « a », which it keeps, and its
list has no « les ». In a search, where every word has to be found, they would hide good answers.
"""

import unicodedata

SMALL_WORDS = frozenset(
    [
        "a",
        "as",
        "au",
        "aux",
        "avec",
        "c",
        "ce",
        "ces",
        "cet",
        "cette",
        "d",
        "dans",
        "de",
        "des",
        "du",
        "elle",
        "elles",
        "en",
        "est",
        "et",
        "eux",
        "il",
        "ils",
        "j",
        "je",
        "l",
        "la",
        "le",
        "les",
        "leur",
        "leurs",
        "lui",
        "m",
        "ma",
        "mais",
        "me",
        "meme",
        "mes",
        "moi",
        "mon",
        "n",
        "ne",
        "nos",
        "notre",
        "nous",
        "on",
        "ou",
        "par",
        "pas",
        "pour",
        "qu",
        "que",
        "qui",
        "quoi",
        "s",
        "sa",
        "se",
        "ses",
        "si",
        "son",
        "sont",
        "sur",
        "t",
        "ta",
        "te",
        "tes",
        "toi",
        "ton",
        "tous",
        "tout",
        "tu",
        "un",
        "une",
        "vos",
        "votre",
        "vous",
        "y",
    ]
)


def significant(words: list[str]) -> list[str]:
    """`words` without the small ones, in the same order; all of them when there is nothing else."""
    kept = [word for word in words if _plain(word) not in SMALL_WORDS]
    return kept or words


def _plain(word: str) -> str:
    apart = unicodedata.normalize("NFD", word.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
