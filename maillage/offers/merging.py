"""Two people changed one service: what each changed is kept; where both changed, the one who saves last chooses."""

from dataclasses import dataclass
from typing import Any

from maillage.core.history import as_text
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


def _shown(name: str, value: Any) -> str:
    return as_text(value, Service._meta.get_field(name.removesuffix("_id")))
