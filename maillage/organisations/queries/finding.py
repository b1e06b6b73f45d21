"""Structures found by words, by what they are, by where they are or work."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import BooleanField, Case, CharField, Count, F, Func, Q, QuerySet, Value, When

from maillage.organisations.models import Banner, Kind, Organisation
from maillage.organisations.models.banner import zone_kind
from maillage.territories.models import Commune, Epci, Qpv
from maillage.territories.queries import search_places


@dataclass(frozen=True)
class Place:
    """Where structures are looked for: "commune", "epci" or "qpv", its code and its name; "territoire", that of a banner
    by its slug, in `zones` (codes of EPCI, communes and QPV)."""

    kind: str
    code: str
    nom: str
    zones: tuple[str, ...] = ()

    @property
    def parts(self) -> "list[Place]":
        """The places that this one is made of: itself, but for the territory of a banner."""
        return [Place(zone_kind(zone), zone, "") for zone in self.zones] or [self]


@dataclass(frozen=True)
class Search:
    """What is asked of the list: words, kinds (of Kind), a place. Empty parts ask nothing."""

    text: str = ""
    kinds: tuple[str, ...] = ()
    place: Place | None = None


def place_of(kind: str, code: str) -> Place | None:
    """The place of this code; None when there is none."""
    if kind == "territoire":
        banner = Banner.objects.filter(is_published=True, slug=code.lower()).first()
        return (
            Place(kind, banner.slug, banner.territory_name or banner.name, tuple(banner.zones))
            if banner
            else None
        )
    model = {"commune": Commune, "epci": Epci, "qpv": Qpv}.get(kind)
    if model is None:
        return None
    nom = model.objects.filter(code=code).values_list("nom", flat=True).first()  # type: ignore[attr-defined]
    return Place(kind, code, nom) if nom else None


def place_named(text: str) -> Place | None:
    """The place that a person means; None when nothing looks like it."""
    found = next(iter(search_places(text, 1)), None)
    return Place(found.kind, found.code, found.nom) if found else None


def find_organisations(search: Search) -> QuerySet[Organisation]:
    """The structures of a search, those that are in the place before those that only work there, then by name.

    Those that their source no longer has, or that SIRENE says closed, are left out. Each comes with its commune.
    """
    rows = _matching(search)
    if search.place:
        here = Case(
            When(_located_in(search.place), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
        rows = rows.annotate(here=here).order_by(F("here").desc(), "name", "pk")
    return rows.select_related("commune").defer("commune__contour", "description")


def count_by_kind(search: Search) -> dict[str, int]:
    """How many structures of each kind the search would find, its own choice of kinds left aside."""
    rows = _matching(Search(search.text, (), search.place)).order_by()
    kinds = rows.annotate(kind=Func("kinds", function="unnest", output_field=CharField())).values("kind")
    counts = dict(kinds.annotate(n=Count("pk")).values_list("kind", "n"))
    return {kind: counts.get(kind, 0) for kind in Kind.values}


def _matching(search: Search) -> QuerySet[Organisation]:
    rows = Organisation.objects.filter(gone_on=None, closed_on=None).order_by("name", "pk")
    if search.text.strip():
        plain = Func(Value(search.text.strip()), function="maillage_plain", output_field=CharField())
        rows = rows.annotate(
            plain=Func("name", function="maillage_plain", output_field=CharField()),
            town=Func("commune__nom", function="maillage_plain", output_field=CharField()),
        ).filter(Q(plain__contains=plain) | Q(town__contains=plain))
    if search.kinds:
        rows = rows.filter(kinds__overlap=list(search.kinds))
    if search.place:
        over = set().union(*(_zones_over(part) for part in search.place.parts))
        rows = rows.filter(_located_in(search.place) | Q(zones__overlap=sorted(over)))
    return rows


def _located_in(place: Place) -> Q:
    return reduce(or_, (_located(part) for part in place.parts))


def _located(place: Place) -> Q:
    match place.kind:
        case "commune":
            return Q(commune=place.code) | Q(commune__parent=place.code)
        case "epci":
            return Q(commune__epci=place.code)
    return Q(point__within=Qpv.objects.filter(code=place.code).order_by("-generation").values("contour")[:1])


def _zones_over(place: Place) -> set[str]:
    """The zones, as structures write them, that hold the place, the place itself, and the communes of an EPCI."""
    if place.kind == "epci":
        members = Commune.objects.filter(epci=place.code)
        found = {"france", f"epci:{place.code}"}
        for code, departement, region in members.values_list(
            "pk", "departement_id", "departement__region_id"
        ):
            found |= _named(commune=code, departement=departement, region=region)
        return found
    communes = (
        Commune.objects.filter(qpv__code=place.code)
        if place.kind == "qpv"
        else Commune.objects.filter(pk=place.code)
    )
    found = {"france", *_named(**{place.kind: place.code})}
    for code, parent, epci, departement, region in communes.values_list(
        "pk", "parent_id", "epci_id", "departement_id", "departement__region_id"
    ):
        found |= _named(commune=code, epci=epci, departement=departement, region=region)
        found |= _named(commune=parent)
    return found


def _named(**codes: str | None) -> set[str]:
    return {f"{kind}:{code}" for kind, code in codes.items() if code}
