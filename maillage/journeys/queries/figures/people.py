"""Figures of the people met in a year: how far they came, by territory, place, gender, age, situation, phase."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from maillage.core.disclosure import BASE, THRESHOLD, Key, Shape, protect
from maillage.journeys.models import AgeClass, Business, Gender, Situation, Stage
from maillage.journeys.queries.figures.naming import MOST_PLACES, PLACE_FROM, Territories, named
from maillage.journeys.queries.profiles import Profile
from maillage.offers.models import Phase

CLASSES = {
    "gender": ("", *Gender.values),
    "age_class": ("", *AgeClass.values),
    "situation": ("", *Situation.values),
    "phase": ("", *Phase.values),
}
DIMENSIONS = ("territory", "spot", "result", "funnel", *CLASSES, "quarter")
# a star: all cross the territory, and most what came of it, so that each is protected with its own unknowns only
TABLES = (
    ("territory", "result", "funnel"),
    ("territory", "result", "spot"),
    *(("territory", "result", name) for name in CLASSES),
    ("territory", "quarter"),
)
# referred, helped, created: « r-c » was referred, not helped, and created a business. Who is helped was referred
RESULTS = ("---", "--c", "r--", "r-c", "rh-", "rhc")
RESULT_LABELS = {
    "referred": [one for one in RESULTS if "r" in one],
    "helped": [one for one in RESULTS if "h" in one],
    "created": [one for one in RESULTS if "c" in one],
}
FUNNEL = {
    f"{stage}{business}": _result
    for stage in Stage.values
    for business in Business.values
    for _result in [
        ("r" if stage >= Stage.SENT else "-")
        + ("h" if stage == Stage.HELPED else "-")
        + ("c" if business else "-")
    ]
}
FUNNEL_LABELS = {
    "accepted": [one for one in FUNNEL if int(one[0]) >= Stage.ACCEPTED],
    "received": [one for one in FUNNEL if int(one[0]) >= Stage.RECEIVED],
    "one-year": [one for one in FUNNEL if int(one[1]) >= Business.ONE_YEAR],
    "three-years": [one for one in FUNNEL if int(one[1]) >= Business.THREE_YEARS],
}
Published = Mapping[Key, int | None]


def facts_of(people: Iterable[Profile], territories: Territories) -> dict[tuple[str, ...], int]:
    """How many people have each combination of DIMENSIONS, places named as far as they may be."""
    rows = Counter(person._replace(jobs=0) for person in people)
    communes: Counter[str] = Counter()
    quartiers: Counter[str] = Counter()
    for person, count in rows.items():
        communes[person.commune_code] += count
        quartiers[person.qpv_code] += count
    places = named(communes, PLACE_FROM, MOST_PLACES), named(quartiers, PLACE_FROM, MOST_PLACES)
    facts: Counter[tuple[str, ...]] = Counter()
    for person, count in rows.items():
        atom = territories.atom(person.epci_code, person.banner_number)
        facts[atom, _spot(person, atom, *places), *_outcome(person), *(getattr(person, name) for name in CLASSES),
              str((person.quarter.month + 2) // 3)] += count  # fmt: skip
    return dict(facts)


def _spot(person: Profile, atom: str, communes: frozenset[str], quartiers: frozenset[str]) -> str:
    commune = person.commune_code if person.commune_code in communes else ""
    quartier = person.qpv_code if person.qpv_code in quartiers else ""
    inside = {True: "oui", False: "non", None: ""}[person.in_qpv]
    return f"{atom}|{commune}|{quartier}|{inside}"


def _outcome(person: Profile) -> tuple[str, str]:
    funnel = f"{person.stage}{person.business}"
    return FUNNEL[funnel], funnel


def shape_of(facts: Mapping[tuple[str, ...], int], territories: Territories) -> Shape:
    """What is known beforehand of DIMENSIONS: the classes, what lies in what, the groups that are published."""
    atoms = {fact[0] for fact in facts}
    spots = {fact[1]: fact[0] for fact in facts}
    return Shape(
        values={"result": RESULTS, "funnel": FUNNEL, "quarter": "1234", **CLASSES},
        labels={
            "territory": territories.labels(atoms),
            "spot": _spot_labels(spots),
            "result": RESULT_LABELS,
            "funnel": FUNNEL_LABELS,
        },
        within={"spot": ("territory", spots), "funnel": ("result", FUNNEL)},
    )


def _spot_labels(spots: Iterable[str]) -> dict[str, list[str]]:
    labels: dict[str, list[str]] = {}
    for spot in sorted(spots):
        *_atom, commune, quartier, inside = spot.split("|")
        codes = [("commune", commune), ("qpv", quartier), ("qpv", inside)]
        for label in [f"{kind}:{code}" for kind, code in codes if code]:
            labels.setdefault(label, []).append(spot)
    return labels


def protect_people(people: Sequence[Profile], territories: Territories) -> Published:
    """Every count of TABLES that may be published."""
    facts = facts_of(people, territories)
    shape = shape_of(facts, territories)
    named_places = {
        frozenset({("spot", label)}): PLACE_FROM
        for label in shape.labels["spot"]
        if label not in {"qpv:oui", "qpv:non"}
    }
    return protect(
        facts, DIMENSIONS, TABLES, shape=shape, at_least=territories.known() | named_places,
        threshold=THRESHOLD, base=BASE,
    )  # fmt: skip


def protect_jobs(people: Sequence[Profile], territories: Territories) -> Published:
    """The jobs created, by territory: hidden too where fewer people than the threshold created them, or one of them half."""
    jobs: Counter[tuple[str, ...]] = Counter()
    created: dict[str, list[int]] = {}
    for person in people:
        atom = territories.atom(person.epci_code, person.banner_number)
        jobs[atom,] += person.jobs
        created.setdefault(atom, []).append(person.jobs)
    labels = territories.labels(created)
    cells: dict[Key, Iterable[str]] = {frozenset({("territory", code)}): own for code, own in labels.items()}
    cells[frozenset()] = created
    few = {
        key for key, own in cells.items() if _tells_of_few([n for atom in own for n in created[atom] if n])
    }
    return protect(
        dict(jobs), ["territory"], [["territory"]], shape=Shape(labels={"territory": labels}), hide=few
    )


def _tells_of_few(created: list[int]) -> bool:
    return len(created) < THRESHOLD or 2 * max(created) > sum(created)


def people_document(published: Published, jobs: Published, code: str) -> dict[str, Any]:
    """The figures of the people met in one territory ("": everywhere)."""
    here = {("territory", code)} if code else set()

    def count(*pairs: tuple[str, str]) -> int | None:
        return published.get(frozenset(here | set(pairs)))

    def row(*pairs: tuple[str, str]) -> dict[str, int | None]:
        return {"people": count(*pairs)} | {name: count(*pairs, ("result", name)) for name in RESULT_LABELS}

    spots = {value for key in published for name, value in key if name == "spot" and here <= key}
    return {
        **row(),
        **{name: count(("funnel", name)) for name in FUNNEL_LABELS},
        "jobs": jobs.get(frozenset(here)),
        "quarter": {quarter: count(("quarter", quarter)) for quarter in "1234"},
        **{name: {value: row((name, value)) for value in values} for name, values in CLASSES.items()},
        "qpv": {
            spot.partition(":")[2]: row(("spot", spot)) for spot in sorted(spots) if spot.startswith("qpv:")
        },
        "commune": {
            spot.partition(":")[2]: row(("spot", spot))
            for spot in sorted(spots)
            if spot.startswith("commune:")
        },
    }
