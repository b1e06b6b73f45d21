"""Territories that a service serves, as people write them and as the national schema codes them."""

import re

from django.db.models import Q

from maillage.territories.models import Commune, Departement, Epci
from maillage.territories.queries.territory import commune_written

WHOLE = "france"


def zone_codes(text: str) -> tuple[list[str], list[str]]:
    """The codes of the territories named in `text`, between commas, and the names that mean nothing.

    A name alone means a département before an EPCI before a commune; a code means itself.
    """
    codes: list[str] = []
    unknown: list[str] = []
    for name in (part.strip() for part in re.split(r"[,;\n]", text)):
        if name:
            code = _code(name[:200])
            (codes if code else unknown).append(code or name[:60])
    return list(dict.fromkeys(codes)), unknown


def _code(name: str) -> str:
    if name.lower() == WHOLE:
        return WHOLE
    written = name.rsplit("(", 1)[-1].rstrip(") ").upper() if "(" in name else name.upper()
    for model in (Departement, Epci):
        found = model._default_manager.filter(Q(pk=written) | Q(nom__iexact=name))[:2]
        if len(found) == 1:
            return str(found[0].pk)
    commune = commune_written(name)
    return commune.pk if commune else ""


def zone_names_written(codes: list[str]) -> list[str]:
    """The territories of these codes as `zone_codes` reads them back, in the same order."""
    names: dict[str, str] = {WHOLE: "France"}
    for model in (Departement, Epci, Commune):
        names |= {
            pk: f"{nom} ({pk})"
            for pk, nom in model._default_manager.filter(pk__in=codes).values_list("pk", "nom")
        }
    return [names.get(code, code) for code in codes]
