"""The form of someone who wants to follow a search."""

from django import forms
from django.utils.translation import gettext_lazy

from maillage.core.traps import TrapFields
from maillage.initiatives.models import Subscription


class FollowForm(TrapFields):
    """An address and a rhythm, with traps for robots; the search comes with the address of the page."""

    email = forms.EmailField(
        label=gettext_lazy("Votre adresse e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    rhythm = forms.ChoiceField(
        label=gettext_lazy("À quel rythme ?"),
        choices=Subscription.Rhythm.choices,
        initial=Subscription.Rhythm.WEEKLY,
        widget=forms.RadioSelect,
    )
