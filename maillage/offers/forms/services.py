"""The form of a service, for those who keep it: the national vocabulary in plain words, hours as people type them."""

from typing import Any

from data_inclusion.schema import v1
from django import forms
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core.errors import DomainError
from maillage.core.hours import WrongHours
from maillage.core.hours_in_words import hours_as_typed
from maillage.core.imports.values import BadValue, degrees
from maillage.core.phones import WrongPhone, checked_phone
from maillage.offers.actions.services import FIELDS, Values
from maillage.offers.models import Accessibility, Kind, Language, Phase
from maillage.offers.models.vocabulary import choices
from maillage.offers.queries.zones import zone_codes, zone_names_written
from maillage.territories.models import Commune
from maillage.territories.queries import position
from maillage.territories.queries.territory import commune_written

FARTHEST_KM = 50  # of a point from the town hall of its commune
PUBLICS = [(code, label) for code, label in choices(v1.Public) if code != "tous-publics"]


def several(label: Any, options: Any, help_text: Any = "") -> forms.MultipleChoiceField:
    """A list of boxes to tick, none needed."""
    return forms.MultipleChoiceField(
        label=label, choices=options, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
    )


def text(
    label: Any, length: int, *, rows: int = 0, help_text: Any = "", required: bool = False
) -> forms.CharField:
    """A text of one line, or of several with `rows`."""
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(
        label=label, max_length=length, required=required, widget=widget, help_text=help_text
    )


class CommuneField(forms.CharField):
    """A commune by its Insee code, its name, or « Nom (code) »."""

    def clean(self, value: Any) -> Commune | None:
        written = str(super().clean(value)).strip()
        if not written:
            return None
        found = commune_written(written)
        if found is None:
            raise ValidationError(
                _(
                    "Cette commune n’est pas reconnue : ajoutez son code Insee, par exemple « Garges-lès-Gonesse (95268) »."
                )
            )
        return found


def commune_as_typed(commune: Commune | None) -> str:
    """What CommuneField reads back."""
    return f"{commune.nom} ({commune.pk})" if commune else ""


class HoursField(forms.CharField):
    """Opening hours in French words or in their own syntax, kept in the latter."""

    def clean(self, value: Any) -> str:
        try:
            return hours_as_typed(str(super().clean(value)))
        except WrongHours as error:
            raise ValidationError(
                _(
                    "Ces horaires ne se lisent pas. Écrivez par exemple « lundi au vendredi 9h-12h et 14h-17h ; samedi 9h-12h »."
                )
            ) from error


