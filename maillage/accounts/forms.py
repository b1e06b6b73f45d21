from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.accounts.models import Role, User


class NameForm(forms.Form):
    """The name that others see."""

    name = forms.CharField(
        label=_("Nom affiché"),
        max_length=80,
        required=False,
        help_text=_("Il signe ce que vous publiez. Laissez vide pour rester sans nom."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class RoleForm(forms.Form):
    """Who gets which role, where."""

    email = forms.EmailField(
        label=_("Adresse e-mail de la personne"), help_text=_("Elle doit déjà avoir un compte.")
    )
    kind = forms.ChoiceField(label=_("Rôle"), choices=Role.Kind.choices)
    territory_kind = forms.ChoiceField(label=_("Où"), choices=Role.TerritoryKind.choices, required=False)
    territory_code = forms.CharField(
        label=_("Code du territoire"),
        max_length=9,
        required=False,
        help_text=_("Code Insee de la commune, du département ou de la région ; SIREN de l’EPCI."),
    )


class DeleteForm(forms.Form):
    """One's address, typed again: leaving cannot be undone."""

    email = forms.EmailField(label=_("Pour confirmer, écrivez votre adresse e-mail"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if email != self.user.email:
            raise forms.ValidationError(_("Ce n’est pas l’adresse de ce compte."))
        return email
