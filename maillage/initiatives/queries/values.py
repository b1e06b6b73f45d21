"""An initiative as plain values: what proposals keep, forms show, differences compare and saves apply.

`place` is one value ({"scope", "lon", "lat", "address", "commune", "qpv", "departement", "region"}): its parts only make
sense together. Every value is JSON.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core.differ import opcodes
from maillage.initiatives.models import Initiative, Phase, Public, Theme
from maillage.initiatives.models.initiative import Licence
from maillage.organisations.models import Organisation
from maillage.territories.models import Commune, Departement, Qpv, Region

Values = dict[str, Any]
LABELS = {
    "title": gettext_lazy("Titre"),
    "summary": gettext_lazy("Résumé"),
    "themes": gettext_lazy("Thèmes"),
    "place": gettext_lazy("Lieu"),
    "body": gettext_lazy("Description"),
    "publics": gettext_lazy("Publics"),
    "phases": gettext_lazy("Étapes"),
    "carrier": gettext_lazy("Portée par"),
    "partners": gettext_lazy("Partenaires"),
    "starts_on": gettext_lazy("Début"),
    "ends_on": gettext_lazy("Fin"),
    "contact_name": gettext_lazy("Contact"),
    "contact_email": gettext_lazy("Adresse e-mail du contact"),
    "contact_phone": gettext_lazy("Téléphone"),
    "links": gettext_lazy("Liens"),
    "source_name": gettext_lazy("Source"),
    "source_url": gettext_lazy("Adresse de la source"),
    "author_name": gettext_lazy("Auteur ou autrice"),
    "licence": gettext_lazy("Licence"),
}
FIELDS = tuple(LABELS)
_AS_IS = [
    "title",
    "summary",
    "body",
    "contact_name",
    "contact_email",
    "contact_phone",
    "source_name",
    "source_url",
    "author_name",
    "licence",
]
_LISTS = ("themes", "publics", "phases", "partners")
_TICKED = frozenset({"themes", "publics", "phases"})
_DAYS = ("starts_on", "ends_on")
_BY_LINE = {*_LISTS, "links", "place", "carrier"}
_PARTS = {False: re.compile(r"\S+\s*"), True: re.compile(r".+\n?")}


def _place(row: Any) -> Values:
    return {
        "scope": row.scope,
        "lon": round(row.point.x, 6) if row.point else None,
        "lat": round(row.point.y, 6) if row.point else None,
        "address": row.address,
        "commune": row.commune_id,
        "qpv": row.qpv_id,
        "departement": row.departement_id,
        "region": row.region_id,
    }


def values_of(row: Any) -> Values:
    """The values of an Initiative, or of one InitiativeEvent of its history."""
    values: Values = {name: getattr(row, name) for name in _AS_IS}
    values |= {name: list(getattr(row, name) or ()) for name in _LISTS}
    values |= {name: day.isoformat() if (day := getattr(row, name)) else None for name in _DAYS}
    values["place"] = _place(row)
    values["carrier"] = {"id": row.carrier_id} if row.carrier_id else None
    values["links"] = [{"url": link["url"], "label": link.get("label", "")} for link in row.links or ()]
    return {name: values[name] for name in FIELDS}


def empty_values() -> Values:
    """What an initiative that does not exist yet says: every field, empty."""
    values: Values = dict.fromkeys(_AS_IS, "")
    values |= {name: [] for name in (*_LISTS, "links")}
    values |= dict.fromkeys((*_DAYS, "place", "carrier"))
    values["licence"] = Licence.LO2.value
    return {name: values[name] for name in FIELDS}


def version_values(initiative_id: int, version: int) -> Values | None:
    """What version number `version` said: the present row's, or the row that its history kept; None when unknown."""
    present = Initiative.objects.filter(pk=initiative_id, version=version).first()
    if present is not None:
        return values_of(present)
    kept = (
        Initiative.pgh_event_model.objects.filter(pgh_obj_id=initiative_id, version=version)  # type: ignore[attr-defined]
        .order_by("-pgh_id")
        .first()
    )
    return values_of(kept) if kept is not None else None


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The fields of `after` that do not say the same as in `before`, in the order of the form."""
    return [
        name for name in FIELDS if name in after and _said(name, after[name]) != _said(name, before.get(name))
    ]


def _said(name: str, value: Any) -> Any:
    """A value without what says nothing: the order of boxes ticked, the line ends and outer spaces of a text."""
    if name in _TICKED:
        return sorted(value or ())
    return "\n".join(value.splitlines()).strip() if isinstance(value, str) else value


def _place_as_text(place: Values | None) -> str:
    if not place:
        return ""
    lines = [
        str(Initiative.Scope(place["scope"]).label) if place.get("scope") else "",
        place.get("address") or "",
    ]
    for model, key in ((Commune, "commune"), (Qpv, "qpv"), (Departement, "departement"), (Region, "region")):
        if place.get(key) and (found := model.objects.filter(pk=place[key]).first()):
            lines.append(f"{found.nom} ({found.code})")
    if place.get("lon") is not None:
        lines.append(
            _("latitude %(lat).5f, longitude %(lon).5f") % {"lat": place["lat"], "lon": place["lon"]}
        )
    return "\n".join(line for line in lines if line)


def _carrier_as_text(carrier: Values | None) -> str:
    if not carrier:
        return ""
    if carrier.get("id"):
        found = Organisation.objects.filter(pk=carrier["id"]).first()
        return found.name if found else ""
    return " · ".join(part for part in (carrier.get("name", ""), carrier.get("siret", "")) if part)


def as_text(name: str, value: Any) -> str:  # noqa: PLR0911 one way a kind of value
    """One value as a person reads it; lists are one item a line. Empty text for no value."""
    if name == "place":
        return _place_as_text(value)
    if name == "carrier":
        return _carrier_as_text(value)
    if value in (None, "", []):
        return ""
    if name == "links":
        return "\n".join(f"{link['label']} {link['url']}".strip() for link in value)
    if name in _DAYS:
        day = value if isinstance(value, date) else parse_date(str(value))
        return date_format(day, "j F Y") if day else str(value)
    if name == "themes":
        names = dict(Theme.objects.values_list("code", "name"))
        return "\n".join(names.get(code, code) for code in value)
    if name in {"publics", "phases"}:
        choices = dict(Public.choices if name == "publics" else Phase.choices)
        return "\n".join(str(choices.get(code, code)) for code in value)
    if name == "licence":
        return str(dict(Licence.choices).get(value, value))
    return "\n".join(value) if isinstance(value, list) else str(value)


@dataclass(frozen=True)
class Difference:
    """One field that two versions do not share, as text, with the pieces to mark."""

    name: str
    label: str
    before: str
    after: str

    @property
    def pieces(self) -> list[tuple[str, str, str]]:
        """(kind, old text, new text), kind being equal, replace, delete or insert: the texts side by side, a list by its lines,
        the rest by words; their spaces go with them."""
        old, new = (_PARTS[self.name in _BY_LINE].findall(text) for text in (self.before, self.after))
        return [
            (kind, "".join(old[a:b]), "".join(new[c:d]))
            for kind, a, b, c, d in opcodes(old, new, key=str.strip)
        ]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What changes from `before` to `after`, field by field, in the order of the form."""
    return [
        Difference(name, str(LABELS[name]), as_text(name, before.get(name)), as_text(name, after.get(name)))
        for name in changed(before, after)
    ]


@dataclass(frozen=True)
class Choice:
    """One field changed by two people since the version that both read."""

    name: str
    label: str
    base: str
    yours: str
    theirs: str


@dataclass(frozen=True)
class ThreeWay:
    """Two edits of one version: `merged` holds what needs no choice (and yours elsewhere), `choices` what does."""

    merged: Values
    choices: list[Choice]
    kept_theirs: list[Difference]


def three_way(base: Values, yours: Values, theirs: Values) -> ThreeWay:
    """Put two edits of `base` together: each side's own changes stay; a field changed by both is a choice to make."""
    by_you, by_them = set(changed(base, yours)), set(changed(base, theirs))
    torn = [name for name in changed(theirs, yours) if name in by_you & by_them]
    merged = {name: yours.get(name) if name in by_you else theirs[name] for name in FIELDS if name in theirs}
    choices = [
        Choice(
            name,
            str(LABELS[name]),
            as_text(name, base[name]),
            as_text(name, yours[name]),
            as_text(name, theirs[name]),
        )
        for name in torn
    ]
    return ThreeWay(
        merged, choices, [d for d in differences(base, theirs) if d.name in by_them and d.name not in torn]
    )
