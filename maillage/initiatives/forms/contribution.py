"""Forms of people who take part: proposing with traps for robots, photos, answers of moderators."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core import pictures
from maillage.core.pictures import Encoded, PhotoRefused
from maillage.core.traps import TrapFields
from maillage.initiatives import documents
from maillage.initiatives.forms.initiative import InitiativeForm


class PhotoFields(forms.Form):
    """One photo, or the one put aside from a first sending (`kept_photo`), with its alternative text; `encoded` after validation."""

    photo = forms.FileField(
        label=gettext_lazy("Photo"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=gettext_lazy(
            "JPEG, PNG ou WebP, 10 Mo au plus. La position et les données de l’appareil sont effacées."
        ),
    )
    alternative = forms.CharField(
        label=gettext_lazy("Que voit-on sur la photo ?"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Pour les personnes qui ne la voient pas. Obligatoire avec une photo."),
    )
    credit = forms.CharField(label=gettext_lazy("Crédit de la photo"), required=False, max_length=120)

    encoded: Encoded | None = None

    def clean_photo(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data.get("photo")
        if file:
            try:
                self.encoded = pictures.encode(file, size=file.size or 0)
            except PhotoRefused as error:
                raise ValidationError(str(error)) from error
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        has_photo = data.get("photo") or self.data.get("kept_photo")
        if has_photo and not data.get("alternative") and "alternative" not in self.errors:
            self.add_error("alternative", _("Décrivez la photo en quelques mots."))
        return data


class ProposalForm(TrapFields, PhotoFields, InitiativeForm):
    """A proposal: the initiative, the author's address when nobody is signed in, a message, traps for robots."""

    email = forms.EmailField(
        label=gettext_lazy("Votre adresse e-mail"),
        help_text=gettext_lazy("Pour confirmer votre envoi et vous répondre. Elle n’est jamais publiée."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    message = forms.CharField(
        label=gettext_lazy("Message pour la modération"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known:
            del self.fields["email"]


REASONS = {
    "incomplete": gettext_lazy(
        "Il manque des informations pour la publier : dites ce que fait l’initiative, où, et qui la porte."
    ),
    "off-topic": gettext_lazy("Elle n’a pas de lien avec l’entrepreneuriat dans les quartiers prioritaires."),
    "duplicate": gettext_lazy("Elle est déjà sur la carte. Vous pouvez proposer une correction de la fiche."),
    "unverified": gettext_lazy("Nous n’avons pas pu vérifier ces informations. Ajoutez une source."),
    "advertising": gettext_lazy("C’est une publicité, pas une initiative à partager."),
}


class RefusalForm(forms.Form):
    """A reason among the usual ones (the button pressed), or in the moderator's words."""

    reason = forms.ChoiceField(choices=list(REASONS.items()), required=False)
    words = forms.CharField(
        label=gettext_lazy("Autre raison, envoyée telle quelle"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("reason") and not data.get("words", "").strip():
            self.add_error("words", _("Dites pourquoi : la personne recevra votre raison."))
        return data

    @property
    def text(self) -> str:
        """The reason as it is sent."""
        words = str(self.cleaned_data.get("words", "")).strip()
        return words or str(REASONS[self.cleaned_data["reason"]])


class DocumentForm(forms.Form):
    """One PDF with its title."""

    document = forms.FileField(
        label=gettext_lazy("Document"),
        help_text=gettext_lazy("PDF, 10 Mo au plus."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
    )
    document_title = forms.CharField(label=gettext_lazy("Titre du document"), max_length=160)

    def clean_document(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["document"]
        try:
            documents.check(file, size=file.size or 0)
        except documents.DocumentRefused as error:
            raise ValidationError(str(error)) from error
        return file
