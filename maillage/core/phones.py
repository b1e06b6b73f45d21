"""Telephone numbers, as people of France and of its overseas territories write them."""

import re

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from maillage.core.errors import DomainError

# where a number without its country code may be from: mainland first
REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT", "PM", "NC", "PF", "WF")

# the ranges that Arcep keeps for works of fiction: the people of a demo have such numbers
FICTION = re.compile(r"(?:\+33|0033|0)((?:19900|26191|35301|46571|53649|63998)\d{4})")


class WrongPhone(DomainError):
    """No such number can be called."""


def checked_phone(text: str) -> str:
    """The number in its international form (« +33240000000 »), "" for none; in a demo, a made-up one too. Raises WrongPhone."""
    text = text.strip()
    if not text:
        return ""
    if settings.DEMO and (made_up := FICTION.fullmatch(re.sub(r"[^\d+]", "", text))):
        return f"+33{made_up[1]}"
    found = _read(text)
    if found is None:
        raise WrongPhone(
            _(
                "Ce numéro n’est pas valable : écrivez ses 10 chiffres, par exemple 06 12 34 56 78, ou l’indicatif du pays (+221…)."
            )
        )
    return str(phonenumbers.format_number(found, PhoneNumberFormat.E164))


def readable_phone(text: str) -> str:
    """The number in groups, as people say it; `text` itself when it cannot be read."""
    found = _read(text) or _shaped(text)
    if found is None:
        return text
    at_home = phonenumbers.region_code_for_country_code(found.country_code or 0) in REGIONS
    form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(found, form))


def dialled_phone(text: str) -> str:
    """What a `tel:` link holds: the international form, or the digits alone of a short number (« 3949 »)."""
    found = _read(text)
    if found is None:
        return re.sub(r"[^\d+]", "", text)
    return str(phonenumbers.format_number(found, PhoneNumberFormat.E164))


def _shaped(text: str) -> PhoneNumber | None:
    """A number that nobody has, but of the right length, as those kept for works of fiction are."""
    try:
        number = phonenumbers.parse(text, None)
    except NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _read(text: str) -> PhoneNumber | None:
    for region in REGIONS:
        try:
            number = phonenumbers.parse(text, region)
        except NumberParseException:
            return None
        if phonenumbers.is_valid_number(number):
            return number
    return None
