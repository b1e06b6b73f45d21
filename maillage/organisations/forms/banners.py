"""Forms of banners: what it says, how it looks, who is on duty."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.accounts.models import User
from maillage.organisations.access import may_run_zones
from maillage.organisations.colours import (
    COLOUR,
    DARK_PAPERS,
    LEAST,
    LIGHT_PAPERS,
    least_contrast,
    readable,
)
from maillage.organisations.forms.fields import HoursField, PhoneField, StructuresField, ZonesField
from maillage.organisations.models import Banner

WEEKS_AHEAD = 26
AS_IS = (
    "name",
    "motto",
    "welcome",
    "legal",
    "territory_name",
    "host",
    "telephone",
    "courriel",
    "hours",
    "is_published",
    "zones",
)
LIGHT, DARK = ("canal", "brick"), ("canal_dark", "brick_dark")


def _colour(label: Any, **kwargs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"type": "color", "class": "form-control-color"})
    return forms.CharField(label=label, max_length=7, widget=widget, **kwargs)


class BannerForm(forms.Form):
    """What an animator may change of a banner; `values` are what actions.banners writes."""

    name = forms.CharField(label=gettext_lazy("Nom"), max_length=80)
    motto = forms.CharField(
        label=gettext_lazy("En une phrase"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Le titre de la page d’accueil."),
    )
    welcome = forms.CharField(
        label=gettext_lazy("Texte d’accueil"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("**gras**, *italique*, une ligne vide entre deux paragraphes."),
    )
    zones = ZonesField(
        label=gettext_lazy("Territoire"),
        help_text=gettext_lazy(
            "Un par ligne : une intercommunalité, une commune ou un quartier, par son nom ou son code."
        ),
    )
    territory_name = forms.CharField(
        label=gettext_lazy("Nom du territoire"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Vide : les noms des lieux ci-dessus."),
    )
    telephone = PhoneField(label=gettext_lazy("Le numéro à appeler"))
    hours = HoursField(
        label=gettext_lazy("Heures d’appel"),
        help_text=gettext_lazy("Par exemple « Mo-Fr 09:00-12:00,14:00-17:00; PH off »."),
    )
    courriel = forms.EmailField(label=gettext_lazy("Adresse e-mail"), required=False)
    carrier = StructuresField(
        rows=1,
        label=gettext_lazy("Portée par"),
        help_text=gettext_lazy("Le nom de la structure, tel que sa page l’écrit."),
    )
    partners = StructuresField(
        label=gettext_lazy("Partenaires"), help_text=gettext_lazy("Un nom de structure par ligne.")
    )
    canal = _colour(gettext_lazy("Couleur des liens et des boutons"))
    brick = _colour(gettext_lazy("Couleur de l’appel à l’action"))
    own_dark = forms.BooleanField(
        label=gettext_lazy("Choisir aussi les couleurs sur fond sombre"),
        required=False,
        help_text=gettext_lazy("Sinon, elles sont éclaircies toutes seules jusqu’à bien se lire."),
    )
    canal_dark = _colour(gettext_lazy("Liens et boutons, sur fond sombre"), required=False)
    brick_dark = _colour(gettext_lazy("Appel à l’action, sur fond sombre"), required=False)
    legal = forms.CharField(
        label=gettext_lazy("Mentions légales"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    host = forms.RegexField(
        label=gettext_lazy("Nom de domaine"),
        regex=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$",
        max_length=253,
        required=False,
        help_text=gettext_lazy(
            "Par exemple entreprendre.exemple.fr ; la personne qui héberge le site doit aussi l’ajouter."
        ),
    )
    is_published = forms.BooleanField(label=gettext_lazy("Visible du public"), required=False)

    def __init__(self, *args: Any, user: User, banner: Banner, **kwargs: Any) -> None:
        self.user = user
        initial = {name: getattr(banner, name) for name in (*AS_IS, *LIGHT, *DARK)}
        initial["carrier"] = [banner.carrier] if banner.carrier else []
        initial["partners"] = list(banner.partners.order_by("name")) if banner.pk else []
        initial["own_dark"] = any(
            getattr(banner, f"{n}_dark") != readable(getattr(banner, n), DARK_PAPERS) for n in LIGHT
        )
        super().__init__(*args, **{"initial": initial, **kwargs})

    def clean_zones(self) -> list[str]:
        zones: list[str] = self.cleaned_data["zones"]
        if not may_run_zones(self.user, zones):
            raise ValidationError(
                _(
                    "Vous n’animez pas tout ce territoire : donnez-en au moins un, là où vous êtes animatrice ou animateur."
                )
            )
        return zones

    def clean_host(self) -> str:
        return str(self.cleaned_data["host"]).lower()

    def clean_carrier(self) -> Any:
        found = self.cleaned_data["carrier"]
        if len(found) > 1:
            raise ValidationError(
                _("Une seule structure porte la bannière : mettez les autres parmi les partenaires.")
            )
        return found[0] if found else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for names, papers in ((LIGHT, LIGHT_PAPERS), (DARK, DARK_PAPERS)):
            for name in names:
                self._check_colour(data, name, papers)
        return data

    def _check_colour(self, data: dict[str, Any], name: str, papers: tuple[str, ...]) -> None:
        colour = str(data.get(name) or "").lower()
        if name in DARK and not data.get("own_dark"):
            light = data.get(name.removesuffix("_dark"))
            data[name] = readable(light, DARK_PAPERS) if light else ""
            return
        if not COLOUR.fullmatch(colour):
            self.add_error(name, _("Écrivez une couleur comme #0b5563."))
        elif (found := least_contrast(colour, papers)) < LEAST:
            self.add_error(
                name,
                _(
                    "Cette couleur se lit mal : contraste de %(found).1f, il faut 4,5. La plus proche qui se lit : %(near)s."
                )
                % {"found": found, "near": readable(colour, papers)},
            )
        else:
            data[name] = colour

    @property
    def values(self) -> dict[str, Any]:
        """The fields of the banner, and its partners."""
        return {name: self.cleaned_data[name] for name in (*AS_IS, *LIGHT, *DARK, "carrier", "partners")}


class DutyForm(forms.Form):
    """One person on duty, from a Monday, for some weeks."""

    email = forms.EmailField(
        label=gettext_lazy("Adresse e-mail de la personne"),
        help_text=gettext_lazy("Celle de son compte ici. Elle n’est pas affichée aux autres."),
    )
    starts_on = forms.TypedChoiceField(label=gettext_lazy("Semaine du"), coerce=date.fromisoformat)
    weeks = forms.IntegerField(
        label=gettext_lazy("Pour combien de semaines"), min_value=1, max_value=26, initial=1
    )
    rank = forms.TypedChoiceField(
        label=gettext_lazy("Rang"),
        coerce=int,
        choices=[
            (1, gettext_lazy("D’astreinte")),
            (2, gettext_lazy("Remplace")),
            (3, gettext_lazy("Remplace ensuite")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        monday = today - timedelta(days=today.weekday())
        weeks = [monday + timedelta(weeks=n) for n in range(WEEKS_AHEAD)]
        self.fields["starts_on"].choices = [(day.isoformat(), date_format(day, "j F Y")) for day in weeks]  # type: ignore[attr-defined]
