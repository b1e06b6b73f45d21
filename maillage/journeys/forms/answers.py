"""What a structure answers by its link."""

from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.journeys.models import RefusalReason

LONGEST_AHEAD = timedelta(days=366)


class AppointmentForm(forms.Form):
    """When and where the person is expected."""

    day = forms.DateField(label=gettext_lazy("Le jour"), widget=forms.DateInput(attrs={"type": "date"}))
    hour = forms.TimeField(label=gettext_lazy("L’heure"), widget=forms.TimeInput(attrs={"type": "time"}))
    place = forms.CharField(
        label=gettext_lazy("Où, et qui demander"),
        max_length=300,
        help_text=gettext_lazy("Par exemple : 3 rue du Tiers-Pot, 2e étage. Ou : par téléphone."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> None:
        super().clean()
        if "day" in self.cleaned_data and "hour" in self.cleaned_data:
            now = timezone.now()
            if not now < self.starts_at < now + LONGEST_AHEAD:
                raise ValidationError({"day": _("Choisissez un moment à venir, dans l’année.")})

    @property
    def starts_at(self) -> datetime:
        """The moment, in the instance's time zone."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["hour"]))


class RefusalByLinkForm(forms.Form):
    """Why not: a reason of the list, and words that the person will read."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Pourquoi ?"), choices=RefusalReason.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=gettext_lazy("Un mot pour la personne"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Avec des mots simples : elle le lira. Nécessaire pour « Autre raison »."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> None:
        super().clean()
        data = self.cleaned_data
        if data.get("reason") == RefusalReason.AUTRE and not data.get("words", "").strip():
            raise ValidationError({"words": _("Dites en quelques mots pourquoi : la personne le lira.")})


class PassOnForm(forms.Form):
    """To which structure, among those that the finder knows for this need."""

    offer = forms.TypedChoiceField(label=gettext_lazy("À qui ?"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: object, offers: list[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["offer"].choices = offers  # type: ignore[attr-defined]
