"""The form of an initiative: proposing, correcting, editing and amending share it."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core.errors import DomainError
from maillage.initiatives.models import Phase, Public, Theme
from maillage.initiatives.models.initiative import Licence
from maillage.initiatives.queries import placing
from maillage.initiatives.queries.values import FIELDS, Values
from maillage.organisations.actions import WrongSiret, checked_siret
from maillage.organisations.models import Organisation
from maillage.organisations.queries import same_organisation
from maillage.territories.models import Commune

REACHES = [
    ("local", gettext_lazy("Dans une commune ou à une adresse")),
    ("departement", gettext_lazy("Dans tout un département")),
    ("region", gettext_lazy("Dans toute une région")),
    ("national", gettext_lazy("Dans toute la France")),
]
FIRST_STEP = ("title", "summary", "reach", "where", "themes")
MORE = (
    "body",
    "publics",
    "phases",
    "structure",
    "siret",
    "partners",
    "starts_on",
    "ends_on",
    "contact_name",
    "contact_email",
    "contact_phone",
    "links",
    "source_name",
    "source_url",
    "author_name",
)
_PLACE_INPUTS = ("reach", "where", "address", "lon", "lat")
_web_address = URLValidator(schemes=["http", "https"])


def _theme_choices() -> list[tuple[str, str]]:
    return [(theme.code, theme.name) for theme in Theme.objects.all()]


def _text(
    label: Any, length: int, *, required: bool = False, help_text: Any = "", **attrs: str
) -> forms.CharField:
    """A one-line text; the browser's own limit stays off, so that a long text gets a message and is not cut."""
    field = forms.CharField(label=label, max_length=length, required=required, help_text=help_text)
    field.widget.attrs = {k.replace("_", "-"): v for k, v in attrs.items()}
    return field


