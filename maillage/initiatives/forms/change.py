"""A change sent to the API, through the same form as a person's: the same rules, the same sentences."""

from collections.abc import Mapping
from typing import Any

from maillage.initiatives.forms.initiative import InitiativeForm, as_initial
from maillage.initiatives.queries.values import Values

# member of the API: input of the form
SAME = {
    "titre": "title",
    "resume": "summary",
    "description": "body",
    "themes": "themes",
    "publics": "publics",
    "phases": "phases",
    "debut": "starts_on",
    "fin": "ends_on",
    "auteur": "author_name",
    "licence": "licence",
}
INSIDE = {
    "contact": {"nom": "contact_name", "courriel": "contact_email", "telephone": "contact_phone"},
    "source": {"nom": "source_name", "url": "source_url"},
    "portee_par": {"nom": "structure", "siret": "siret"},
}
LINES = {"partenaires": "partners", "liens": "links"}
PLACE = ("reach", "where", "commune", "qpv", "address", "lon", "lat")
MEMBERS = (
    {name: member for member, name in (SAME | LINES).items()}
    | {name: f"{member}.{part}" for member, parts in INSIDE.items() for part, name in parts.items()}
    | {
        "lon": "lieu.lon",
        "lat": "lieu.lat",
        "where": "lieu.commune",
        "address": "lieu.adresse",
        "reach": "lieu",
    }
)


def form_of_change(change: Mapping[str, Any], base: Values) -> InitiativeForm:
    """The form of a fiche that says `base`, with the members of `change` (schemas.Change) in place of what it says."""
    sent = {name: value for name, value in as_initial(base).items() if value is not None}
    for member, name in SAME.items():
        if member in change:
            sent[name] = change[member]
    for member, parts in INSIDE.items():
        if member in change:
            sent |= {name: (change[member] or {}).get(part) or "" for part, name in parts.items()}
    if "partenaires" in change:
        sent["partners"] = "\n".join(change["partenaires"] or ())
    if "liens" in change:
        sent["links"] = "\n".join(
            f"{link['url']} {link.get('libelle', '')}" for link in change["liens"] or ()
        )
    if place := change.get("lieu"):
        sent = {name: value for name, value in sent.items() if name not in PLACE}
        sent |= {"reach": "local", "address": place.get("adresse", ""), "where": ""}
        sent |= {name: place[name] for name in ("lon", "lat") if place.get(name) is not None}
        if place.get("commune"):
            sent["where"] = f"({place['commune']})"
    return InitiativeForm({name: value for name, value in sent.items() if value is not None}, base=base)


def errors_by_member(form: InitiativeForm) -> list[dict[str, str]]:
    """What the form refuses, under the names of the API."""
    return [
        {"field": MEMBERS.get(name, name), "reason": str(reason)}
        for name, reasons in form.errors.items()
        for reason in reasons
    ]
