"""Figures of the referrals sent in a year: what was answered, and how soon, by territory, structure and network."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from maillage.core.disclosure import Key, Shape, middle, protect
from maillage.journeys.models import Answered
from maillage.journeys.queries.figures.naming import MOST_STRUCTURES, STRUCTURE_FROM, Territories, named
from maillage.journeys.queries.profiles import Answer, Brakes
from maillage.offers.models import Brake

OTHERS = ""
WAITING = ""
ANSWERED_LABELS = {"in_time": [Answered.IN_TIME.value], "late": [Answered.LATE.value], "never": [Answered.NEVER.value],
                   "answered": [Answered.IN_TIME.value, Answered.LATE.value]}  # fmt: skip
Published = Mapping[Key, int | None]
Networks = Mapping[int, Iterable[int]]


def protect_answers(rows: Sequence[Answer], territories: Territories, networks: Networks) -> Published:
    """Referrals by territory and by structure, with how they were answered.

    `networks`: the structures of each network, by number. A network is named as a structure is: « network:12 ».
    """
    received: Counter[str] = Counter()
    for row in rows:
        received[f"structure:{row.to_organisation_number}"] += row.times
    members = {f"network:{number}": {f"structure:{one}" for one in own} for number, own in networks.items()}
    for network, affiliates in members.items():
        received[network] = sum(received[one] for one in affiliates)
    codes = named(received, STRUCTURE_FROM, MOST_STRUCTURES)
    of_networks = {network: own for network, own in members.items() if network in codes}
    facts: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        structure = _atom(f"structure:{row.to_organisation_number}", codes, of_networks)
        facts[territories.atom(row.epci_code, row.banner_number), structure, row.answered] += row.times
    atoms = {fact[1] for fact in facts}
    shape = Shape(
        values={"answered": (WAITING, *Answered.values)},
        labels={
            "territory": territories.labels({fact[0] for fact in facts}),
            "structure": {
                code: own for code in codes if (own := [atom for atom in atoms if code in atom.split("|")])
            },
            "answered": ANSWERED_LABELS,
        },
    )
    return protect(
        dict(facts),
        ("territory", "structure", "answered"),
        [("territory", "answered"), ("structure", "answered")],
        shape=shape,
        at_least={frozenset({("structure", code)}): STRUCTURE_FROM for code in codes},
    )


def _atom(structure: str, codes: frozenset[str], networks: Mapping[str, set[str]]) -> str:
    """A structure and its networks, as far as they are named: published groups are unions of these."""
    own = [structure] if structure in codes else [OTHERS]
    return "|".join([*own, *sorted(network for network, members in networks.items() if structure in members)])


def answers_document(published: Published, key: Key, days: Sequence[int]) -> dict[str, Any]:
    """How the referrals of one territory, structure or network were answered; `days`, each answer's, in working days.

    The share is that of the numbers published, so it tells no more than they do.
    """
    counts = {name: published.get(key | {("answered", name)}) for name in ANSWERED_LABELS}
    asked, told = published.get(key), [counts[name] for name in ("in_time", "late", "never")]
    due = sum(number for number in told if number is not None)
    complete = None not in told and due > 0
    return {
        "sent": asked,
        **counts,
        "share_in_time": round((counts["in_time"] or 0) / due, 2) if complete else None,
        "median_days": middle(days) if counts["answered"] is not None else None,
    }


def days_by(rows: Iterable[Answer], territories: Territories, networks: Networks) -> dict[str, list[int]]:
    """The working days of each answer, by territory ("" everywhere), structure and network."""
    found: dict[str, list[int]] = defaultdict(list)
    of = defaultdict(list)
    for network, members in networks.items():
        for member in members:
            of[member].append(f"network:{network}")
    for row in rows:
        if row.days is None:
            continue
        codes = [code for code in territories.atom(row.epci_code, row.banner_number).split("|") if code]
        for code in ["", *codes, f"structure:{row.to_organisation_number}", *of[row.to_organisation_number]]:
            found[code] += [row.days] * row.times
    return found


def protect_brakes(rows: Sequence[Brakes], territories: Territories) -> Published:
    """Brakes by territory, with those that were lifted."""
    facts: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        lifted = "oui" if row.lifted else "non"
        facts[territories.atom(row.epci_code, row.banner_number), row.brake, lifted] += row.times
    shape = Shape(
        values={"brake": Brake.values, "lifted": ("oui", "non")},
        labels={"territory": territories.labels({fact[0] for fact in facts}), "lifted": {"lifted": ["oui"]}},
    )
    return protect(
        dict(facts), ("territory", "brake", "lifted"), [("territory", "brake", "lifted")], shape=shape
    )


def brakes_document(published: Published, code: str) -> dict[str, Any]:
    """The brakes of one territory ("": everywhere), and how many were lifted."""
    here: set[tuple[str, str]] = {("territory", code)} if code else set()

    def row(*pairs: tuple[str, str]) -> dict[str, int | None]:
        return {
            "raised": published.get(frozenset(here | set(pairs))),
            "lifted": published.get(frozenset({*here, *pairs, ("lifted", "lifted")})),
        }

    return {"all": row()} | {brake: row(("brake", brake)) for brake in Brake.values}
