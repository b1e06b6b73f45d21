"""Forms of groups and of their meetings."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.journeys.forms.files import DURATIONS, OfStructure, day_field, moment_of
from maillage.journeys.models import Group


class GroupForm(OfStructure):
    """What a group is."""

    kind = forms.ChoiceField(label=gettext_lazy("C’est"), choices=Group.Kind.choices)
    name = forms.CharField(
        label=gettext_lazy("Nom"), max_length=120, help_text=gettext_lazy("Par exemple : promotion d’hiver.")
    )
    place = forms.CharField(label=gettext_lazy("Où"), required=False, max_length=300)
    starts_on = day_field(gettext_lazy("Du"))
    ends_on = day_field(gettext_lazy("Au"), required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        start, end = found.get("starts_on"), found.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("La fin vient avant le début."))
        return found

    @property
    def values(self) -> dict[str, Any]:
        """What actions.groups writes."""
        return {name: self.cleaned_data[name] for name in ("kind", "name", "place", "starts_on", "ends_on")}


class MeetingForm(forms.Form):
    """When a group meets."""

    day = day_field(gettext_lazy("Le jour"))
    hour = forms.TimeField(
        label=gettext_lazy("À"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Durée"),
        coerce=int,
        choices=[(n, gettext_lazy("%(n)s minutes") % {"n": n}) for n in (*DURATIONS, 240, 420)],
        initial=120,
    )
    title = forms.CharField(label=gettext_lazy("Sujet"), required=False, max_length=120)

    @property
    def values(self) -> dict[str, Any]:
        """What actions.groups.add_meeting takes."""
        found = self.cleaned_data
        start = moment_of(found["day"], found["hour"])
        return {
            "starts_at": start,
            "ends_at": start + timedelta(minutes=found["minutes"]),
            "title": found["title"],
        }
