"""Names of the places that a search is bound to."""

from dataclasses import dataclass

from django.db.models import F, Func, Q, TextField, Value

from maillage.initiatives.queries.criteria import TERRITORIES, Criteria
from maillage.territories.models import Commune


def named_territories(criteria: Criteria) -> dict[str, str]:
    """Field name → name of the territory, for each territory of the search; one query each."""
    return {
        field: model._default_manager.filter(code=code).values_list("nom", flat=True)[:1][0]
        for field, model in TERRITORIES.items()
        if (code := getattr(criteria, field))
    }


@dataclass(frozen=True, slots=True)
class Place:
    """One territory that a text may name: the field of Criteria, its code, its name."""

    field: str
    code: str
    label: str
    exact: bool


def places_named(text: str, limit: int = 6) -> list[Place]:
    """Communes whose name or postal code is `text`, else whose name begins so; largest first."""
    text = " ".join(text.split())[:100].replace("\x00", "")
    plain = Func(
        Func(F("nom"), Value("-"), Value(" "), function="replace"),
        function="maillage_plain",
        output_field=TextField(),
    )
    wanted = Func(Value(text.replace("-", " ")), function="maillage_plain", output_field=TextField())
    communes = Commune.objects.annotate(plain=plain).select_related("departement")
    exact = list(
        communes.filter(Q(plain=wanted) | Q(postal_codes__contains=[text]))
        .order_by("-population", "pk")
        .only("nom", "departement__nom")[:limit]
    )
    rows = exact or list(
        communes.filter(plain__startswith=wanted)
        .order_by("-population", "pk")
        .only("nom", "departement__nom")[:limit]
    )
    return [
        Place(
            "commune",
            row.pk,
            f"{row.nom} ({row.departement.nom})" if row.departement else row.nom,
            bool(exact),
        )
        for row in rows
    ]
