"""Two people changed one service: what each changed is kept; where both changed, the one who saves last chooses."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from maillage.core.history import as_text
from maillage.core.hours_in_words import week_in_words
from maillage.offers.forms.permanences import PermanenceForm, Typed
from maillage.offers.forms.services import label_of
from maillage.offers.models import Service


@dataclass(frozen=True, slots=True)
class Choice:
    """One field that both changed: its label, and what each says, for people."""

    label: str
    yours: str
    theirs: str


def merged(
    base: dict[str, Any], yours: dict[str, Any], theirs: dict[str, Any]
) -> tuple[dict[str, Any], list[Choice]]:
    """The values of both, yours where they differ, and those differences."""
    values, choices = {}, []
    for name, mine in yours.items():
        other = theirs[name]
        values[name] = mine if mine != base[name] else other
        if mine != base[name] and other not in (base[name], mine):
            choices.append(Choice(label_of(name), _shown(name, mine), _shown(name, other)))
    return values, choices


def merged_permanences(
    base: list[Typed], yours: list[Typed], removed: set[int], theirs: list[Typed]
) -> tuple[list[Typed], list[Choice]]:
    """The permanences of both, yours where they differ, and those differences.

    `base` is what you read, `removed` the ids that you take away: they stay, marked DELETE, until you save again.
    """
    before = {one["id"]: one for one in base}
    mine = {one["id"]: one for one in yours if one["id"] is not None}
    rows: list[Typed] = []
    choices: list[Choice] = []
    for other in theirs:
        pk = other["id"]
        if pk in mine:
            rows.append(_both(before.get(pk, {}), mine.pop(pk), other, choices))
            continue
        if pk in removed and other != before.get(pk):
            choices.append(_whole(other, yours=_("à retirer"), theirs=_in_words(other)))
        rows.append(other | {"DELETE": True} if pk in removed else other)
    for one in mine.values():
        # taken away by the other person: gone if you left it as it was, a new one if you had changed it
        if one != before.get(one["id"]):
            choices.append(_whole(one, yours=_in_words(one), theirs=_("retirée")))
            rows.append(one | {"id": None})
    known = [{**row, "id": None} for row in rows]
    rows += [one for one in yours if one["id"] is None and one not in known]
    return rows, choices


def _both(before: Typed, mine: Typed, other: Typed, choices: list[Choice]) -> Typed:
    """One permanence that both kept; what differs is added to `choices`."""
    row = {}
    for name, value in mine.items():
        changed = value != before.get(name)
        row[name] = value if changed else other[name]
        if changed and other[name] not in (before.get(name), value):
            label = PermanenceForm.base_fields[name].label
            about = _("Permanence « %(place)s » · %(field)s") % {"place": mine["place"], "field": label}
            choices.append(Choice(about, _said(name, value), _said(name, other[name])))
    return row


def _whole(one: Typed, *, yours: str, theirs: str) -> Choice:
    return Choice(_("Permanence « %(place)s »") % {"place": one["place"]}, yours, theirs)


def _in_words(one: Typed) -> str:
    return "\n".join(
        _said(name, one[name]) for name in ("hours", "adresse", "commune", "exceptions") if one[name]
    )


def _said(name: str, value: Any) -> str:
    """One field of a permanence, in words."""
    if name in {"starts_on", "ends_on"} and value:
        value = date.fromisoformat(value)
    if name == "hours" and (week := week_in_words(value, timezone.localdate())):
        return " ; ".join(f"{line.days} {line.hours}" for line in week)
    return as_text(value)


def _shown(name: str, value: Any) -> str:
    return as_text(value, Service._meta.get_field(name.removesuffix("_id")))
