"""What people type in their own space, with words that speak to them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core import sms
from maillage.core.errors import DomainError
from maillage.core.phones import checked_phone
from maillage.journeys.forms.people import AboutForm, VersionForm, plain

HELPS = {
    "last_name": gettext_lazy("Pour vous reconnaître quand vous appelez. Votre prénom seul suffit."),
    "address": gettext_lazy(
        "Laissez vide pour ne rien changer. Nous gardons la commune et le quartier, jamais l’adresse."
    ),
    "languages": gettext_lazy("Pour trouver quelqu’un qui parle la vôtre."),
}


class MineForm(AboutForm, VersionForm):
    """One's own data; the number and the address change by a code (ReachForm)."""

    phone = None  # type: ignore[assignment]
    email = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, text in HELPS.items():
            self.fields[name].help_text = text
        for name, token in (("first_name", "given-name"), ("last_name", "family-name")):
            self.fields[name].widget.attrs["autocomplete"] = token


class ReachForm(forms.Form):
    """A number or a mail address of one's own."""

    reach = forms.CharField(
        label=gettext_lazy("Votre téléphone ou votre adresse e-mail"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sms.is_offered():
            self.fields["reach"].label = gettext_lazy("Votre adresse e-mail")

    def clean_reach(self) -> str:
        """The number in its international form, or the address in lower case."""
        text = plain(self.cleaned_data["reach"])
        if "@" in text:
            return str(forms.EmailField().clean(text)).lower()
        if not sms.is_offered():
            raise ValidationError(_("Ici, les codes partent par e-mail : écrivez votre adresse e-mail."))
        try:
            return checked_phone(text)
        except DomainError as error:
            raise ValidationError(str(error)) from error


class CodeForm(forms.Form):
    """The six digits that were sent."""

    code = forms.CharField(
        label=gettext_lazy("Le code reçu, 6 chiffres"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code-box"}
        ),
    )
