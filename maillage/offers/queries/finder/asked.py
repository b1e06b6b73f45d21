"""A situation as masks of bits, to be compared with rows of the search table."""

from dataclasses import dataclass
from functools import cache, lru_cache

from maillage.offers.models import Term
from maillage.offers.models.vocabulary import BRAKES, KINDS
from maillage.offers.situation import Situation, Whereabouts

OPEN_TO_ALL = "tous-publics"
PUBLIC_OF_STATUS = {
    "demandeur-emploi": "demandeurs-emploi",
    "minima-sociaux": "beneficiaires-des-minimas-sociaux",
    "salarie": "actifs",
    "independant": "actifs",
    "etudiant": "etudiants",
    "retraite": "seniors",
}
# surely young under, surely not over; surely senior from, surely not under; between, nothing is sure
YOUNG_UNDER, NOT_YOUNG_OVER = 26, 30
SENIOR_FROM, NOT_SENIOR_UNDER = 55, 45
HALF_OF_THEMES = 63  # themes are two masks


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks, ready to be compared: masks of `1 << Term.number`, distances in metres, lon/lat in degrees.

    `other_categories` are those of the themes and of the brakes. `publics` were said by the person; `publics_too` follow from her age, status or neighbourhood; `publics_not` are
    those that she surely is not. `needs` counts codes of all kinds.
    """

    lon: float | None
    lat: float | None
    zones: tuple[str, ...]
    qpv: tuple[str, ...] | None
    phase: int
    needs: int
    kinds: int
    brakes: int
    categories: int
    themes: tuple[int, int]
    other_categories: int
    publics: int
    publics_too: int
    publics_not: int
    open_to_all: int
    languages: int
    within_m: float | None
    remote: bool | None

    @property
    def wants_business(self) -> bool:
        """Whether a need other than a brake narrows the search."""
        return bool(self.kinds or self.categories or any(self.themes))


def asked_by(situation: Situation, whereabouts: Whereabouts) -> Asked:
    """`situation` as masks. A need that is both a brake and a category (« mobilite ») is the brake."""
    needs = situation.needs
    kinds = [code for code in needs if code in KINDS]
    brakes = [code for code in needs if code in BRAKES]
    themes = [code for code in needs if "--" in code]
    categories = [code for code in needs if code not in {*kinds, *brakes, *themes}]
    numbers = tuple(_numbers()["theme", code] for code in themes)
    too, never = _publics(situation, whereabouts)
    return Asked(
        lon=whereabouts.lon,
        lat=whereabouts.lat,
        zones=whereabouts.zones,
        qpv=whereabouts.qpv,
        phase=mask("phase", [situation.phase] if situation.phase else []),
        needs=len(needs),
        kinds=mask("kind", kinds),
        brakes=mask("brake", brakes),
        categories=mask("category", categories),
        themes=(
            sum(1 << n for n in numbers if n < HALF_OF_THEMES),
            sum(1 << (n - HALF_OF_THEMES) for n in numbers if n >= HALF_OF_THEMES),
        ),
        other_categories=mask("category", [code.partition("--")[0] for code in themes])
        | _categories_of(brakes),
        publics=mask("public", [code for code in situation.publics if code != OPEN_TO_ALL]),
        publics_too=mask("public", too),
        publics_not=mask("public", never),
        open_to_all=mask("public", [OPEN_TO_ALL]),
        languages=mask("language", list(situation.languages)),
        within_m=situation.within_km * 1000 if situation.within_km and whereabouts.commune else None,
        remote=situation.remote,
    )


def mask(vocabulary: str, codes: list[str]) -> int:
    """The bits of these codes."""
    found = 0
    for code in codes:
        found |= 1 << _numbers()[vocabulary, code]
    return found


@lru_cache(maxsize=4096)
def codes(vocabulary: str, bits: int) -> tuple[str, ...]:
    """The codes of these bits, in the order of the vocabulary."""
    return tuple(code for code, number in vocabulary_numbers(vocabulary) if bits & (1 << number))


@cache
def vocabulary_numbers(vocabulary: str) -> tuple[tuple[str, int], ...]:
    """(code, number) of every term of a vocabulary, in its order."""
    found = [(code, number) for (name, code), number in _numbers().items() if name == vocabulary]
    return tuple(sorted(found, key=lambda term: term[1]))


@cache
def _numbers() -> dict[tuple[str, str], int]:
    # filled by migrations: the same as long as the process lives
    return {(name, code): n for name, code, n in Term.objects.values_list("vocabulary", "code", "number")}


@cache
def _categories_of_brakes() -> dict[int, int]:
    themes = Term.objects.filter(vocabulary="theme", brake__isnull=False).values_list("brake", "category")
    found: dict[int, int] = {}
    for brake, category in themes:
        if brake is not None and category is not None:
            found[brake] = found.get(brake, 0) | 1 << category
    return found


def _categories_of(brakes: list[str]) -> int:
    """The categories of the themes that lift these brakes."""
    found = 0
    for code in brakes:
        found |= _categories_of_brakes().get(_numbers()["brake", code], 0)
    return found


def _publics(situation: Situation, whereabouts: Whereabouts) -> tuple[list[str], list[str]]:
    too, never = [], []
    if public := PUBLIC_OF_STATUS.get(situation.status):
        too.append(public)
    if whereabouts.qpv:
        too.append("residents-qpv-frr")
    if (age := situation.age) is not None:
        if age < YOUNG_UNDER:
            too.append("jeunes")
        if age > NOT_YOUNG_OVER:
            never.append("jeunes")
        if age >= SENIOR_FROM:
            too.append("seniors")
        if age < NOT_SENIOR_UNDER:
            never.append("seniors")
    return list(dict.fromkeys(too)), [code for code in never if code not in situation.publics]
