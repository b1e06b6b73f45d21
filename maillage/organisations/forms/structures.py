"""Forms of structures."""

from typing import Any

from data_inclusion.schema import v1
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.organisations.actions import WrongSiret, checked_siret
from maillage.organisations.forms.fields import CoveredField, HoursField, PhoneField, StructuresField
from maillage.organisations.models import Kind, Membership, Organisation
from maillage.territories.models import Commune
from maillage.territories.queries import territory

AS_IS = (
    "name", "kinds", "description", "siret", "website", "telephone", "courriel", "horaires_accueil", "adresse",
    "complement_adresse", "code_postal", "accessibilite_lieu", "zones", "reseaux_porteurs",
)  # fmt: skip
CONTACTS = 3
PARTS = ("label", "name", "phone", "email")


def _short(label: Any, length: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=length, **kwargs)


def _site(label: Any, **kwargs: Any) -> forms.URLField:
    return forms.URLField(label=label, required=False, max_length=500, assume_scheme="https", **kwargs)


class OrganisationForm(forms.Form):
    """What a manager may change of a structure; `values` are what actions.change_organisation writes."""

    name = forms.CharField(label=gettext_lazy("Nom"), max_length=200)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Nature"),
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    description = _short(
        gettext_lazy("Présentation"),
        10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Ce que vous faites pour les personnes, en phrases courtes."),
    )
    telephone = PhoneField(label=gettext_lazy("Téléphone"))
    courriel = forms.EmailField(label=gettext_lazy("Adresse e-mail publique"), required=False)
    website = _site(gettext_lazy("Site"))
    horaires_accueil = HoursField(
        label=gettext_lazy("Horaires d’accueil"),
        help_text=gettext_lazy("Par exemple « lundi au vendredi 9h-12h et 14h-17h »."),
    )
    commune = _short(
        gettext_lazy("Commune"),
        200,
        help_text=gettext_lazy(
            "Un code Insee (95268) ou le nom suivi du code : « Garges-lès-Gonesse (95268) »."
        ),
    )
    adresse = _short(gettext_lazy("Adresse"), 300)
    complement_adresse = _short(gettext_lazy("Complément d’adresse"), 300)
    code_postal = forms.RegexField(
        label=gettext_lazy("Code postal"), regex=r"^\d{5}$", required=False, max_length=5
    )
    accessibilite_lieu = _site(
        gettext_lazy("Page Accèslibre"),
        help_text=gettext_lazy("acceslibre.beta.gouv.fr décrit l’accès au lieu."),
    )
    zones = CoveredField(
        label=gettext_lazy("Territoires couverts"),
        help_text=gettext_lazy(
            "Un par ligne : commune, intercommunalité, quartier, département, région, ou « France entière »."
        ),
    )
    siret = _short(gettext_lazy("SIRET"), 20, help_text=gettext_lazy("14 chiffres."))
    networks = StructuresField(
        label=gettext_lazy("Réseaux auxquels elle appartient"),
        help_text=gettext_lazy("Un nom de réseau par ligne, tel que sa page l’écrit."),
    )
    reseaux_porteurs = forms.MultipleChoiceField(
        label=gettext_lazy("Réseaux nationaux"),
        choices=[(one.value, one.label) for one in v1.ReseauPorteur],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        commune = organisation.commune
        initial: dict[str, Any] = {name: getattr(organisation, name) for name in AS_IS}
        initial["commune"] = f"{commune.nom} ({commune.pk})" if commune else ""
        initial["networks"] = list(organisation.networks.order_by("name"))
        for n, contact in enumerate(organisation.contacts[:CONTACTS]):
            initial |= {f"contact{n}_{part}": contact.get(part, "") for part in PARTS}
        super().__init__(*args, **{"initial": initial, **kwargs})
        for n in range(CONTACTS):
            self.fields[f"contact{n}_label"] = _short(gettext_lazy("Pour quoi"), 80)
            self.fields[f"contact{n}_name"] = _short(gettext_lazy("Nom (avec son accord)"), 120)
            self.fields[f"contact{n}_phone"] = PhoneField(label=gettext_lazy("Téléphone"))
            self.fields[f"contact{n}_email"] = forms.EmailField(label=gettext_lazy("E-mail"), required=False)

    @property
    def contact_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each contact."""
        return [[self[f"contact{n}_{part}"] for part in PARTS] for n in range(CONTACTS)]

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

    @property
    def values(self) -> dict[str, Any]:
        """The fields of the structure, its contacts and its networks."""
        kept = {name: self.cleaned_data[name] for name in (*AS_IS, "commune", "networks")}
        contacts = [
            {part: self.cleaned_data[f"contact{n}_{part}"] for part in PARTS} for n in range(CONTACTS)
        ]
        return {**kept, "contacts": [one for one in contacts if any(one.values())]}


class InvitationForm(forms.Form):
    """Who to invite, and to which place."""

    email = forms.EmailField(label=gettext_lazy("Adresse e-mail"))
    kind = forms.ChoiceField(label=gettext_lazy("Place"), choices=Membership.Kind.choices)


class ClaimForm(forms.Form):
    """« C’est ma structure »."""

    email = forms.EmailField(
        label=gettext_lazy("Votre adresse e-mail dans cette structure"),
        required=False,
        help_text=gettext_lazy(
            "Si elle est du même domaine que le site de la structure, un lien suffit. Sinon, une personne de la modération vous répond."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    message = forms.CharField(
        label=gettext_lazy("Qui êtes-vous dans cette structure ?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Votre fonction, et comment le vérifier."),
    )
