"""The territories to which lists of services and structures are kept: their names, and what lies in them or serves them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Func, Model, Q, Value

from maillage.organisations.models import Banner
from maillage.organisations.models.banner import zone_kind
from maillage.territories.models import Commune, Departement, Epci, Qpv, Region
from maillage.territories.queries import search_places

MODELS: dict[str, type[Model]] = {
    "commune": Commune,
    "epci": Epci,
    "departement": Departement,
    "region": Region,
    "qpv": Qpv,
}
# the last one is that of a banner, by its slug: any set of EPCI, communes and QPV
KINDS = (*MODELS, "territoire")


@dataclass(frozen=True, slots=True)
class Area:
    """One territory: a kind of KINDS, its official code (or the banner's slug), its name."""

    kind: str
    code: str
    nom: str


def area(kind: str, code: str) -> Area | None:
    """The territory of this code; None when there is none. One query."""
    if kind == "territoire":
        banner = Banner.objects.filter(is_published=True, slug=code.lower()).first()
        return Area(kind, banner.slug, banner.territory_name or banner.name) if banner else None
    rows = MODELS[kind]._default_manager.filter(code=code.upper())
    nom = rows.values_list("nom", flat=True).first()
    return Area(kind, code.upper(), nom) if nom else None


def area_named(text: str) -> Area | None:
    """The commune, EPCI, QPV, département or region that a person means; None when nothing looks like it.

    A place of exactly this name comes before a département or a region, and both before what looks like it.
    """
    places = [place for place in search_places(text) if place.kind in MODELS]
    first = Area(places[0].kind, places[0].code, places[0].nom) if places else None
    if first and first.nom.casefold() == text.strip().casefold():
        return first
    plain = Func(Value(text), function="territories_plain", output_field=CharField())
    for kind in ("departement", "region"):
        named = MODELS[kind]._default_manager.annotate(
            plain=Func("nom", function="territories_plain", output_field=CharField())
        )
        wanted = Q(plain=plain) | (Q(code=text.strip().upper()) if kind == "departement" else Q())
        if found := named.filter(wanted).values_list("code", "nom").first():
            return Area(kind, *found)
    return first


def served(kind: str, code: str) -> Q:
    """Conditions on SearchRow: what is there, or says that it serves there.

    A commune's own services, and those whose zone names it or its EPCI …; a service kept for some QPV serves no other.
    """
    match kind:
        case "commune":
            return _there(Q(pk=code) | Q(parent=code)) | Q(zones__overlap=_named(Q(pk=code)))
        case "epci" | "departement":
            return _there(Q(**{kind: code})) | Q(zones__overlap=[code])
        case "region":
            # a region is written as its départements
            return _there(Q(departement__region=code))
        case "qpv":
            around = Q(zones__overlap=_named(Q(qpv__code=code)), qpv_codes=[])
            return Q(point__within=_contour(code)) | Q(qpv_codes__contains=[code]) | around
        case "territoire":
            return _any(served(zone_kind(zone), zone) for zone in _zones(code))
    return Q()


def located(kind: str, code: str) -> Q:
    """Conditions on organisations: those that are there."""
    match kind:
        case "commune":
            return Q(commune=code) | Q(commune__parent=code)
        case "epci" | "departement":
            return Q(**{f"commune__{kind}": code})
        case "region":
            return Q(commune__departement__region=code)
        case "qpv":
            return Q(point__within=_contour(code))
        case "territoire":
            return _any(located(zone_kind(zone), zone) for zone in _zones(code))
    return Q()


def _there(communes: Q) -> Q:
    return Q(commune__in=Commune.objects.filter(communes).values("pk"))


def _named(communes: Q) -> list[str]:
    """The codes by which a zone may name these communes: their own, their EPCI's."""
    pairs = Commune.objects.filter(communes).values_list("pk", "epci_id")
    return sorted({code for pair in pairs for code in pair if code})


def _contour(code: str) -> Any:
    return Qpv.objects.filter(code=code).order_by("-generation").values("contour")[:1]


def _zones(slug: str) -> list[str]:
    zones = Banner.objects.filter(is_published=True, slug=slug).values_list("zones", flat=True)
    return list(zones.first() or ())


def _any(conditions: Any) -> Q:
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found
