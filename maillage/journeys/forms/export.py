from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ExportForm(forms.Form):
    """Which structure's people, and why the file is needed: the reason stays in the log, and the people can read it."""

    structure = forms.TypedChoiceField(label=_("De quelle structure ?"), coerce=int)
    why = forms.CharField(
        label=_("Pourquoi avez-vous besoin de ce fichier ?"),
        min_length=10,
        max_length=150,
        help_text=_(
            "Une phrase. Elle est gardée dans le journal, et les personnes concernées peuvent la lire."
        ),
        error_messages={"min_length": _("Dites-le en quelques mots : au moins dix signes.")},
    )

    def __init__(self, *args: Any, structures: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["structure"].choices = list(structures.items())  # type: ignore[attr-defined]
        if len(structures) == 1:
            self.initial["structure"] = next(iter(structures))
