"""What is asked of people, no more than what is needed; beside each optional field, why."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core.errors import DomainError
from maillage.core.phones import checked_phone
from maillage.journeys.actions.people import Agreement
from maillage.journeys.models import Consent, Gender, Situation
from maillage.journeys.queries.home import Home, home_of
from maillage.offers.models import Language, Phase

YOUNGEST, OLDEST = 9, 110  # years
OFF = {"autocomplete": "off"}
HOW = [
    (Consent.How.SCREEN, gettext_lazy("Elle a lu le texte et l’accepte ici, à l’écran")),
    (Consent.How.LINK, gettext_lazy("Lui envoyer un lien : elle décide chez elle")),
    (Consent.How.ORAL, gettext_lazy("Elle l’accepte de vive voix, devant un témoin")),
]


class AboutForm(forms.Form):
    """Who someone is and how to reach them."""

    first_name = forms.CharField(
        label=gettext_lazy("Prénom"), max_length=60, widget=forms.TextInput(attrs=OFF)
    )
    last_name = forms.CharField(
        label=gettext_lazy("Nom"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Pour la reconnaître quand elle appelle. Le prénom seul suffit."),
        widget=forms.TextInput(attrs=OFF),
    )
    phone = forms.CharField(
        label=gettext_lazy("Téléphone"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Un téléphone ou une adresse e-mail : il en faut un, pour la rappeler."),
        widget=forms.TextInput(attrs={**OFF, "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Adresse e-mail"),
        required=False,
        widget=forms.EmailInput(attrs=OFF),
    )
    address = forms.CharField(
        label=gettext_lazy("Adresse, quartier ou commune"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "Pour savoir qui peut l’aider près de chez elle. Nous gardons la commune et le quartier prioritaire, jamais l’adresse."
        ),
        widget=forms.TextInput(attrs=OFF),
    )
    phase = forms.ChoiceField(
        label=gettext_lazy("Où en est le projet ?"),
        choices=[("", gettext_lazy("Pas dit")), *Phase.choices],
        required=False,
        help_text=gettext_lazy("Pour proposer la bonne aide au bon moment."),
    )
    birth_year = forms.IntegerField(
        label=gettext_lazy("Année de naissance"),
        required=False,
        help_text=gettext_lazy("Certaines aides dépendent de l’âge. L’année suffit."),
        widget=forms.TextInput(attrs={**OFF, "inputmode": "numeric"}),
    )
    gender = forms.ChoiceField(
        label=gettext_lazy("Genre"),
        choices=[("", gettext_lazy("Pas dit")), *Gender.choices],
        required=False,
        help_text=gettext_lazy(
            "Pour compter, sans nommer personne, si l’aide va autant aux femmes qu’aux hommes."
        ),
    )
    situation = forms.ChoiceField(
        label=gettext_lazy("Situation"),
        choices=[("", gettext_lazy("Pas dit")), *Situation.choices],
        required=False,
        help_text=gettext_lazy("Certaines aides sont réservées, par exemple à qui cherche un emploi."),
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Langues parlées"),
        choices=Language.choices,
        required=False,
        help_text=gettext_lazy("Pour trouver quelqu’un qui parle la sienne."),
        widget=forms.CheckboxSelectMultiple,
    )

    home: Home | None = None

    def clean_first_name(self) -> str:
        return plain(self.cleaned_data["first_name"])

    def clean_last_name(self) -> str:
        return plain(self.cleaned_data["last_name"])

    def clean_phone(self) -> str:
        try:
            return checked_phone(self.cleaned_data["phone"])
        except DomainError as error:
            raise ValidationError(str(error)) from error

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_birth_year(self) -> int | None:
        year: int | None = self.cleaned_data["birth_year"]
        this = timezone.localdate().year
        if year is not None and not this - OLDEST <= year <= this - YOUNGEST:
            raise ValidationError(
                _("Écrivez une année de naissance entre %(first)s et %(last)s, par exemple 1994.")
                % {"first": this - OLDEST, "last": this - YOUNGEST}
            )
        return year

    def clean_address(self) -> str:
        try:
            self.home = home_of(plain(self.cleaned_data["address"]))
        except DomainError as error:
            raise ValidationError(str(error)) from error
        return ""

    def clean(self) -> None:
        super().clean()
        data = self.cleaned_data
        if "phone" in data and "email" in data and not data["phone"] and not data["email"]:
            raise ValidationError(
                {"phone": _("Donnez un numéro de téléphone ou une adresse e-mail : il en faut un.")}
            )

    @property
    def values(self) -> dict[str, Any]:
        """What the actions keep: everything but the address, which is not kept."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in AboutForm.base_fields and name != "address"
        }


class NewPersonForm(AboutForm):
    """Someone new, and how they agree that the structure follows them."""

    structure = forms.TypedChoiceField(coerce=int, widget=forms.HiddenInput)
    how = forms.ChoiceField(
        label=gettext_lazy("Comment donne-t-elle son accord ?"), choices=HOW, widget=forms.RadioSelect
    )
    witness = forms.CharField(
        label=gettext_lazy("Qui l’a entendue ?"),
        max_length=120,
        required=False,
        help_text=gettext_lazy(
            "Un collègue, un proche : prénom, nom et rôle. Seulement pour un accord de vive voix."
        ),
        widget=forms.TextInput(attrs=OFF),
    )
    shared = forms.BooleanField(
        label=gettext_lazy("Elle accepte aussi que les structures qui l’aident travaillent ensemble"),
        required=False,
    )
    language = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, structures: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["structure"].choices = list(structures.items())  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        data = self.cleaned_data
        if data.get("how") == Consent.How.ORAL and not data.get("witness", "").strip():
            raise ValidationError({"witness": _("Dites qui a entendu la personne donner son accord.")})

    @property
    def agreement(self) -> Agreement:
        """How the person agrees."""
        data = self.cleaned_data
        return Agreement(data["how"], data["witness"], data["language"] or "fr", data["shared"])


class VersionForm(forms.Form):
    """Which version of a file was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class CorrectionForm(AboutForm, VersionForm):
    """What is kept of someone, to be corrected; an empty address keeps where they live."""

    field_order = ["version"]

    def clean_phone(self) -> str:
        """The number; the one that was kept is not judged again."""
        kept = self.initial.get("phone", "")
        return kept if self.cleaned_data["phone"] == kept else super().clean_phone()


def plain(text: str) -> str:
    """The text without line ends, double spaces or zero bytes."""
    return " ".join(str(text).replace("\0", " ").split())
