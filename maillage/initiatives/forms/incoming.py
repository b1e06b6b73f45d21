"""How a moderator says what a file holds: its columns, and what becomes of its lines."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.initiatives.imports.columns import BY_NAME, FIELDS
from maillage.initiatives.models import Initiative


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("Fichier"),
        help_text=_("CSV, classeur .xlsx, carte uMap, GeoJSON, KML ou KMZ ; 20 Mo au plus."),
        allow_empty_file=True,  # said in words by the reader
    )


class PlanForm(forms.Form):
    """One choice of column a field, then what becomes of the lines."""

    status = forms.ChoiceField(
        label=_("Les nouvelles fiches sont"),
        choices=[
            (Initiative.Status.DRAFT.value, _("des brouillons, à relire avant publication")),
            (Initiative.Status.PUBLISHED.value, _("publiées tout de suite")),
        ],
    )
    origin = forms.CharField(
        label=_("Nom de la source"),
        max_length=120,
        help_text=_(
            "Gardez le même d’un import à l’autre : c’est ainsi que les fiches déjà là sont reconnues."
        ),
    )
    partial = forms.BooleanField(
        label=_("Prendre les lignes justes même si d’autres sont refusées"), required=False
    )
    centroid = forms.BooleanField(label=_("D’une surface, prendre un point à l’intérieur"), required=False)
    example = forms.BooleanField(
        label=_("Ces fiches sont inventées : les marquer « exemple »"), required=False
    )

    def __init__(self, *args: Any, columns: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("(aucune)"))] + [(column, column) for column in columns]
        for field in FIELDS:
            self.fields[f"column-{field.name}"] = forms.ChoiceField(
                label=field.label,
                choices=choices,
                required=field.required,
                error_messages={"required": _("Dites quelle colonne donne le nom des initiatives.")},
            )

    @property
    def shown_columns(self) -> list[forms.BoundField]:
        """The fields that choose a column, those that have one, a fault, or must have one."""
        return [field for field in self._columns() if self._is_shown(field)]

    @property
    def folded_columns(self) -> list[forms.BoundField]:
        """The other fields that choose a column."""
        return [field for field in self._columns() if not self._is_shown(field)]

    def _columns(self) -> list[forms.BoundField]:
        return [self[f"column-{field.name}"] for field in FIELDS]

    def _is_shown(self, field: forms.BoundField) -> bool:
        return bool(field.value() or field.errors or BY_NAME[field.name.removeprefix("column-")].required)

    @staticmethod
    def initial_of(plan: dict[str, Any]) -> dict[str, Any]:
        """What the form shows for a plan."""
        return {**plan, **{f"column-{name}": column for name, column in plan.get("mapping", {}).items()}}

    def plan(self) -> dict[str, Any]:
        """The plan that the form says; a field without a column is left out on purpose, so it is named, empty."""
        data = self.cleaned_data
        return {
            "mapping": {field.name: data[f"column-{field.name}"] for field in FIELDS},
            "origin": data["origin"],
            "status": data["status"],
            "partial": data["partial"],
            "centroid": data["centroid"],
            "example": data["example"],
        }
