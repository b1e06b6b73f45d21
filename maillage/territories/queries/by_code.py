"""Names of territories by their codes."""

from collections.abc import Collection

from maillage.territories.models import Commune, Departement, Epci


def names_by_code(codes: Collection[str]) -> dict[str, str]:
    """The names of these communes, EPCI and départements, by code; unknown codes are left out. At most three queries."""
    kinds = ((Commune, {5}), (Epci, {9}), (Departement, {2, 3}))
    found: dict[str, str] = {}
    for model, lengths in kinds:
        if asked := [code for code in codes if len(code) in lengths]:
            found |= dict(model.objects.filter(code__in=asked).values_list("code", "nom"))
    return found
