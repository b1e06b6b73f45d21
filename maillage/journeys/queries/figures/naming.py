"""Which territories, places and structures have a name of their own in the figures; the others count together."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from maillage.core.disclosure import Key
from maillage.journeys.queries.profiles import Profile

# from how many on, and how many at most: beyond, a publication would be too long to protect together
TERRITORY_FROM, MOST_TERRITORIES = 30, 12
PLACE_FROM, MOST_PLACES = 10, 40
STRUCTURE_FROM, MOST_STRUCTURES = 10, 200
UNNAMED = ""


def named(counts: Mapping[str, int], least: int, most: int) -> frozenset[str]:
    """The `most` largest of those that count at least `least`; what has no code is never named."""
    enough = [name for name, count in counts.items() if name and count >= least]
    return frozenset(sorted(enough, key=lambda name: (-counts[name], name))[:most])


@dataclass(frozen=True)
class Territories:
    """Codes « epci:244400404 » and « banner:3 » that are named, and the smallest parts (« atoms ») that they cut out.

    An atom is one EPCI and one banner, "" for those that are not named: the territories are unions of atoms.
    """

    codes: frozenset[str]
    atoms: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, people: Iterable[Profile]) -> "Territories":
        """Those of the people met, from TERRITORY_FROM on."""
        pairs = Counter((person.epci_code, person.banner_number) for person in people)
        counts: Counter[str] = Counter()
        for pair, count in pairs.items():
            counts.update(dict.fromkeys(codes_of(*pair), count))
        found = cls(named(counts, TERRITORY_FROM, MOST_TERRITORIES))
        return cls(found.codes, frozenset(found.atom(*pair) for pair in pairs))

    def atom(self, epci_code: str, banner_number: int | None) -> str:
        """The part of the map where an EPCI and a banner meet."""
        codes = codes_of(epci_code, banner_number)
        return "|".join(code if code in self.codes else UNNAMED for code in codes)

    def labels(self, atoms: Collection[str]) -> dict[str, frozenset[str]]:
        """Of each territory, which of these atoms are its own."""
        cut = {code: frozenset(atom for atom in atoms if code in atom.split("|")) for code in self.codes}
        return {code: own for code, own in cut.items() if own}

    def known(self) -> dict[Key, int]:
        """What anybody knows of a territory that has a name."""
        return {frozenset({("territory", code)}): TERRITORY_FROM for code in self.codes}


def codes_of(epci_code: str, banner_number: int | None) -> tuple[str, str]:
    """« epci:… » and « banner:… », "" for what is not known."""
    return (
        f"epci:{epci_code}" if epci_code else UNNAMED,
        f"banner:{banner_number}" if banner_number else UNNAMED,
    )
