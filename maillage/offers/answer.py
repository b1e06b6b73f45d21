"""What the finder answers: few contacts, each with the reasons why it is there. Built by `queries.finder`."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from maillage.core.examples import marked
from maillage.offers.situation import Situation, Whereabouts


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a line is here, or is not: a code to test and style, and a French sentence that can be checked."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One service as the finder shows it, with the nearest place where it receives.

    `distance_m` is in a straight line, None when the person gave no place or the service only answers from afar;
    `approximate`: from or to a town hall. `open_now` is None when the hours are not known. Times are aware.
    """

    id: int
    slug: str
    nom: str
    structure: str
    structure_slug: str
    reasons: tuple[Reason, ...]
    kind: str = ""  # of Kind
    phases: tuple[str, ...] = ()  # of Phase
    brakes: tuple[str, ...] = ()  # of Brake
    place: str = ""  # for people: « Maison des habitants, 3 rue du Tiers-Pot, Garges-lès-Gonesse »
    lon: float | None = None
    lat: float | None = None
    distance_m: int | None = None
    approximate: bool = False
    travel_s: int | None = None  # seconds on the way, where a routing server says so
    on_site: bool = True
    remote: bool = False
    open_now: bool | None = None
    closes_at: datetime | None = None  # when open
    next_opening: datetime | None = None  # when closed
    hours: str = ""  # opening_hours syntax, of the place
    by_appointment: bool = False
    phone: str = ""
    email: str = ""
    link: str = ""  # to ask for the service
    by_person: bool = True  # people may ask by themselves
    free: bool | None = None
    languages: tuple[str, ...] = ()
    delay_days: int | None = None
    places_left: int | None = None
    confirmed_on: date | None = None
    is_fresh: bool = True  # confirmed within six months
    is_example: bool = False
    in_data: str = ""  # the structure's name where no badge can stand: « Nom (exemple) » when it is invented

    @property
    def structure_marked(self) -> str:
        """The structure, with the mark of an example."""
        return self.in_data or marked(self.structure, self.is_example)

    def because(self, reasons: tuple[Reason, ...]) -> "Item":
        """The same contact with these reasons."""
        return Item(*(*_BEFORE_REASONS(self), reasons, *_AFTER_REASONS(self)))

    def as_json(self) -> dict[str, Any]:
        """ITEM of the design: exactly these keys."""
        return {
            "id": self.id,
            "nom": self.nom,
            "structure": self.structure_marked,
            "distance_m": self.distance_m,
            "reasons": [reason.text for reason in self.reasons],
            "open_now": self.open_now,
            "phone": self.phone,
        }


_NAMES = [one.name for one in fields(Item)]
_AT = _NAMES.index("reasons")
# read at once: `replace` looks at each field in turn, for each line of each answer
_BEFORE_REASONS: Callable[[Item], tuple[Any, ...]] = attrgetter(*_NAMES[:_AT])
_AFTER_REASONS: Callable[[Item], tuple[Any, ...]] = attrgetter(*_NAMES[_AT + 1 :])


@dataclass(frozen=True, slots=True)
class Step:
    """One phase of the path (a code of Phase) and who accompanies there, the best first."""

    phase: str
    items: tuple[Item, ...]

    def as_json(self) -> dict[str, Any]:
        return {"phase": self.phase, "items": [item.as_json() for item in self.items]}


@dataclass(frozen=True, slots=True)
class BrakeHelp:
    """One social brake that the person named (a code of Brake) and who lifts it, the best first."""

    frein: str
    items: tuple[Item, ...]

    def as_json(self) -> dict[str, Any]:
        return {"frein": self.frein, "items": [item.as_json() for item in self.items]}


