"""Traps for robots in a form open to all: a box that nobody sees, a time that nobody beats. No question to anyone."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# nobody fills a form faster than this; a robot does
SHORTEST = timedelta(seconds=2)
_opened = signing.TimestampSigner(salt="core.opened")


class TrapFields(forms.Form):
    """Base of a form open to all. A view answers a trapped sending as it would a good one, and keeps nothing."""

    website = forms.CharField(
        label=gettext_lazy("Laissez cette case vide"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    opened = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opened"].initial = _opened.sign("")
        self.fields["opened"].error_messages["required"] = _("Rechargez la page, puis envoyez à nouveau.")

    @property
    def is_trapped(self) -> bool:
        """Whether the box that nobody sees was filled: a robot."""
        return bool(self.data.get(self.add_prefix("website")))

    def clean_opened(self) -> str:
        """Too fast is a robot; the page itself never expires, nothing typed is lost."""
        opened: str = self.cleaned_data["opened"]
        try:
            _opened.unsign(opened)
        except signing.BadSignature as error:
            raise ValidationError(_("Envoyez à nouveau : la page était incomplète.")) from error
        try:
            _opened.unsign(opened, max_age=SHORTEST)
        except signing.SignatureExpired:
            return opened
        raise ValidationError(_("C’est allé très vite ! Relisez, puis envoyez à nouveau."))
