"""The versions of a tracked row: read, compared, given back.

Triggers write the row as it was before each update and deletion (django-pghistory); with the present row that makes
every version. The web role may only add to these tables.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Literal, TypeVar

import psycopg.errors
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, connection, models, transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from maillage.core.differ import opcodes
from maillage.core.errors import DomainError

Row = TypeVar("Row", bound=models.Model)
KEPT_BY_TRIGGERS = {"version", "updated_at"}


class NoSuchVersion(DomainError):
    """The history holds no such version of the row."""

    status = 404


class RestoreImpossible(DomainError):
    """The version contradicts what the database holds now."""

    status = 409


@dataclass(frozen=True)
class Version:
    """The row after one change. `values` is None for a deletion; keys are column attributes (`commune_id`).

    `number` counts the changes of this row from 1, deletions included; `at` and `by` (a user's number) say when and
    by whom it became so: unknown (None) for what happened before anything was tracked.
    """

    number: int
    at: datetime | None
    by: int | None
    values: Mapping[str, Any] | None
    is_present: bool = False

    @property
    def is_deletion(self) -> bool:
        return self.values is None


@dataclass(frozen=True)
class Segment:
    """A run of words in a comparison: plain text, to be escaped by the template."""

    kind: Literal["same", "removed", "added"]
    text: str


@dataclass(frozen=True)
class FieldDifference:
    """What changed in one field, word by word."""

    field: str
    label: str
    segments: tuple[Segment, ...]


def versions_of(obj: models.Model) -> list[Version]:
    """Every version of the row of `obj`, oldest first; `obj` may be deleted already (its pk is enough)."""
    return versions(type(obj), obj.pk)


def versions(model: type[models.Model], pk: Any) -> list[Version]:
    """Every version of the row `pk` of a tracked `model`, oldest first; empty when there never was one."""
    events = list(_event_model(model)._default_manager.filter(pgh_obj_id=pk).order_by("pgh_id"))
    fields = _tracked(model)
    present = model._default_manager.filter(pk=pk).first()
    found: list[Version] = []
    at: datetime | None = None
    by: int | None = None
    for event in events:
        values = {name: getattr(event, name) for name in fields}
        found.append(Version(len(found) + 1, at or values.get("created_at"), by, values))
        at, by = event.pgh_created_at, (event.pgh_context or {}).get("user")
        if event.pgh_label == "before_delete":
            found.append(Version(len(found) + 1, at, by, None))
            at = by = None
    if present is not None:
        values = {name: getattr(present, name) for name in fields}
        found.append(
            Version(
                len(found) + 1, at or values.get("updated_at") or values.get("created_at"), by, values, True
            )
        )
    return found


def difference(
    before: Mapping[str, Any] | Version,
    after: Mapping[str, Any] | Version,
    model: type[models.Model] | None = None,
    show: Mapping[str, Callable[[Any], str]] | None = None,
) -> list[FieldDifference]:
    """The fields whose values differ, in the order of `after`, each as runs of kept, removed and added words.

    `model` gives labels and words for choices; `show` turns the value of a field into text (a foreign key's name).
    Fields kept by triggers are left out.
    """
    old, new = _values(before), _values(after)
    found = []
    for name in dict.fromkeys([*new, *old]):
        if name in KEPT_BY_TRIGGERS or old.get(name) == new.get(name):
            continue
        field = _field(model, name)
        readable = (show or {}).get(name) or partial(as_text, field=field)
        segments = words_changed(readable(old.get(name)), readable(new.get(name)))
        if any(segment.kind != "same" for segment in segments):
            label = str(getattr(field, "verbose_name", name))
            found.append(FieldDifference(name, label[:1].upper() + label[1:], segments))
    return found


def words_changed(before: str, after: str) -> tuple[Segment, ...]:
    """How to go from one text to the other, word by word."""
    old, new = _words(before), _words(after)
    segments: list[Segment] = []
    for kind, a, b, c, d in opcodes(old, new):
        if kind == "equal":
            segments.append(Segment("same", "".join(old[a:b])))
            continue
        if b > a:
            segments.append(Segment("removed", "".join(old[a:b])))
        if d > c:
            segments.append(Segment("added", "".join(new[c:d])))
    return tuple(segments)


@transaction.atomic
def restore(
    *, model: type[Row], event_id: int, keep: Collection[str] = (), instead: Mapping[str, Any] | None = None
) -> Row:
    """Make a row say again what the history row `event_id` (`pgh_id`) kept; a deleted row comes back with the same pk.

    The columns of `keep` stay as the present row has them, those of `instead` take its values. It is one more version: nothing is lost of what it replaces.
    A link to something deleted since is emptied where the column allows it. Raises NoSuchVersion, RestoreImpossible.
    """
    event = _event_model(model)._default_manager.filter(pgh_id=event_id).first()
    if event is None:
        raise NoSuchVersion(_("Cette version n’existe pas."))
    values = {name: getattr(event, name) for name in _tracked(model) if name not in KEPT_BY_TRIGGERS}
    values |= instead or {}
    pk = event.pgh_obj_id
    while True:
        try:
            with transaction.atomic():
                row = _write(model, pk, values, keep)
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            return row
        except IntegrityError as error:
            column = _missing_target(error)
            field = _field(model, column)
            if field is None or not field.null or values.get(field.attname) is None:
                raise RestoreImpossible(
                    _(
                        "Cette version ne peut pas revenir telle quelle : une autre fiche occupe sa place, ou ce qu’elle cite n’existe plus."
                    )
                ) from error
            values[field.attname] = None


def as_text(value: Any, field: Any = None) -> str:  # noqa: PLR0911 one answer a kind of value
    """A value as a reader says it: dates in French, lists with commas, choices by their label."""
    choices = dict(getattr(field, "flatchoices", None) or ())
    base = getattr(field, "base_field", None)
    match value:
        case None | "":
            return ""
        case bool():
            return _("oui") if value else _("non")
        case list() | tuple() if all(isinstance(item, str) for item in value):
            labels = dict(getattr(base, "flatchoices", None) or ())
            return ", ".join(str(labels.get(item, item)) for item in value)
        case dict() | list() | tuple():
            return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str)
        case datetime():
            return formats.date_format(
                timezone.localtime(value) if timezone.is_aware(value) else value, "SHORT_DATETIME_FORMAT"
            )
        case date():
            return formats.date_format(value, "DATE_FORMAT")
    if hasattr(value, "coords"):
        return _("%(lat).5f, %(lon).5f (latitude, longitude)") % {
            "lat": value.coords[1],
            "lon": value.coords[0],
        }
    return str(choices.get(value, value))


def _write(model: type[Row], pk: Any, values: Mapping[str, Any], keep: Collection[str]) -> Row:
    row = model._default_manager.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        row = model(**{**values, "pk": pk})
        # raw: created_at stays what it was
        row.save_base(raw=True, force_insert=True)
    else:
        written = [name for name in values if name not in keep and name != model._meta.pk.attname]
        for name in written:
            setattr(row, name, values[name])
        row.save(update_fields=written)
    row.refresh_from_db()
    return row


def _missing_target(error: IntegrityError) -> str:
    """The column whose foreign key points at nothing, or "" for another violation."""
    cause = error.__cause__
    if not isinstance(cause, psycopg.errors.ForeignKeyViolation):
        return ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] "
            "WHERE c.conname = %s AND c.contype = 'f'",
            [cause.diag.constraint_name],
        )
        row = cursor.fetchone()
    return row[0] if row else ""


def _event_model(model: type[models.Model]) -> Any:
    return model.pgh_event_model  # type: ignore[attr-defined]


def _tracked(model: type[models.Model]) -> list[str]:
    """Attributes of the columns that the history keeps, in the model's order."""
    kept = {field.attname for field in _event_model(model)._meta.concrete_fields}
    return [field.attname for field in model._meta.concrete_fields if field.attname in kept]


def _field(model: type[models.Model] | None, name: str) -> Any:
    if model is None or not name:
        return None
    try:
        return model._meta.get_field(name.removesuffix("_id") if name.endswith("_id") else name)
    except FieldDoesNotExist:
        return None


def _values(of: Mapping[str, Any] | Version) -> Mapping[str, Any]:
    return (of.values or {}) if isinstance(of, Version) else of


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", text)
