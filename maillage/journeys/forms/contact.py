"""« Je veux être contacté·e »: what a person says by themselves, no more than it takes to call them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core.errors import DomainError
from maillage.core.phones import checked_phone
from maillage.core.traps import TrapFields
from maillage.offers.models import Phase
from maillage.territories.queries import commune


class ContactForm(TrapFields):
    """First name, a number or an address, the need, and the agreement to be passed on to one structure."""

    first_name = forms.CharField(
        label=gettext_lazy("Votre prénom"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    reach = forms.CharField(
        label=gettext_lazy("Votre téléphone, ou votre adresse e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "autocapitalize": "none"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Ce que vous cherchez"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("En quelques mots, si vous voulez. Rien de médical ni de familial."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    wish = forms.CharField(
        label=gettext_lazy("Quand vous joindre ?"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Par exemple : le mardi matin, ou après 17 h."),
    )
    agreed = forms.BooleanField(error_messages={"required": gettext_lazy("Sans votre accord, rien ne part.")})
    commune = forms.CharField(required=False, max_length=5, widget=forms.HiddenInput)
    phase = forms.CharField(required=False, max_length=15, widget=forms.HiddenInput)

    def __init__(self, *args: Any, words: str, by_text: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreed"].label = words
        self.by_text = by_text

    def clean_first_name(self) -> str:
        return _plain(self.cleaned_data["first_name"])

    def clean_reach(self) -> str:
        """The number in its international form, or the address in lower case."""
        text = _plain(self.cleaned_data["reach"])
        if "@" in text:
            return str(forms.EmailField().clean(text)).lower()
        if not self.by_text:
            raise ValidationError(
                _(
                    "Donnez une adresse e-mail : nous n’envoyons pas de SMS ici. Sans adresse, appelez directement."
                )
            )
        try:
            return checked_phone(text)
        except DomainError as error:
            raise ValidationError(str(error)) from error

    def clean_commune(self) -> str:
        code = str(self.cleaned_data["commune"])
        return code if code and commune(code) else ""

    def clean_phase(self) -> str:
        phase = str(self.cleaned_data["phase"])
        return phase if phase in Phase.values else ""

    @property
    def values(self) -> dict[str, Any]:
        """What actions.self_referral.ask_for_contact keeps, once the code has proved `reach`."""
        data = self.cleaned_data
        by_mail = "@" in data["reach"]
        return {
            "first_name": data["first_name"],
            "phone": "" if by_mail else data["reach"],
            "email": data["reach"] if by_mail else "",
            "reason": _plain(data["reason"]),
            "appointment_wish": _plain(data["wish"]),
            "commune": data["commune"],
            "phase": data["phase"],
        }


def _plain(text: str) -> str:
    return " ".join(str(text).replace("\0", " ").split())
