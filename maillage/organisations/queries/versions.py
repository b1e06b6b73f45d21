"""What changed in a structure or a banner since somebody read it."""

from typing import Any

from maillage.core.history import FieldDifference, difference
from maillage.organisations.models import Banner, Organisation


def changes_since(row: Organisation | Banner, version: int) -> list[FieldDifference]:
    """The fields of the row that others changed after its version number `version`; empty when that is not known."""
    model: Any = type(row)
    event = (
        model.pgh_event_model.objects.filter(pgh_obj_id=row.pk, version=version).order_by("-pgh_id").first()
    )
    if event is None:
        return []
    names = [field.attname for field in event._meta.concrete_fields if hasattr(row, field.attname)]
    return difference(_values(event, names), _values(row, names), model)


def _values(of: Any, names: list[str]) -> dict[str, Any]:
    return {name: getattr(of, name) for name in names}
