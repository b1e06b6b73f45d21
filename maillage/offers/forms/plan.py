"""The sheet of a financing plan: amounts as people type them."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from maillage.offers.plan import NEEDS, RESOURCES, Entry, Line, Plan

MOST_EUROS = 100_000_000
FREE_LINES = 3
LONGEST_LABEL = 80
NEED, RESOURCE = "besoin", "ressource"
# « 1.500 »: a dot before three digits is a separator of thousands
THOUSANDS = re.compile(r"(?<=\d)\.(?=\d{3}(\D|$))")
CURRENCY = re.compile(r"(€|euros?)$", re.IGNORECASE)
CASH = "tresorerie"


class AmountField(forms.CharField):
    """An amount in euros: « 1 500 », « 1500,50 », « 1.500 € ». Empty is nothing; cents are kept."""

    def __init__(self, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "class": "amount"}
        super().__init__(required=False, max_length=30, widget=forms.TextInput(attrs=attributes), **options)

    def to_python(self, value: Any) -> Any:
        text = CURRENCY.sub("", re.sub(r"\s", "", str(value or "")))
        if not text:
            return Decimal(0)
        text = THOUSANDS.sub("", text).replace(",", ".").replace("−", "-")
        try:
            if not re.fullmatch(r"[-+]?[0-9]*\.?[0-9]+\.?", text):
                raise InvalidOperation
            amount = Decimal(text.rstrip("."))
        except InvalidOperation:
            raise ValidationError(_("Écrivez un montant en chiffres, par exemple 1 500.")) from None
        if amount < 0:
            raise ValidationError(_("Un montant ne peut pas être négatif : écrivez-le sans le signe moins."))
        if amount > MOST_EUROS:
            raise ValidationError(_("C’est plus de 100 millions d’euros : vérifiez les zéros."))
        return amount.quantize(Decimal("0.01"))

    def validate(self, value: Any) -> None:
        """Everything was said in to_python."""

    def run_validators(self, value: Any) -> None:
        """Everything was said in to_python."""


class PlanForm(forms.Form):
    """Needs and resources: the usual lines, and some to name freely. Nothing is kept."""

    projet = forms.CharField(
        label=lazy("Nom du projet"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for part, lines in ((NEED, NEEDS), (RESOURCE, RESOURCES)):
            for line in lines:
                self.fields[f"{part}_{line.code}"] = AmountField(label=line.label, help_text=line.help)
            for n in range(1, FREE_LINES + 1):
                self.fields[f"{part}_autre_{n}"] = forms.CharField(
                    label=lazy("Autre"), required=False, max_length=LONGEST_LABEL,
                    widget=forms.TextInput(attrs={"autocomplete": "off", "aria-label": self._free_label(part, n)}),
                )  # fmt: skip
                self.fields[f"{part}_montant_{n}"] = AmountField(label=self._free_amount(part, n))

    def needs(self) -> list[forms.BoundField]:
        """The fields of the usual needs."""
        return [self[f"{NEED}_{line.code}"] for line in NEEDS]

    def resources(self) -> list[forms.BoundField]:
        """The fields of the usual resources."""
        return [self[f"{RESOURCE}_{line.code}"] for line in RESOURCES]

    def other_needs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The needs to name freely: name, amount."""
        return self._free(NEED)

    def other_resources(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The resources to name freely: name, amount."""
        return self._free(RESOURCE)

    def plan(self) -> Plan:
        """The plan that a valid form describes."""
        values = self.cleaned_data
        return Plan(
            name=values["projet"],
            needs=self._entries(NEED, NEEDS, _("Autre besoin")),
            resources=self._entries(RESOURCE, RESOURCES, _("Autre ressource")),
            has_cash=values[f"{NEED}_{CASH}"] > 0,
        )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for part in (NEED, RESOURCE):
            for n in range(1, FREE_LINES + 1):
                amount = values.get(f"{part}_montant_{n}")
                if values.get(f"{part}_autre_{n}") and amount == 0:
                    self.add_error(f"{part}_montant_{n}", _("Indiquez le montant, ou effacez la ligne."))
        if not self.errors and not any(isinstance(value, Decimal) and value for value in values.values()):
            raise ValidationError(_("Écrivez au moins un montant : un besoin, ou une ressource."))
        return values

    def _entries(self, part: str, lines: tuple[Line, ...], unnamed: str) -> tuple[Entry, ...]:
        values = self.cleaned_data
        usual = [
            Entry(str(line.label), values[f"{part}_{line.code}"], line.is_own, line.is_loan) for line in lines
        ]
        free = [
            Entry(values[f"{part}_autre_{n}"] or unnamed, values[f"{part}_montant_{n}"])
            for n in range(1, FREE_LINES + 1)
        ]
        return tuple(entry for entry in (*usual, *free) if entry.amount)

    def _free(self, part: str) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"{part}_autre_{n}"], self[f"{part}_montant_{n}"]) for n in range(1, FREE_LINES + 1)]

    def _free_label(self, part: str, n: int) -> str:
        if part == NEED:
            return _("Autre besoin, nom de la ligne %(n)s") % {"n": n}
        return _("Autre ressource, nom de la ligne %(n)s") % {"n": n}

    def _free_amount(self, part: str, n: int) -> str:
        if part == NEED:
            return _("Autre besoin, montant de la ligne %(n)s") % {"n": n}
        return _("Autre ressource, montant de la ligne %(n)s") % {"n": n}
