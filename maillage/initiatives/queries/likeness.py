"""How much two names mean the same thing.

Names are compared by words, weighted by how much they say (« maison » says little, « Carburateur » a lot), each word by its
trigrams so that a typo costs little.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

CONTAINED = 0.65
SHORT = 4  # letters

_STOP = frozenset([
    "a", "au", "aux", "avec", "chez", "d", "dans", "de", "des", "du", "en", "et", "l", "la", "le", "les", "leur",
    "leurs", "nos", "notre", "on", "ou", "où", "par", "pour", "qui", "sa", "se", "ses", "son", "sur", "un", "une",
    "vos", "votre",
])  # fmt: skip
# words that half of the fiches hold: they count, for little
_COMMON = frozenset([
    "accompagnement", "action", "actions", "agence", "aide", "antenne", "appui", "asso", "association", "atelier",
    "ateliers", "boutique", "bureau", "business", "centre", "citeslab", "club", "collectif", "collectifs", "comite",
    "commune", "cooperative", "creation", "creer", "developpement", "dispositif", "ecole", "economique", "emploi",
    "entreprendre", "entrepreneur", "entrepreneuriat", "entrepreneurs", "entreprise", "entreprises", "espace",
    "fabrique", "formation", "forum", "incubateur", "information", "initiative", "initiatives", "jeune", "jeunes",
    "journee", "journees", "local", "locale", "maison", "mini", "mission", "mois", "permanence", "permanences",
    "plateforme", "pole", "programme", "projet", "projets", "quartier", "quartiers", "rencontre", "rencontres",
    "rendez", "reseau", "salon", "semaine", "service", "services", "social", "structure", "territoire", "ville",
    "vous",
])  # fmt: skip
_SHORT = {
    "st": "saint", "ste": "sainte", "asso": "association", "ass": "association", "ctre": "centre", "ent": "entreprise", "entr": "entreprise",
    "rdv": "rendez vous", "rv": "rendez vous", "qv": "quartier", "qpv": "quartier", "coop": "cooperative", "dev": "developpement",
    "eco": "economique", "initiatives": "initiative", "&": "et", "mde": "maison de l emploi", "ml": "mission locale", "pij": "point information jeunesse",
    "cjs": "cooperative jeunesse services", "cs": "centre social", "av": "avenue", "bd": "boulevard", "pl": "place", "college": "college", "clg": "college",
    "lyc": "lycee", "bat": "batiment", "ier": "1", "1er": "1", "1ere": "1",
    "1re": "1", "premier": "1", "premiere": "1", "deuxieme": "2", "2e": "2", "2eme": "2",
    "troisieme": "3", "3e": "3", "3eme": "3", "ii": "2", "iii": "3", "iv": "4", "un": "1", "deux": "2", "trois": "3", "fab": "fabrique", "assoc": "association",
}  # fmt: skip
# two names that differ by one of these are two things: another edition, another side, another public
_TELLING = frozenset([
    "adultes", "automne", "bas", "basse", "centre", "enfants", "est", "ete", "femmes", "filles", "garcons", "haut",
    "haute", "hauts", "hiver", "hommes", "jeunes", "matin", "nord", "ouest", "printemps", "seniors", "soir", "sud",
])  # fmt: skip


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name that can be compared: no accent, no case, no article, abbreviations in full."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("œ", "oe").replace("æ", "ae"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"\b(?:[a-z]\.){2,}", lambda m: m[0].replace(".", ""), plain)
    found: list[str] = []
    for word in re.findall(r"\w+|&", plain):
        found += _SHORT.get(word, word).split()
    kept = [word for word in found if word not in _STOP]
    return tuple(kept or found)


@lru_cache(maxsize=4096)
def _trigrams(word: str) -> frozenset[str]:
    padded = f"  {word} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


@lru_cache(maxsize=4096)
def _weight(word: str) -> float:
    if word.isdigit():
        return 0.6
    return 0.35 if word in _COMMON or _singular(word) in _COMMON else 1.0


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word


def _distance_of_one(one: str, other: str) -> bool:
    """Whether one letter added, lost, changed or swapped with its neighbour makes one word of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


