"""The four questions of the finder, each optional, and the address to send an answer to."""

from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from maillage.core.traps import TrapFields
from maillage.offers import wording
from maillage.offers.models import Language, PersonStatus, Sector
from maillage.offers.models.vocabulary import LABELS

RADII_KM = ("2", "5", "10", "20", "50")
PUBLICS = (
    "jeunes", "femmes", "familles", "seniors", "personnes-en-situation-de-handicap", "personnes-exilees",
)  # fmt: skip
LONGEST_SENTENCE = 500
# of offers.criteria
PARAMETERS = (
    "lon", "lat", "commune", "phase", "besoin", "public", "langue", "rayon", "distance", "age", "statut", "secteur",
)  # fmt: skip


class Box(NamedTuple):
    """One box to tick."""

    code: str
    said: str
    image: str
    ticked: bool


class FinderForm(forms.Form):
    """Where, at which stage, what is needed and what blocks, who: the names are those of the address."""

    phrase = forms.CharField(
        label=lazy("Ou dites-le en une phrase"), required=False, max_length=LONGEST_SENTENCE
    )
    adresse = forms.CharField(label=lazy("Où êtes-vous ?"), required=False, max_length=200)
    lon = forms.CharField(required=False, max_length=30)
    lat = forms.CharField(required=False, max_length=30)
    commune = forms.CharField(required=False, max_length=5)
    rayon = forms.CharField(label=lazy("Jusqu’où pouvez-vous aller ?"), required=False, max_length=10)
    distance = forms.ChoiceField(
        label=lazy("Comment préférez-vous échanger ?"),
        required=False,
        choices=[
            ("", lazy("Peu importe")),
            ("en-presence", lazy("En face à face")),
            ("a-distance", lazy("À distance, par téléphone ou en visio")),
        ],
    )
    phase = forms.ChoiceField(
        label=lazy("Où en êtes-vous ?"),
        required=False,
        choices=[(stage.code, stage.said) for stage in wording.STAGES.values()],
    )
    besoin = forms.MultipleChoiceField(required=False)
    age = forms.IntegerField(label=lazy("Votre âge"), required=False, min_value=10, max_value=120)
    statut = forms.ChoiceField(
        label=lazy("Votre situation"),
        required=False,
        choices=[("", lazy("Je ne le dis pas")), *PersonStatus.choices],
    )
    public = forms.MultipleChoiceField(required=False)
    langue = forms.ChoiceField(
        label=lazy("Une langue que vous préférez parler"),
        required=False,
        choices=[("", lazy("Le français me va")), *[c for c in Language.choices if c[0] != "fr"]],
    )
    secteur = forms.ChoiceField(
        label=lazy("Votre activité"),
        required=False,
        choices=[("", lazy("Je ne sais pas encore")), *Sector.choices],
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.given = data
        self.asked = {name: data.getlist(name) for name in ("besoin", "public")}
        # a need or a public that an address carries without a box of its own is kept, ticked
        self.boxes = {
            name: [
                *codes,
                *(code for code in dict.fromkeys(self.asked[name]) if code in LABELS and code not in codes),
            ]
            for name, codes in (("besoin", [*wording.NEEDS, *wording.BRAKES]), ("public", PUBLICS))
        }
        for name, codes in self.boxes.items():
            self.fields[name].choices = [(code, wording.need_words(code)) for code in codes]  # type: ignore[attr-defined]

    @property
    def needs(self) -> list[Box]:
        """The boxes of what is needed; last, what else the address asked for."""
        return [self._box("besoin", code) for code in self.boxes["besoin"] if code not in wording.BRAKES]

    @property
    def brakes(self) -> list[Box]:
        """The boxes of what blocks."""
        return [self._box("besoin", code) for code in wording.BRAKES]

    @property
    def publics(self) -> list[Box]:
        """The boxes of who one is."""
        return [self._box("public", code) for code in self.boxes["public"]]

    def _box(self, name: str, code: str) -> Box:
        known = wording.NEEDS.get(code) or wording.BRAKES.get(code)
        return Box(code, wording.need_words(code), known.image if known else "", code in self.asked[name])

    @property
    def is_asked(self) -> bool:
        """Whether anything is answered at all."""
        return any(value.strip() for name in self.fields for value in self.given.getlist(name))

    @property
    def sentence(self) -> str:
        """The one sentence that may stand for all the answers."""
        return str(self.given.get("phrase", "")).strip()

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The parameters of the finder, without what only the page knows; a commune says more than a point in it."""
        found = {name: [v for v in self.given.getlist(name) if v.strip()] for name in PARAMETERS}
        if self._keeps_place and not found["lon"] and not found["commune"]:
            lon, lat, code = self.position.split(",")[:3]
            found |= {"lon": [lon], "lat": [lat]} if lon else {"commune": [code]}
        if found["commune"]:
            found |= {"lon": [], "lat": []}
        return {name: values for name, values in found.items() if values}

    @property
    def typed_place(self) -> str:
        """The place to look for; "" when its position is already known."""
        return "" if {"lon", "commune"} & self.parameters.keys() else self.given.get("adresse", "").strip()

    @property
    def position(self) -> str:
        """The position behind the name in the field of the place, as `lon,lat,commune,name`."""
        return str(self.given.get("position", ""))[:200]

    @property
    def opens_needs(self) -> bool:
        """Whether the second half of the questions starts open: something there is answered, or wrong."""
        return self._is_answered("besoin")

    @property
    def opens_self(self) -> bool:
        """Whether « Qui êtes-vous ? » starts open."""
        return self._is_answered("age", "statut", "public", "langue", "secteur")

    @property
    def opens_travel(self) -> bool:
        """Whether how far one goes starts open."""
        return self._is_answered("rayon", "distance")

    def _is_answered(self, *names: str) -> bool:
        return any(self.given.getlist(name) not in ([], [""]) or name in self.errors for name in names)

    @property
    def _keeps_place(self) -> bool:
        """Whether the field of the place still reads as the page wrote it, so that its position holds."""
        *numbers, name = self.position.split(",", 3)
        return len(numbers) == 3 and name.strip() == self.given.get("adresse", "").strip() != ""

    @property
    def stages(self) -> list[tuple[wording.Stage, bool]]:
        """The stages to choose from, and whether each is chosen."""
        return [(stage, str(self["phase"].value() or "") == stage.code) for stage in wording.STAGES.values()]

    @property
    def radii(self) -> list[tuple[str, str]]:
        """The distances to choose from; one that the address brought is kept among them."""
        asked = str(self["rayon"].value() or "")
        values = sorted({*RADII_KM, asked} - {""}, key=_number)
        return [("", _("Peu importe")), *((km, _("%(n)s km au plus") % {"n": km}) for km in values)]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("distance") == "a-distance" and values.get("rayon"):
            self.add_error(
                "rayon",
                _("À distance, vous n’avez pas à vous déplacer : laissez « Peu importe », ou choisissez « En face à face »."),
            )  # fmt: skip
        age, publics = values.get("age"), values.get("public") or []
        if age is not None and "jeunes" in publics and age > 30:
            self.add_error(
                "age", _("Vous avez coché « Jeunes » : corrigez votre âge, ou décochez cette case.")
            )
        if age is not None and "seniors" in publics and age < 45:
            self.add_error(
                "age", _("Vous avez coché « Séniors » : corrigez votre âge, ou décochez cette case.")
            )
        return values


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return 0.0


class MailForm(TrapFields):
    """One's own address, to receive an answer."""

    email = forms.EmailField(
        label=lazy("Votre adresse e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