@dataclass(frozen=True, slots=True)
class FinancingItem:
    """One way to pay for the project: why the person is likely to have it (`reasons`), what lacks or is to be
    checked (`missing`). Amounts in whole euros."""

    id: int
    slug: str
    nom: str
    kind: str  # of FinancingKind
    reasons: tuple[Reason, ...]
    missing: tuple[Reason, ...] = ()
    structure: str = ""
    amount_min: int | None = None
    amount_max: int | None = None
    link: str = ""
    is_example: bool = False

    def as_json(self) -> dict[str, Any]:
        """ITEM of the design; what lacks is said after the reasons."""
        return {
            "id": self.id,
            "nom": self.nom if self.structure else marked(self.nom, self.is_example),
            "structure": marked(self.structure, self.is_example),
            "distance_m": None,
            "reasons": [reason.text for reason in (*self.reasons, *self.missing)],
            "open_now": None,
            "phone": "",
        }


@dataclass(frozen=True, slots=True)
class NearMiss:
    """One service left out, and what it would take."""

    item: Item
    missing: tuple[Reason, ...]

    def as_json(self) -> dict[str, Any]:
        return self.item.as_json() | {"missing": [reason.text for reason in self.missing]}


@dataclass(frozen=True, slots=True)
class Widening:
    """One criterion that was let go because nothing answered: radius, public, need, phase, remote."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Coordinator:
    """Who answers for the whole territory, when one is known: the single number of its banner."""

    nom: str
    phone: str = ""
    email: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the finder.

    `items` is one page of everything that fits, in the documented order (docs/finder.md); `total` counts all pages;
    `facets` says for each facet (phase, besoin, public) and each of its codes how many services it would leave when
    chosen alone; of the needs, kinds only: what the others would bring is read once they are asked. The order is the same between two calls, but for doors that open or close meanwhile; contacts that nothing
    tells apart take turns from one day to the next, and say so among their reasons (« tour-de-role »).
    """

    situation: Situation
    whereabouts: Whereabouts
    at: datetime
    first_contact: Item | None = None
    steps: tuple[Step, ...] = ()
    freins: tuple[BrakeHelp, ...] = ()
    financing: tuple[FinancingItem, ...] = ()
    items: tuple[Item, ...] = ()
    page: int = 1
    size: int = 20
    total: int = 0
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    near_misses: tuple[NearMiss, ...] = ()
    widened: tuple[Widening, ...] = ()
    coordinator: Coordinator | None = None

    def as_json(self) -> dict[str, Any]:
        """The shape of `offers find --json`: exactly these keys."""
        return {
            "first_contact": self.first_contact.as_json() if self.first_contact else None,
            "steps": [step.as_json() for step in self.steps],
            "freins": [help.as_json() for help in self.freins],
            "financing": [item.as_json() for item in self.financing],
            "query": self.query(),
        }

    def as_page(self) -> dict[str, Any]:
        """The shape of the API: the former, and the page of the list with its total, facets and what was widened."""
        return self.as_json() | {
            "items": [item.as_json() for item in self.items],
            "total": self.total,
            "page": self.page,
            "taille": self.size,
            "facets": self.facets,
            "near_misses": [miss.as_json() for miss in self.near_misses],
            "widened": [asdict(widening) for widening in self.widened],
            "coordinator": asdict(self.coordinator) if self.coordinator else None,
        }

    def query(self) -> dict[str, Any]:
        """The question as understood, under the names of the address' parameters; what was not said is left out."""
        asked, here = self.situation, self.whereabouts
        said = {
            "lon": asked.lon,
            "lat": asked.lat,
            "commune": {"code": here.commune, "nom": here.nom} if here.commune else None,
            "qpv": list(here.qpv) if here.qpv is not None else None,
            "phase": asked.phase or None,
            "besoin": list(asked.needs) or None,
            "public": list(asked.publics) or None,
            "langue": list(asked.languages) or None,
            "rayon": asked.within_km,
            "distance": {None: None, True: "a-distance", False: "en-presence"}[asked.remote],
            "age": asked.age,
            "statut": asked.status or None,
            "secteur": asked.sector or None,
        }
        return {name: value for name, value in said.items() if value is not None}
