"""Permanences of a service, edited with it; exceptions are lines: « 24/12/2026 fermé », « 31/12/2026 14h-16h »."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core.hours import WrongHours
from maillage.core.hours_in_words import hours_as_typed
from maillage.core.imports.values import BadValue, day
from maillage.offers.forms.services import CommuneField, HoursField, commune_as_typed, text
from maillage.offers.models import Service

MOST = 30
Exceptions = dict[date, tuple[str, str]]
HOURS = re.compile(r"\d{1,2}\s*(?:h|:)[\s\d h:,àet-]*\d?")


class PermanenceForm(forms.Form):
    """One place where people are received, with its hours and the days that are not as usual."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    place = text(gettext_lazy("Lieu"), 200, required=True)
    adresse = text(gettext_lazy("Adresse"), 300)
    commune = CommuneField(label=gettext_lazy("Commune"), max_length=200)
    hours = HoursField(
        label=gettext_lazy("Horaires"), max_length=500, help_text=gettext_lazy("« mardi 14h-17h »")
    )
    by_appointment = forms.BooleanField(label=gettext_lazy("Sur rendez-vous"), required=False)
    starts_on = forms.DateField(
        label=gettext_lazy("À partir du"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Jusqu’au"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    exceptions = text(
        gettext_lazy("Jours particuliers"),
        5000,
        rows=2,
        help_text=gettext_lazy(
            "Un par ligne : « 24/12/2026 fermé », « 31/12/2026 14h-16h inventaire ». Les jours fériés sont fermés d’eux-mêmes."
        ),
    )

    def clean_exceptions(self) -> Exceptions:
        found: Exceptions = {}
        for line in self.cleaned_data["exceptions"].splitlines():
            if line.strip():
                on, hours, note = exception(line)
                found[on] = (hours, note)
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("starts_on"), data.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("La fin est avant le début."))
        return data


def exception(line: str) -> tuple[date, str, str]:
    """(day, hours « 14:00-16:00 » or "" when closed, note) of one line. Raises ValidationError."""
    first, _space, rest = line.strip().partition(" ")
    try:
        on = day(first)
        if on is None:
            raise BadValue
        hours = HOURS.search(rest)
        if hours:
            read = hours_as_typed(hours[0].strip(" ,-"))
            if not re.fullmatch(r"\d{2}:\d{2}-\d{2}:\d{2}(,\d{2}:\d{2}-\d{2}:\d{2})*", read):
                raise WrongHours
            return on, read, rest.replace(hours[0], "").strip(" ,-")[:200]
    except (BadValue, WrongHours) as error:
        raise ValidationError(
            _("« %(line)s » ne se lit pas : écrivez « 24/12/2026 fermé » ou « 24/12/2026 14h-16h ».")
            % {"line": line.strip()[:60]}
        ) from error
    note = re.sub(r"^\W*ferm[ée]\w*\W*", "", rest.strip(), flags=re.IGNORECASE)
    return on, "", note[:200]


PermanenceFormSet = forms.formset_factory(
    PermanenceForm, extra=1, can_delete=True, max_num=MOST, absolute_max=MOST + 5
)


def permanences_of(service: Service) -> list[dict[str, Any]]:
    """The permanences of a service as the forms show them."""
    return [
        {
            "id": one.pk,
            "place": one.place,
            "adresse": one.adresse,
            "commune": commune_as_typed(one.commune),
            "hours": one.hours,
            "by_appointment": one.by_appointment,
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
            "exceptions": "\n".join(
                f"{e.day:%d/%m/%Y} {e.hours or _('fermé')} {e.note}".strip()
                for e in one.exceptions.order_by("day")
            ),
        }
        for one in service.permanences.select_related("commune").order_by("place", "pk")
    ]


def values_of_set(formset: Any) -> list[dict[str, Any]]:
    """The permanences that a valid formset keeps, as actions.services writes them."""
    return [
        {
            **{name: form.cleaned_data[name] for name in (
                "id", "place", "adresse", "commune", "hours", "by_appointment", "starts_on", "ends_on", "exceptions")},
        }
        for form in formset
        if form.cleaned_data and form.has_changed() | bool(form.cleaned_data.get("id")) and not form.cleaned_data.get("DELETE")
    ]  # fmt: skip