@lru_cache(maxsize=16384)
def _alike(one: str, other: str) -> float:
    """How much two words look alike, 0 to 1."""
    if one == other:
        return 1.0
    if any(character.isdigit() for character in one + other):
        return 0.0  # 2023 is not 2024
    one, other = _singular(one), _singular(other)
    if one == other:
        return 0.97
    if min(len(one), len(other)) < SHORT:
        return 0.0  # in three letters, one is everything
    if _distance_of_one(one, other):
        # nobody mistypes a first letter, and in four letters another one is another word: a port is no pont
        another = (
            len(one) == len(other)
            and (one[0] != other[0] or len(one) == SHORT)
            and sorted(one) != sorted(other)
        )
        return 0.5 if another else 0.9
    a, b = _trigrams(one), _trigrams(other)
    found = len(a & b) / len(a | b)
    return found if found >= 0.4 else 0.0


def similarity(one: str, other: str) -> float:
    """How much two names mean the same thing, 0 to 1: the weight of the words that meet over the weight of all."""
    first, second = words_of(one), words_of(other)
    if not first or not second:
        return 0.0
    if "".join(first) == "".join(second):
        return 1.0
    if _initials(first, other) or _initials(second, one):
        return 0.9
    left, right = _joined(first, second), _joined(second, first)
    pairs = sorted(
        ((_alike(a, b), i, j) for i, a in enumerate(left) for j, b in enumerate(right)), reverse=True
    )
    used_left: set[int] = set()
    used_right: set[int] = set()
    met = 0.0
    for alike, i, j in pairs:
        if alike == 0.0:
            break
        if i in used_left or j in used_right:
            continue
        used_left.add(i)
        used_right.add(j)
        met += alike * (_weight(left[i]) + _weight(right[j]))
    alone_left = [word for i, word in enumerate(left) if i not in used_left]
    alone_right = [word for j, word in enumerate(right) if j not in used_right]
    score = met / (sum(map(_weight, left)) + sum(map(_weight, right)))
    if not alone_left or not alone_right:
        inside = left if not alone_left else right
        # the whole of one name in the other, with a word of its own in it: « Le Carburateur », « Le Carburateur (Marseille) »
        if any(_weight(word) == 1.0 and len(word) >= 5 for word in inside) and met >= 0.9 * 2 * sum(
            map(_weight, inside)
        ):
            score = max(score, CONTAINED)
    return score * _telling(alone_left, alone_right)


def _telling(left: Sequence[str], right: Sequence[str]) -> float:
    """Less than 1 when what is left alone tells two things apart: numbers, sides, publics, or a word each."""
    numbers = [{word for word in side if word.isdigit()} for side in (left, right)]
    if numbers[0] and numbers[1]:
        return 0.3
    if _TELLING & set(left) and _TELLING & set(right):
        return 0.4
    proper = [[word for word in side if _weight(word) == 1.0] for side in (left, right)]
    if proper[0] and proper[1]:
        return 0.7
    return 0.8 if left and right else 1.0


def _initials(short: Sequence[str], long: str) -> bool:
    """Whether a name of one word is made of the initials of the other (« APEE »), of nearly all the words that count."""
    counting = words_of(long)
    if len(short) != 1 or not 3 <= len(short[0]) <= 8 or not 3 <= len(counting) <= len(short[0]) + 1:
        return False
    plain = unicodedata.normalize("NFKD", long.lower())
    letters = iter([word[0] for word in re.findall(r"\w+", plain) if word[0].isalpha()])
    return all(letter in letters for letter in short[0])


def _joined(words: Sequence[str], others: Sequence[str]) -> list[str]:
    """Two words written as one on the other side are one here (« after work », « afterwork »)."""
    found, i = [], 0
    while i < len(words):
        pair = "".join(words[i : i + 2])
        if i + 1 < len(words) and pair in others:
            found.append(pair)
            i += 2
        else:
            found.append(words[i])
            i += 1
    return found
