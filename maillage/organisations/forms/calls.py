"""The form to be called back: what it takes to call, and nothing else."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core.phones import WrongPhone, checked_phone
from maillage.core.traps import TrapFields
from maillage.organisations.models import Moment
from maillage.territories.models import Commune
from maillage.territories.queries import commune, qpv, search_places


class CallBackForm(TrapFields):
    """First name, number, when, about what, where; `commune` after validation."""

    first_name = forms.CharField(
        label=gettext_lazy("Votre prénom"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Votre numéro de téléphone"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    place = forms.CharField(
        label=gettext_lazy("Où habitez-vous ?"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Une commune, un quartier ou un code postal."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    moments = forms.MultipleChoiceField(
        label=gettext_lazy("Quand vous appeler ?"),
        required=False,
        choices=Moment.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    about = forms.CharField(
        label=gettext_lazy("À quel sujet ?"),
        required=False,
        max_length=500,
        help_text=gettext_lazy(
            "En quelques mots, si vous voulez. Rien de médical ni de familial : vous en parlerez de vive voix."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    commune: Commune | None = None

    def clean_first_name(self) -> str:
        return " ".join(self.cleaned_data["first_name"].split())

    def clean_phone(self) -> str:
        try:
            return checked_phone(self.cleaned_data["phone"])
        except WrongPhone as error:
            raise ValidationError(str(error)) from error

    def clean_place(self) -> str:
        text: str = self.cleaned_data["place"].strip()
        if text:
            self.commune = _commune_named(text)
            if self.commune is None:
                raise ValidationError(
                    _("Nous ne connaissons pas ce lieu : écrivez le nom de la commune, ou laissez vide.")
                )
        return text

    @property
    def values(self) -> dict[str, Any]:
        """What actions.calls.ask_to_be_called keeps."""
        kept = {name: self.cleaned_data[name] for name in ("first_name", "phone", "moments", "about")}
        return {**kept, "commune": self.commune}


def _commune_named(text: str) -> Commune | None:
    """The commune that a person means; that of the neighbourhood when they name one."""
    for found in search_places(text, 4):
        if found.kind == "commune":
            return commune(found.code)
        if found.kind == "qpv" and found.generation:
            neighbourhood = qpv(found.generation, found.code)
            return neighbourhood.commune if neighbourhood else None
    return None
