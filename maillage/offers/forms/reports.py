"""Report an error, complete it, answer it."""

from django import forms
from django.utils.translation import gettext_lazy

from maillage.core.traps import TrapFields
from maillage.offers.models import ErrorReport


class ReportForm(TrapFields):
    """What is wrong: the button pressed says it."""

    kind = forms.ChoiceField(choices=ErrorReport.Kind.choices)


class CompleteForm(forms.Form):
    """More words, and an address to hear back."""

    message = forms.CharField(
        label=gettext_lazy("Que faut-il corriger ?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Votre adresse e-mail, pour avoir la réponse"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("Elle ne sert qu’à vous répondre, puis elle est effacée."),
    )


class AnswerForm(forms.Form):
    """The answer to a report: fixed or nothing to fix (the button pressed), with a few words."""

    status = forms.ChoiceField(choices=[("fixed", ""), ("refused", "")])
    answer = forms.CharField(
        label=gettext_lazy("Réponse, envoyée telle quelle"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_answer(self) -> str:
        return str(self.cleaned_data["answer"]).strip()
