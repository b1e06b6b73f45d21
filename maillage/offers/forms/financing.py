"""What a person says to know which aids she may have: every part is optional, nothing is kept."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from maillage.offers import criteria
from maillage.offers.models import PersonStatus, Phase, Sector
from maillage.offers.situation import Situation

PUBLICS = {
    "femmes": lazy("une femme"),
    "personnes-en-situation-de-handicap": lazy("une personne en situation de handicap"),
}
PLACE = ("lon", "lat", "commune")


class MoneyForm(forms.Form):
    """The names are those of the finder's address, so that a link from the finder brings its answers along."""

    adresse = forms.CharField(label=lazy("Où vivez-vous ?"), required=False, max_length=200)
    lon = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    lat = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    commune = forms.CharField(required=False, max_length=5, widget=forms.HiddenInput)
    ici = forms.CharField(
        required=False, max_length=40, widget=forms.HiddenInput
    )  # the place of the last answer
    phase = forms.ChoiceField(
        label=lazy("Où en est le projet ?"),
        required=False,
        choices=[("", lazy("Je ne sais pas")), *Phase.choices],
    )
    statut = forms.ChoiceField(
        label=lazy("Votre situation"),
        required=False,
        choices=[("", lazy("Je ne le dis pas")), *PersonStatus.choices],
    )
    age = forms.IntegerField(
        label=lazy("Votre âge"),
        required=False,
        min_value=10,
        max_value=120,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": lazy("Écrivez votre âge en chiffres, par exemple 24.")},
    )
    secteur = forms.ChoiceField(
        label=lazy("Votre activité"),
        required=False,
        choices=[("", lazy("Je ne sais pas encore")), *Sector.choices],
    )
    public = forms.MultipleChoiceField(
        label=lazy("Vous êtes aussi"),
        required=False,
        choices=list(PUBLICS.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.given = data

    @property
    def is_asked(self) -> bool:
        """Whether anything is answered."""
        return any(value.strip() for name in self.fields for value in self.given.getlist(name))

    @property
    def typed_place(self) -> str:
        """The place to look for; "" when its position or its code is already known."""
        known = any(self._given(name) for name in PLACE)
        return "" if known else self._given("adresse")

    def situation(self) -> Situation:
        """What was said, as the finder takes it; a commune says more than the point of its town hall.

        Raises criteria.WrongCriteria or InvalidPosition.
        """
        said = {name: values for name, values in self.given.lists() if name not in ("adresse", "ici")}
        if not any(self._given(name) for name in (*PLACE, "adresse")) and (kept := self._given("ici")):
            lon, comma, lat = kept.partition(",")
            said |= {"lon": [lon], "lat": [lat]} if comma else {"commune": [kept]}
        if self._given("commune"):
            said |= {"lon": [], "lat": []}
        return criteria.read(said)

    def _given(self, name: str) -> str:
        return str(self.given.get(name, "")).strip()

    def refuse(self, error: Exception) -> None:
        """Say beside the answer what is to be changed."""
        name = getattr(error, "field", "adresse")
        self.add_error(name if name in self.fields and name not in PLACE else None, str(error))

    def refuse_place(self) -> None:
        """Say that no place has the name that was typed."""
        self.add_error(
            "adresse",
            _(
                "Nous ne connaissons pas « %(text)s ». Écrivez le nom d’une commune, un code postal, ou le nom d’un quartier."
            ) % {"text": self.typed_place[:100]},
        )  # fmt: skip
