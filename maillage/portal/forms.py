"""The two questions of the front door."""

from django import forms
from django.utils.translation import gettext_lazy as _

# what the person says of themselves, and the phases of the initiatives that answer it
SITUATIONS: dict[str, tuple[str, ...]] = {
    "envie": ("idee",),
    "idee": ("idee", "amorcage"),
    "projet": ("amorcage", "creation"),
    "lancee": ("developpement",),
}


class StartForm(forms.Form):
    """Where one lives, and where one stands; each may be left out."""

    lieu = forms.CharField(label=_("Où habitez-vous ?"), max_length=200, required=False)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    situation = forms.ChoiceField(
        label=_("Où en êtes-vous ?"),
        required=False,
        choices=[
            ("envie", _("J’ai envie, pas encore d’idée")),
            ("idee", _("J’ai une idée")),
            ("projet", _("Je monte mon projet")),
            ("lancee", _("Mon activité est lancée")),
        ],
    )
