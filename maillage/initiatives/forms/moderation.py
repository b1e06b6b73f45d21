"""Forms of moderators."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.initiatives.models import Initiative


class QueueForm(forms.Form):
    """What to show of the queue: a theme's code, a département's; what is no code is left out."""

    theme = forms.CharField(required=False, max_length=40)
    departement = forms.CharField(required=False, max_length=3)


class DraftsForm(forms.Form):
    """Whose drafts to show: the source that an import named."""

    source = forms.CharField(required=False, max_length=120)


class MergeForm(forms.Form):
    """The fiche to keep, by its address or its last part; both versions as they were read."""

    into = forms.CharField(
        label=gettext_lazy("Fiche à garder"),
        max_length=300,
        help_text=gettext_lazy("Son adresse, par exemple https://…/initiatives/le-carburateur/"),
    )
    keep_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    gone_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, gone: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gone = gone

    def clean_into(self) -> Initiative:
        slug = re.sub(r"^.*/initiatives/", "", str(self.cleaned_data["into"])).strip("/ ")
        found = Initiative.objects.filter(slug=slug).first()
        if found is None:
            raise ValidationError(_("Aucune fiche à cette adresse. Copiez l’adresse de la fiche à garder."))
        if found.pk == self.gone.pk:
            raise ValidationError(_("Choisissez une autre fiche : une fiche ne fusionne pas avec elle-même."))
        return found
