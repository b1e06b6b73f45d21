"""What professionals write in a person's file. Each form begins with the structure in whose name it is written."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate, localtime, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum.fr import siret as siret_numbers

from maillage.journeys.models import Appointment, Step
from maillage.offers.models import Phase

FINANCING = (Step.Kind.FINANCEMENT_DEMANDE, Step.Kind.FINANCEMENT_OBTENU)
OLDEST = date(1990, 1, 1)
DURATIONS = (30, 45, 60, 90, 120, 180)
FURTHEST = timedelta(days=366)


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A day, as the browser's own calendar asks it."""
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs
    )


class OfStructure(forms.Form):
    """`structures`: number → name of those in whose names one may write; one is not asked for."""

    structure = forms.TypedChoiceField(label=gettext_lazy("Au nom de"), coerce=int)

    def __init__(self, *args: Any, structures: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["structure"].choices = list(structures.items())  # type: ignore[attr-defined]
        self.initial.setdefault("structure", next(iter(structures), None))
        if len(structures) == 1:
            self.fields["structure"].widget = forms.HiddenInput()

    @property
    def organisation_id(self) -> int:
        return int(self.cleaned_data["structure"])


class StepForm(OfStructure):
    """One step of the project."""

    kind = forms.ChoiceField(label=gettext_lazy("Étape"), choices=Step.Kind.choices)
    on = day_field(gettext_lazy("Le"))
    amount = forms.IntegerField(
        label=gettext_lazy("Montant, en euros"),
        required=False,
        min_value=1,
        max_value=100_000_000,
        help_text=gettext_lazy("Pour un financement."),
    )
    jobs = forms.IntegerField(
        label=gettext_lazy("Nombre d’emplois"),
        required=False,
        min_value=0,
        max_value=10_000,
        help_text=gettext_lazy("Pour des emplois créés, celui de la personne compris."),
    )
    siret = forms.CharField(
        label=gettext_lazy("SIRET"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Pour une entreprise immatriculée : 14 chiffres."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    note = forms.CharField(label=gettext_lazy("Précision"), required=False, max_length=500)

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > localdate():
            raise ValidationError(_("Une étape est déjà passée : choisissez aujourd’hui ou avant."))
        if on < OLDEST:
            raise ValidationError(_("Vérifiez l’année."))
        return on

    def clean_siret(self) -> str:
        text = "".join(c for c in self.cleaned_data["siret"] if not c.isspace())
        if text and not siret_numbers.is_valid(text):
            raise ValidationError(
                _("Ce n’est pas un SIRET : vérifiez ses 14 chiffres (un SIREN n’en a que 9).")
            )
        return text

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        kind = found.get("kind")
        if kind in FINANCING and not found.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _("Dites le montant, même approximatif."))
        if kind == Step.Kind.EMPLOIS and found.get("jobs") is None and "jobs" not in self.errors:
            self.add_error("jobs", _("Dites combien d’emplois."))
        if kind and kind not in FINANCING and found.get("amount"):
            self.add_error("amount", _("Un montant ne va qu’avec un financement."))
        if kind and kind != Step.Kind.EMPLOIS and found.get("jobs") is not None:
            self.add_error("jobs", _("Un nombre d’emplois ne va qu’avec « Emplois créés »."))
        if kind and kind != Step.Kind.IMMATRICULATION and found.get("siret"):
            self.add_error("siret", _("Un SIRET ne va qu’avec « Entreprise immatriculée »."))
        return found

    @property
    def values(self) -> dict[str, Any]:
        """What actions.file writes."""
        return {name: self.cleaned_data[name] for name in ("kind", "on", "amount", "jobs", "siret", "note")}


class BrakeForm(OfStructure):
    """A brake that the person meets, since a day."""

    brake = forms.ChoiceField(label=gettext_lazy("Ce qui freine"))
    raised_on = day_field(gettext_lazy("Depuis le"))

    def __init__(self, *args: Any, brakes: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["brake"].choices = brakes  # type: ignore[attr-defined]

    def clean_raised_on(self) -> date:
        on: date = self.cleaned_data["raised_on"]
        if not OLDEST <= on <= localdate():
            raise ValidationError(_("Choisissez aujourd’hui ou un jour passé."))
        return on


class LiftForm(forms.Form):
    """A brake is lifted, on a day, by a service or otherwise."""

    lifted_on = day_field(gettext_lazy("Levé le"))
    service = forms.TypedChoiceField(
        label=gettext_lazy("Grâce à"), coerce=int, required=False, empty_value=None
    )

    def __init__(self, *args: Any, services: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", _("autre chose, ou personne")), *services]  # type: ignore[attr-defined]

    def clean_lifted_on(self) -> date:
        on: date = self.cleaned_data["lifted_on"]
        if not OLDEST <= on <= localdate():
            raise ValidationError(_("Choisissez aujourd’hui ou un jour passé."))
        return on


class NoteForm(OfStructure):
    """Words about the project."""

    body = forms.CharField(
        label=gettext_lazy("Ce que vous notez"),
        max_length=5000,
        help_text=gettext_lazy("Des faits utiles au projet. Rien de médical, de familial ni de judiciaire."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    is_private = forms.BooleanField(
        label=gettext_lazy("Pour moi seulement"),
        required=False,
        help_text=gettext_lazy(
            "Sinon, votre structure et la personne la lisent, et les autres structures si elle l’a accepté."
        ),
    )


class DocumentForm(OfStructure):
    """One file about the person."""

    name = forms.CharField(
        label=gettext_lazy("Ce que c’est"),
        max_length=200,
        help_text=gettext_lazy("Par exemple : devis du camion."),
    )
    file = forms.FileField(
        label=gettext_lazy("Fichier"),
        help_text=gettext_lazy(
            "PDF, image ou document (ODT, ODS, DOCX, XLSX), 10 Mo au plus. Gardé chiffré."
        ),
    )


class AppointmentForm(OfStructure):
    """When, where and with whom."""

    day = day_field(gettext_lazy("Le jour"))
    hour = forms.TimeField(
        label=gettext_lazy("À"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Durée"),
        coerce=int,
        choices=[(n, gettext_lazy("%(n)s minutes") % {"n": n}) for n in DURATIONS],
        initial=60,
    )
    received_by = forms.TypedChoiceField(label=gettext_lazy("Avec"), coerce=int)
    place = forms.CharField(
        label=gettext_lazy("Où"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Une adresse, ou le lien ou le numéro à appeler si c’est à distance."),
    )
    remote = forms.BooleanField(label=gettext_lazy("À distance"), required=False)

    def __init__(self, *args: Any, colleagues: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_by"].choices = colleagues  # type: ignore[attr-defined]
        # a duration that another door gave stays possible
        asked = str(self.data.get("minutes") or self.initial.get("minutes") or "")
        if asked.isdecimal() and len(asked) < 4 and 5 <= int(asked) <= 600 and int(asked) not in DURATIONS:
            minutes = self.fields["minutes"]
            minutes.choices = [*minutes.choices, (int(asked), _("%(n)s minutes") % {"n": asked})]  # type: ignore[attr-defined]

    @classmethod
    def initial_of(cls, row: Appointment) -> dict[str, Any]:
        """What the form shows of an appointment."""
        start = localtime(row.starts_at)
        return {
            "day": start.date(),
            "hour": start.time(),
            "minutes": int((row.ends_at - row.starts_at).total_seconds() // 60),
            "received_by": row.received_by_id,
            "place": row.place,
            "remote": row.remote,
            "structure": row.organisation_id,
        }

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not localdate() - timedelta(days=31) <= day <= localdate() + FURTHEST:
            raise ValidationError(_("Choisissez un jour d’ici un an."))
        return day

    @property
    def values(self) -> dict[str, Any]:
        """What actions.appointments writes."""
        found = self.cleaned_data
        starts_at = moment_of(found["day"], found["hour"])
        return {
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=found["minutes"]),
            "place": found["place"],
            "remote": found["remote"],
            "received_by_id": found["received_by"],
        }


def moment_of(day: date, hour: time) -> datetime:
    """That hour of that day, here."""
    return make_aware(datetime.combine(day, hour))


class PhaseForm(forms.Form):
    """Where the project stands."""

    phase = forms.ChoiceField(
        label=gettext_lazy("Où en est le projet ?"),
        choices=[("", gettext_lazy("à préciser")), *Phase.choices],
        required=False,
    )
