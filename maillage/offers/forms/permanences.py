"""Permanences of a service, edited with it; exceptions are lines: « 24/12/2026 fermé », « 31/12/2026 14h-16h »."""

import json
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
LONGEST_SNAPSHOT = 400_000
Exceptions = dict[date, tuple[str, str]]
# one permanence as its form shows it: the fields of PermanenceForm, days as « 2026-12-24 » or ""; id None when it is new
Typed = dict[str, Any]
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


# what is kept of one, in the order of its form
FIELDS = (
    "id",
    "place",
    "adresse",
    "commune",
    "hours",
    "by_appointment",
    "starts_on",
    "ends_on",
    "exceptions",
)
PermanenceFormSet = forms.formset_factory(
    PermanenceForm, extra=1, can_delete=True, max_num=MOST, absolute_max=MOST + 5
)


def permanences_of(service: Service) -> list[Typed]:
    """The permanences of a service as the forms show them."""
    rows = service.permanences.select_related("commune").defer("commune__contour").order_by("place", "pk")
    return [
        as_typed(
            {name: getattr(one, name) for name in FIELDS[:-1]}
            | {"exceptions": {e.day: (e.hours, e.note) for e in one.exceptions.all()}}
        )
        for one in rows.prefetch_related("exceptions")
    ]


def as_typed(values: dict[str, Any]) -> Typed:
    """One permanence, as values_of_set gives it, in the words of its form."""
    return values | {
        "commune": commune_as_typed(values["commune"]),
        "exceptions": "\n".join(
            f"{on:%d/%m/%Y} {hours or _('fermé')} {note}".strip()
            for on, (hours, note) in sorted(values["exceptions"].items())
        ),
        **{name: values[name].isoformat() if values[name] else "" for name in ("starts_on", "ends_on")},
    }


def values_of_set(formset: Any) -> list[dict[str, Any]]:
    """The permanences that a valid formset keeps, as actions.services writes them."""
    return [
        {name: form.cleaned_data[name] for name in FIELDS}
        for form in formset
        if form.cleaned_data and form.has_changed() | bool(form.cleaned_data.get("id")) and not form.cleaned_data.get("DELETE")
    ]  # fmt: skip


def removed_of_set(formset: Any) -> set[int]:
    """The ids of the permanences that a valid formset takes away."""
    return {form.cleaned_data["id"] for form in formset.deleted_forms if form.cleaned_data.get("id")}


def snapshot(permanences: list[Typed]) -> str:
    """The permanences as somebody reads them, carried by the form, so that what they change can be told later."""
    return json.dumps(permanences, ensure_ascii=False)


def from_snapshot(text: str) -> list[Typed]:
    """What `snapshot` wrote; nothing when it is missing or means nothing: the form then counts as all changed."""
    try:
        rows = json.loads(text[:LONGEST_SNAPSHOT])
    except ValueError:
        return []
    if not isinstance(rows, list):
        return []
    return [row for row in rows[: MOST + 5] if isinstance(row, dict) and set(row) == set(FIELDS)]