class InitiativeForm(forms.Form):
    """What an initiative says. `values` after validation: one JSON value for each of `queries.values.FIELDS`.

    `base` is what the fiche says today (values_of): its place and carrier stay as they are while their inputs do.
    """

    use_required_attribute = False
    title = _text(gettext_lazy("Nom de l’initiative"), 160, required=True)
    summary = forms.CharField(
        label=gettext_lazy("En une phrase : que fait-elle, pour qui ?"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reach = forms.ChoiceField(label=gettext_lazy("Où agit-elle ?"), choices=REACHES, initial="local")
    where = _text(
        gettext_lazy("Commune, département ou région"),
        200,
        required=True,
        help_text=gettext_lazy("Un nom ou un code postal, par exemple « Garges-lès-Gonesse » ou « 95140 »."),
        autocomplete="off",
    )
    commune = forms.CharField(required=False, max_length=5, widget=forms.HiddenInput)
    qpv = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    themes = forms.MultipleChoiceField(
        label=gettext_lazy("Thèmes"), choices=_theme_choices, widget=forms.CheckboxSelectMultiple
    )
    address = _text(
        gettext_lazy("Adresse"), 300, help_text=gettext_lazy("Numéro et rue, si vous les connaissez.")
    )
    lat = forms.FloatField(
        label=gettext_lazy("Latitude"), required=False, min_value=-90, max_value=90, localize=False
    )
    lon = forms.FloatField(
        label=gettext_lazy("Longitude"), required=False, min_value=-180, max_value=180, localize=False
    )
    body = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "Ce qui a été fait, comment, avec quels résultats. La mise en forme Markdown est acceptée."
        ),
    )
    publics = forms.MultipleChoiceField(
        label=gettext_lazy("Publics"),
        choices=Public.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    phases = forms.MultipleChoiceField(
        label=gettext_lazy("Étapes de la création"),
        choices=Phase.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    structure = _text(gettext_lazy("Structure qui la porte"), 200, autocomplete="organization")
    siret = _text(
        gettext_lazy("SIRET de la structure"),
        20,
        help_text=gettext_lazy("14 chiffres, si vous les connaissez."),
        inputmode="numeric",
    )
    partners = forms.CharField(
        label=gettext_lazy("Partenaires"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Un par ligne."),
    )
    starts_on = forms.DateField(
        label=gettext_lazy("Début"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Fin"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    contact_name = _text(gettext_lazy("Contact affiché"), 120)
    contact_email = forms.EmailField(label=gettext_lazy("Adresse e-mail affichée"), required=False)
    contact_phone = _text(gettext_lazy("Téléphone affiché"), 30, inputmode="tel")
    links = forms.CharField(
        label=gettext_lazy("Liens"),
        required=False,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Un par ligne : l’adresse, puis son nom. Exemple : https://exemple.fr Notre site"
        ),
    )
    source_name = _text(gettext_lazy("Source"), 200)
    source_url = forms.URLField(
        label=gettext_lazy("Adresse de la source"), required=False, max_length=500, assume_scheme="https"
    )
    author_name = _text(gettext_lazy("Auteur ou autrice de la fiche"), 120)
    licence = forms.ChoiceField(
        label=gettext_lazy("Licence du texte"), choices=Licence.choices, required=False, initial=Licence.LO2
    )

    def __init__(self, *args: Any, base: Values | None = None, **kwargs: Any) -> None:
        self.base = base
        self.values: Values = {}
        self.ambiguous: list[placing.Found] = []
        if base is not None:
            kwargs["initial"] = as_initial(base) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["where"].error_messages["required"] = _(
            "Écrivez où : une commune, un département ou une région."
        )
        if self.is_bound and (self.data.get("reach") == "national" or self.data.get("lon")):
            self.fields["where"].required = False

    @property
    def more_is_used(self) -> bool:
        """Whether an optional field is filled or wrong, so that its fold shows open."""
        return any(self[name].value() or self[name].errors for name in MORE)

    def clean_title(self) -> str:
        title = " ".join(str(self.cleaned_data["title"]).split())
        if not re.search(r"\w", title):
            raise ValidationError(_("Écrivez le nom avec des lettres."))
        return title

    def clean_summary(self) -> str:
        return _lines(self.cleaned_data["summary"])

    def clean_body(self) -> str:
        return _lines(self.cleaned_data["body"])

    def clean_siret(self) -> str:
        try:
            return checked_siret(self.cleaned_data["siret"])
        except WrongSiret as error:
            raise ValidationError(str(error)) from error

    def clean_partners(self) -> list[str]:
        lines = [
            " ".join(line.split()) for line in self.cleaned_data["partners"].splitlines() if line.strip()
        ]
        if any(len(line) > 200 for line in lines):
            raise ValidationError(_("Un partenaire par ligne, 200 caractères au plus pour chacun."))
        return lines

    def clean_links(self) -> list[dict[str, str]]:
        links = []
        for number, line in enumerate(self.cleaned_data["links"].splitlines(), 1):
            if not line.strip():
                continue
            url = next((word for word in line.split() if re.match(r"https?://", word)), "")
            try:
                _web_address(url)
            except ValidationError as error:
                raise ValidationError(
                    _("Ligne %(n)s : commencez par une adresse complète, par exemple https://exemple.fr"),
                    params={"n": number},
                ) from error
            label = " ".join(word for word in line.split() if word != url)[:200]
            links.append({"url": url[:500], "label": label})
        return links

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("La fin vient avant le début : corrigez l’une des deux dates."))
        place = self._place(data)
        if self.errors:
            return data
        carrier = self._carrier(data, place)
        day = {
            name: data[name].isoformat() if isinstance(data[name], date) else None
            for name in ("starts_on", "ends_on")
        }
        found = {
            **data,
            **day,
            "place": place,
            "carrier": carrier,
            "licence": data["licence"] or Licence.LO2.value,
        }
        self.values = {name: found[name] for name in FIELDS}
        return data

    def _place(self, data: dict[str, Any]) -> Values | None:  # noqa: PLR0911 one way a kind of place
        if self.base is not None and not any(
            name in self.changed_data for name in (*_PLACE_INPUTS, "commune", "qpv")
        ):
            return self.base["place"]
        if "where" in self.errors:
            return None
        reach, where, address = data.get("reach"), data.get("where", ""), data.get("address", "")
        lon, lat = data.get("lon"), data.get("lat")
        if reach == "national":
            return placing.place_wide("national", None)
        if reach in {"departement", "region"}:
            found = placing.wider_named(reach, where)
            if not found:
                self.add_error(
                    "where",
                    _(
                        "Ce nom n’est pas reconnu. Écrivez-le en entier, par exemple « Val-d’Oise » ou « Bretagne »."
                    ),
                )
                return None
            return placing.place_wide(reach, found[0].code)
        if (lon is None) != (lat is None):
            self.add_error(
                "lat" if lat is None else "lon", _("Donnez la latitude et la longitude, ou aucune des deux.")
            )
            return None
        moved = (
            self.base is None
            or bool({"lon", "lat"} & set(self.changed_data))
            or "where" not in self.changed_data
        )
        if lon is not None and lat is not None and moved:
            try:
                return placing.place_at(lon, lat, address=address)
            except DomainError as error:
                self.add_error("lat", str(error))
                return None
        return self._place_in_commune(data, where, address)

    def _place_in_commune(self, data: dict[str, Any], where: str, address: str) -> Values | None:
        if not where.strip():
            self.add_error("where", _("Écrivez la commune, par son nom ou son code postal."))
            return None
        if data.get("qpv") and (place := placing.place_of_qpv(data["qpv"], where)):
            return place
        found = placing.communes_named(where)
        if chosen := [one for one in found if one.code == data.get("commune")]:
            found = chosen
        if not found:
            self.add_error(
                "where", _("Cette commune n’est pas reconnue. Vérifiez le nom, ou écrivez le code postal.")
            )
            return None
        if len(found) > 1:
            self.ambiguous = found
            self.add_error("where", _("Plusieurs communes portent ce nom : choisissez la bonne."))
            return None
        return placing.place_in(
            Commune.objects.select_related("departement").get(pk=found[0].code), address=address
        )

    def _carrier(self, data: dict[str, Any], place: Values | None) -> Values | None:
        if self.base is not None and not {"structure", "siret"} & set(self.changed_data):
            return self.base["carrier"]
        name, siret = data["structure"].strip(), data["siret"]
        if not name and not siret:
            return None
        known = same_organisation(name=name, siret=siret, commune=(place or {}).get("commune"))
        if known is not None:
            return {"id": known.pk}
        if not name:
            self.add_error("structure", _("Écrivez le nom de la structure qui a ce SIRET."))
            return None
        return {"name": name, "siret": siret}


def _lines(text: str) -> str:
    """A text whose lines end as everywhere here: a browser sends them with a carriage return too."""
    return "\n".join(text.splitlines())


def as_initial(values: Values) -> dict[str, Any]:
    """The values of a fiche as the form's inputs show them."""
    initial = {**values}
    place, carrier = values.get("place") or {}, values.get("carrier") or {}
    scope = place.get("scope") or "commune"
    initial["reach"] = scope if scope in {"departement", "region", "national"} else "local"
    initial["where"] = _where(place, initial["reach"])
    initial["address"] = place.get("address", "")
    if scope in {"address", "qpv"}:
        initial["lon"], initial["lat"] = place.get("lon"), place.get("lat")
    organisation = Organisation.objects.filter(pk=carrier["id"]).first() if carrier.get("id") else None
    initial["structure"] = organisation.name if organisation else carrier.get("name", "")
    initial["siret"] = organisation.siret if organisation else carrier.get("siret", "")
    initial["partners"] = "\n".join(values.get("partners") or ())
    initial["links"] = "\n".join(
        f"{link['url']} {link['label']}".strip() for link in values.get("links") or ()
    )
    return initial


def _where(place: Values, reach: str) -> str:
    if reach == "local" and place.get("commune"):
        commune = Commune.objects.filter(pk=place["commune"]).first()
        return f"{commune.nom} ({commune.code})" if commune else ""
    if reach in {"departement", "region"} and place.get(reach):
        found = placing.wider_named(reach, place[reach])
        return f"{found[0].name} ({found[0].code})" if found else ""
    return ""
