"""What it takes to refer someone in a minute, and to answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillage.journeys.forms.people import HOW
from maillage.journeys.models import Consent, RefusalReason, Urgency
from maillage.offers.models import Brake, Phase


class WhomForm(forms.Form):
    """Words to find again someone whom we follow: a first name, a name or a phone. Sent by POST, never in an address."""

    qui = forms.CharField(
        label=_("Prénom, nom ou téléphone"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @property
    def phone(self) -> str:
        """The last digits of a number, however it was written; "" when words were typed."""
        text = self.cleaned_data["qui"]
        digits = "".join(c for c in text if c.isdecimal())
        return digits[-9:] if len(digits) >= 6 and not any(c.isalpha() for c in text) else ""


class ReferForm(forms.Form):
    """Why, where the project stands, what stands in its way, how quickly, when the person is free."""

    sender = forms.TypedChoiceField(label=_("De la part de"), coerce=int)
    reason = forms.CharField(
        label=_("Ce que la personne cherche"),
        max_length=1000,
        help_text=_(
            "En deux ou trois phrases, avec ses mots. Rien de médical, de familial ni de judiciaire."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    phase = forms.ChoiceField(
        label=_("Où en est le projet ?"),
        choices=[*Phase.choices, ("", _("Je ne sais pas"))],
        required=False,
        widget=forms.RadioSelect,
    )
    freins = forms.MultipleChoiceField(
        label=_("Ce qui la freine"),
        choices=Brake.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    urgency = forms.ChoiceField(
        label=_("Pour quand ?"), choices=Urgency.choices, initial=Urgency.NORMALE, widget=forms.RadioSelect
    )
    appointment_wish = forms.CharField(
        label=_("Quand la personne est libre"),
        required=False,
        max_length=200,
        help_text=_("Par exemple : le mardi matin, ou après 17 h."),
    )

    def __init__(self, *args: Any, senders: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sender"].choices = senders  # type: ignore[attr-defined]
        self.initial.setdefault("sender", senders[0][0])
        if len(senders) == 1:
            self.fields["sender"].widget = forms.HiddenInput()

    def clean_reason(self) -> str:
        return str(self.cleaned_data["reason"]).replace("\x00", "").strip()

    @property
    def values(self) -> dict[str, Any]:
        """What actions.referrals.create_referral keeps."""
        return {
            name: self.cleaned_data[name]
            for name in ("reason", "phase", "freins", "urgency", "appointment_wish")
        }


class AgreementForm(forms.Form):
    """How the person agrees to what this referral needs and they have not agreed to yet."""

    how = forms.ChoiceField(
        label=_("Comment donne-t-elle son accord ?"), choices=HOW, widget=forms.RadioSelect
    )
    witness = forms.CharField(
        label=_("Qui l’a entendue ?"),
        max_length=120,
        required=False,
        help_text=_("Prénom, nom et rôle. Seulement pour un accord de vive voix."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> None:
        super().clean()
        oral = self.cleaned_data.get("how") == Consent.How.ORAL
        if oral and not self.cleaned_data.get("witness", "").strip():
            self.add_error("witness", gettext("Dites qui a entendu la personne donner son accord."))


class RefusalForm(forms.Form):
    """Why the structure cannot take the person: a reason of the list, and words that the person will read."""

    reason = forms.ChoiceField(label=_("Pourquoi ?"), choices=RefusalReason.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Un mot pour la personne"),
        required=False,
        max_length=1000,
        help_text=_(
            "Avec des mots simples : la personne le lira. Nécessaire si vous choisissez « Autre raison »."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
