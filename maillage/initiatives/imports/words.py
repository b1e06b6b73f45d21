"""Cells that hold words of a list: themes, publics, phases."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from maillage.core.imports.values import plain


class Listed(NamedTuple):
    """The codes of one cell as PostgreSQL writes an array, and as the bits of the facets."""

    array: str
    bits: int

    @classmethod
    def of(cls, codes: Collection[str], bits: Mapping[str, int]) -> "Listed":
        return cls(array(codes), sum(bits[code] for code in codes))


def choices(labelled: list[tuple[str, Any]], values: list[str]) -> dict[str, str]:
    """Code by code and by label."""
    return {plain(str(word)): code for code, label in labelled for word in (code, label) if code in values}


def unknown_word(name: str, word: str, known: Mapping[str, str], theme_names: list[str]) -> str:
    near = difflib.get_close_matches(plain(word), known, n=1, cutoff=0.6)
    if near:
        return _("« %(word)s » est inconnu : voulez-vous dire « %(near)s » ?") % {
            "word": word[:60],
            "near": known[near[0]],
        }
    possible = theme_names if name == "themes" else sorted(set(known.values()))
    return _("« %(word)s » est inconnu : choisissez parmi %(known)s") % {
        "word": word[:60],
        "known": ", ".join(possible),
    }


def array(values: Iterable[str]) -> str:
    """A text array as PostgreSQL writes it."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"