class ServiceForm(forms.Form):
    """A service as its keepers change it. `values` after validation are those of actions.services.FIELDS."""

    nom = text(gettext_lazy("Nom du service"), 150, required=True)
    description = text(
        gettext_lazy("Que faites-vous pour la personne ?"),
        10_000,
        rows=6,
        required=True,
        help_text=gettext_lazy(
            "Des phrases courtes, sans sigle. Deux cents caractères au moins aident à se décider."
        ),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Nature"), choices=[("", gettext_lazy("À choisir")), *Kind.choices], required=False
    )
    phases = several(gettext_lazy("À quelles étapes du projet"), Phase.choices)
    publics = several(
        gettext_lazy("Pour qui"), PUBLICS, gettext_lazy("Rien de coché : ouvert à tout le monde.")
    )
    publics_precisions = text(gettext_lazy("Précisions sur les publics"), 2000, rows=2)
    conditions_acces = text(gettext_lazy("Conditions, papiers à apporter"), 5000, rows=2)
    qpv_only = forms.BooleanField(
        label=gettext_lazy("Réservé aux habitantes et habitants des quartiers prioritaires"), required=False
    )
    zones = text(
        gettext_lazy("Territoires servis"),
        2000,
        help_text=gettext_lazy(
            "Des communes, EPCI ou départements, séparés par des virgules : « Garges-lès-Gonesse, Val-d’Oise ». « France » pour tout le pays. Rien : sans limite connue."
        ),
    )
    frais = forms.ChoiceField(
        label=gettext_lazy("Prix"),
        choices=[("", gettext_lazy("Non précisé")), *choices(v1.Frais)],
        required=False,
    )
    frais_precisions = text(gettext_lazy("Précisions sur le prix"), 2000)
    telephone = text(gettext_lazy("Téléphone"), 50)
    courriel = forms.EmailField(label=gettext_lazy("Adresse e-mail du service"), required=False)
    contact_nom_prenom = text(
        gettext_lazy("Personne à demander"),
        200,
        help_text=gettext_lazy("Seulement avec son accord : c’est public."),
    )
    lien_mobilisation = forms.URLField(
        label=gettext_lazy("Lien pour s’inscrire"), required=False, max_length=2000, assume_scheme="https"
    )
    modes_mobilisation = several(gettext_lazy("Comment s’y prendre"), choices(v1.ModeMobilisation))
    mobilisable_par = several(gettext_lazy("Qui peut demander"), choices(v1.PersonneMobilisatrice))
    mobilisation_precisions = text(gettext_lazy("Précisions pour demander"), 5000, rows=2)
    modes_accueil = several(gettext_lazy("Comment recevez-vous"), choices(v1.ModeAccueil))
    commune = CommuneField(
        label=gettext_lazy("Commune"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Un nom, ou un code Insee."),
    )
    code_postal = forms.RegexField(
        r"^\d{5}$", label=gettext_lazy("Code postal"), required=False,
        error_messages={"invalid": gettext_lazy("Le code postal a cinq chiffres.")},
    )  # fmt: skip
    adresse = text(gettext_lazy("Adresse"), 300)
    complement_adresse = text(gettext_lazy("Complément d’adresse"), 300)
    place = text(
        gettext_lazy("Position exacte"),
        60,
        help_text=gettext_lazy(
            "Latitude, longitude : « 48.9705, 2.4019 ». Sans elle, le service est placé à la mairie."
        ),
    )
    horaires_accueil = HoursField(
        label=gettext_lazy("Horaires"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("« lundi au vendredi 9h-12h et 14h-17h ; samedi 9h-12h, sauf jours fériés »"),
    )
    languages = several(gettext_lazy("Langues parlées"), Language.choices)
    accessibility = several(gettext_lazy("Accessibilité"), Accessibility.choices)
    delay_days = forms.IntegerField(
        label=gettext_lazy("Jours avant un premier rendez-vous"), required=False, min_value=0, max_value=365
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("Personnes suivies à la fois"), required=False, min_value=0, max_value=100_000
    )
    places_left = forms.IntegerField(
        label=gettext_lazy("Places libres"), required=False, min_value=0, max_value=100_000
    )
    type = forms.ChoiceField(
        label=gettext_lazy("Type, dans le schéma national"),
        choices=[("", gettext_lazy("Non précisé")), *choices(v1.TypeService)],
        required=False,
    )
    thematiques = several(gettext_lazy("Thématiques"), choices(v1.Thematique))

    def __init__(self, *args: Any, base: Values | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": as_initial(base or {}), **kwargs})

    def clean_telephone(self) -> str:
        typed = " ".join(str(self.cleaned_data["telephone"]).split())
        # a short number, or what its source wrote
        if not typed or typed == self.initial.get("telephone") or (len(typed) == 4 and typed.isdecimal()):
            return typed
        try:
            return checked_phone(typed)
        except WrongPhone as error:
            raise ValidationError(str(error)) from error

    def clean_zones(self) -> list[str]:
        codes, unknown = zone_codes(self.cleaned_data["zones"])
        if unknown:
            raise ValidationError(
                _("Territoire inconnu : %(names)s. Écrivez son nom officiel ou son code.")
                % {"names": ", ".join(unknown)}
            )
        return codes

    def clean_place(self) -> Point | None:
        written = str(self.cleaned_data["place"]).strip()
        if not written:
            return None
        parts = written.replace(";", ",").split(",")
        try:
            lat, lon = (degrees(part) for part in parts) if len(parts) == 2 else (None, None)
            if lon is None or lat is None:
                raise BadValue
            position(lon, lat)
        except (BadValue, DomainError) as error:
            raise ValidationError(_("Écrivez latitude, longitude : « 48.9705, 2.4019 ».")) from error
        return Point(lon, lat, srid=4326)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        point, commune = data.get("place"), data.get("commune")
        if point is not None and commune is not None:
            # degrees are enough to tell another town: a degree is 111 km north, 70 km east here
            east, north = (point.x - commune.town_hall.x) * 75, (point.y - commune.town_hall.y) * 111
            if (east**2 + north**2) ** 0.5 > FARTHEST_KM:
                self.add_error(
                    "place", _("Cette position est loin de la commune : vérifiez l’une ou l’autre.")
                )
        left, capacity = data.get("places_left"), data.get("capacity")
        if left is not None and capacity is not None and left > capacity:
            self.add_error("places_left", _("Il ne peut pas rester plus de places que de personnes suivies."))
        if len(data.get("description", "")) < 5 and "description" in data:
            self.add_error("description", _("Décrivez le service en quelques mots."))
        if len(data.get("nom", "")) < 3 and "nom" in data:
            self.add_error("nom", _("Trois caractères au moins."))
        return data

    @property
    def values(self) -> Values:
        """What the form says, as attributes of a Service."""
        data = self.cleaned_data
        own = {"commune_id": data["commune"].pk if data["commune"] else None, "point": data["place"]}
        own |= {"zone_eligibilite": data["zones"], "publics": data["publics"] or []}
        if not data["publics"]:
            own["publics"] = ["tous-publics"]
        values = {name: own[name] if name in own else data[name] for name in FIELDS}
        for name, value in values.items():
            if isinstance(value, str):
                values[name] = value.replace("\r\n", "\n").replace("\x00", "")
        return values


def as_initial(values: Values) -> dict[str, Any]:
    """The values of a service as its form shows them."""
    if not values:
        return {}
    point = values["point"]
    commune = Commune.objects.filter(pk=values["commune_id"]).first() if values["commune_id"] else None
    return {
        **{name: values[name] for name in FIELDS if name not in {"commune_id", "point", "zone_eligibilite"}},
        "commune": commune_as_typed(commune),
        "place": f"{point.y:.6f}, {point.x:.6f}" if point else "",
        "zones": ", ".join(zone_names_written(values["zone_eligibilite"])),
        "publics": [code for code in values["publics"] if code != "tous-publics"],
    }


def label_of(name: str) -> str:
    """What the form calls one of FIELDS."""
    shown = {"commune_id": "commune", "point": "place", "zone_eligibilite": "zones"}.get(name, name)
    return str(ServiceForm.base_fields[shown].label)
