"""Fields that structures and banners share: telephone, hours, logo, lists of places and of structures, one a line."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core.hours import WrongHours
from maillage.core.hours_in_words import hours_as_typed
from maillage.core.phones import WrongPhone, checked_phone, readable_phone
from maillage.core.pictures import PhotoRefused, encode_logo
from maillage.organisations.models import Organisation
from maillage.organisations.queries.banners import zones_to_edit
from maillage.organisations.queries.zones import names_to_edit, zone_written
from maillage.territories.queries import search_places

CODE = re.compile(r"\(?\b([0-9]{9}|[0-9][0-9AB][0-9]{3}|(?:QP|QN|EX)[0-9A-Z]{2,8})\)?\s*$")


class PhoneField(forms.CharField):
    """A telephone number, kept in its international form and shown in groups."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel"})
        super().__init__(**{"max_length": 50, "required": False, "widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return readable_phone(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        try:
            return checked_phone(super().clean(value))
        except WrongPhone as error:
            raise ValidationError(str(error)) from error


class HoursField(forms.CharField):
    """Opening hours, in French words or as core.hours reads them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 500, "required": False, **kwargs})

    def clean(self, value: Any) -> str:
        try:
            return hours_as_typed(super().clean(value))
        except WrongHours as error:
            raise ValidationError(str(error)) from error


class LinesField(forms.CharField):
    """Several things, one a line; `read(line)` gives each, or None when it means nothing."""

    unknown = gettext_lazy("Ligne non comprise : « %(line)s ».")
    most = 200

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(**{"max_length": 10_000, "required": False, "widget": widget, **kwargs})

    def read(self, line: str) -> Any:
        raise NotImplementedError

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(one) for one in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[Any]:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > self.most:
            raise ValidationError(_("Il y a trop de lignes : %(n)s au plus.") % {"n": self.most})
        found = {}
        for line in lines:
            one = self.read(line)
            if one is None:
                raise ValidationError(self.unknown % {"line": line[:80]})
            found[str(getattr(one, "pk", one))] = one
        return list(found.values())


class ZonesField(LinesField):
    """Codes of EPCI, communes and QPV, each written as a code, « Nom (code) » or a name."""

    unknown = gettext_lazy(
        "Nous ne connaissons pas « %(line)s » : écrivez le nom d’une intercommunalité, d’une commune ou d’un quartier, ou son code."
    )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(zones_to_edit(value)) if isinstance(value, list | tuple) else value

    def read(self, line: str) -> str | None:
        if match := CODE.search(line.upper()):
            return match[1]
        return next((one.code for one in search_places(line, 1)), None)


class CoveredField(LinesField):
    """Territories that a structure covers, as Organisation.zones writes them: « france », « epci:244400404 »."""

    unknown = gettext_lazy(
        "Nous ne connaissons pas « %(line)s » : écrivez le nom d’un territoire, ou « France entière »."
    )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(names_to_edit(value)) if isinstance(value, list | tuple) else value

    def read(self, line: str) -> str | None:
        return zone_written(line)


class StructuresField(LinesField):
    """Structures of the site, by their name or the end of their address."""

    unknown = gettext_lazy(
        "Aucune structure ne s’appelle « %(line)s » : copiez son nom tel que sa page l’écrit."
    )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return "\n".join(one.name for one in value)
        return value

    def read(self, line: str) -> Organisation | None:
        same = Organisation.objects.filter(Q(name__iexact=line) | Q(slug=line.rstrip("/").rpartition("/")[2]))
        return same.order_by("pk").first()


class LogoForm(forms.Form):
    """A new logo, re-encoded: `encoded` after validation."""

    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=gettext_lazy("JPEG, PNG ou WebP, 10 Mo au plus, de préférence sur fond blanc."),
    )
    encoded: "ContentFile[bytes] | None" = None

    def clean_logo(self) -> Any:
        file = self.cleaned_data["logo"]
        try:
            self.encoded = encode_logo(file, size=file.size or 0)
        except PhotoRefused as error:
            raise ValidationError(str(error)) from error
        return file
