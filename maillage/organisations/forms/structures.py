"""Forms of organisations."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.organisations.actions import WrongSiret, checked_siret
from maillage.organisations.models import Membership, Organisation
from maillage.territories.models import Commune
from maillage.territories.queries import territory


class OrganisationForm(forms.Form):
    """What a manager may change of an organisation."""

    name = forms.CharField(label=gettext_lazy("Nom"), max_length=200)
    siret = forms.CharField(
        label=gettext_lazy("SIRET"), required=False, max_length=20, help_text=gettext_lazy("14 chiffres.")
    )
    website = forms.URLField(
        label=gettext_lazy("Site"), required=False, max_length=500, assume_scheme="https"
    )
    commune = forms.CharField(
        label=gettext_lazy("Commune"),
        required=False,
        max_length=200,
        help_text=gettext_lazy(
            "Un code Insee (95268) ou le nom suivi du code : « Garges-lès-Gonesse (95268) »."
        ),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        commune = organisation.commune
        initial = {
            "name": organisation.name,
            "siret": organisation.siret,
            "website": organisation.website,
            "commune": f"{commune.nom} ({commune.pk})" if commune else "",
        }
        super().__init__(*args, **{"initial": initial, **kwargs})

    def clean_siret(self) -> str:
        try:
            return checked_siret(self.cleaned_data["siret"])
        except WrongSiret as error:
            raise ValidationError(str(error)) from error

    def clean_commune(self) -> Commune | None:
        text = str(self.cleaned_data["commune"]).strip()
        if not text:
            return None
        found = territory.commune_written(text)
        if found is None:
            raise ValidationError(_("Cette commune n’est pas reconnue : ajoutez son code Insee."))
        return found


class InvitationForm(forms.Form):
    """Who to invite, and to which place."""

    email = forms.EmailField(label=gettext_lazy("Adresse e-mail"))
    kind = forms.ChoiceField(label=gettext_lazy("Place"), choices=Membership.Kind.choices)
