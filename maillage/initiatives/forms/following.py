"""The form of someone who wants to follow a search."""

from django import forms
from django.utils.translation import gettext_lazy

from maillage.initiatives.models import Subscription


class FollowForm(forms.Form):
    """An address and a rhythm; the search comes with the address of the page."""

    email = forms.EmailField(
        label=gettext_lazy("Votre adresse e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    rhythm = forms.ChoiceField(
        label=gettext_lazy("À quel rythme ?"),
        choices=Subscription.Rhythm.choices,
        initial=Subscription.Rhythm.WEEKLY,
        widget=forms.RadioSelect,
    )
    website = forms.CharField(
        label=gettext_lazy("Laissez cette case vide"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
