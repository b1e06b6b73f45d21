"""Which column of a file is which field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.core.imports.values import plain

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


class BadMapping(DomainError):
    """A column or a field that does not exist was asked for, or none can be used."""


@dataclass(frozen=True)
class Field:
    """One thing an import can fill: its name, what people call it, the headers by which it is recognised."""

    name: str
    label: "str | StrPromise"
    aliases: tuple[str, ...] = ()
    required: bool = False


def guess(columns: Sequence[str], fields: Iterable[Field]) -> dict[str, str]:
    """For each field that can be recognised, its column: a header equal to an alias, whatever its accents and case.

    Aliases come in order of preference; a column serves once.
    """
    left = {plain(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for field in fields:
        for alias in (field.name, field.label, *field.aliases):
            if (spelling := plain(str(alias))) in left:
                found[field.name] = left.pop(spelling)
                break
    return found


def overridden(
    guessed: Mapping[str, str], chosen: Mapping[str, str], columns: Sequence[str], fields: Sequence[Field]
) -> dict[str, str]:
    """`guessed` with the choices of a person; an empty column leaves the field out. Raises BadMapping."""
    names = {field.name: field for field in fields}
    exact = {plain(column): column for column in columns}
    result = dict(guessed)
    for name, column in chosen.items():
        if name not in names:
            raise BadMapping(
                _("Le champ « %(name)s » n’existe pas. Champs possibles : %(names)s.")
                % {"name": name, "names": ", ".join(names)}
            )
        if not column:
            result.pop(name, None)
        elif column in columns or plain(column) in exact:
            result[name] = column if column in columns else exact[plain(column)]
        else:
            raise BadMapping(
                _("Le fichier n’a pas de colonne « %(column)s ». Ses colonnes : %(columns)s.")
                % {"column": column, "columns": ", ".join(columns)}
            )
    return result
