"""The territories that a structure covers: as the database writes them, and as people do."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from maillage.territories.models import Commune, Departement, Epci, Qpv, Region
from maillage.territories.queries import search_places

MODELS: dict[str, Any] = {
    "commune": Commune,
    "epci": Epci,
    "departement": Departement,
    "region": Region,
    "qpv": Qpv,
}


def names_of_zones(zones: Iterable[str]) -> list[str]:
    """The names of the zones, in their order; a code that we no longer know stays as it is."""
    return [name for name, _zone in _named(list(zones))]


def names_to_edit(zones: Iterable[str]) -> list[str]:
    """The zones as `zone_written` reads them again: « Nantes Métropole (epci:244400404) »."""
    return [f"{name} ({zone})" if zone != "france" else name for name, zone in _named(list(zones))]


def zone_written(text: str) -> str | None:
    """The zone that a person wrote: « Nom (epci:244400404) », the name of a territory, « France entière ». None for none."""
    inside = text.rsplit("(", 1)[-1].rstrip(") ")
    kind, colon, code = inside.partition(":")
    if colon:
        known = MODELS.get(kind)
        return inside if known and known.objects.filter(code=code).exists() else None
    if text.strip().lower() in {"france", "france entière", "france entiere"}:
        return "france"
    for kind in ("region", "departement"):
        same = MODELS[kind].objects.filter(nom__iexact=text).values_list("code", flat=True).first()
        if same:
            return f"{kind}:{same}"
    found = next(iter(search_places(text, 1)), None)
    return f"{found.kind}:{found.code}" if found and found.kind in MODELS else None


def _named(zones: list[str]) -> list[tuple[str, str]]:
    by_kind: dict[str, set[str]] = {}
    for zone in zones:
        kind, _colon, code = zone.partition(":")
        by_kind.setdefault(kind, set()).add(code)
    names = {"france": _("France entière")}
    for kind, codes in by_kind.items():
        if kind in MODELS:
            rows = MODELS[kind].objects.filter(code__in=codes).values_list("code", "nom")
            names |= {f"{kind}:{code}": nom for code, nom in rows}
    return [(names.get(zone, zone), zone) for zone in zones]
