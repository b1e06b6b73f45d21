"""Addresses in a file: e-mail, web, and several web links in one cell."""

import json
import re
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from maillage.core.imports.values import one_line, text
from maillage.initiatives.imports.places import Refused


def email(given: Any) -> str:
    written = one_line(given).removeprefix("mailto:")
    if written:
        try:
            validate_email(written)
        except ValidationError as error:
            raise Refused(
                "contact_email", _("« %(value)s » n’est pas une adresse e-mail") % {"value": written[:60]}
            ) from error
    return written


def read_url(written: str, name: str, problems: list[Refused]) -> tuple[str, bool]:
    """A web address, and whether its « https:// » was added."""
    if not written:
        return "", False
    mended = written.lower().startswith("www.")
    address = f"https://{written}" if mended else written
    if not re.fullmatch(r"https?://[^\s<>\"]{3,490}", address, re.IGNORECASE):
        problems.append(
            Refused(
                name,
                _("« %(value)s » n’est pas une adresse web : elle commence par https://")
                % {"value": written[:60]},
            )
        )
        return "", False
    return address, mended


def read_links(given: Any, problems: list[Refused]) -> tuple[list[dict[str, str]], bool]:
    """The links of one cell: addresses apart by spaces or line ends, each after its label and a colon if it has one."""
    if given is None or given == "":
        return [], False
    if isinstance(given, str) and given.startswith("["):
        with suppress(ValueError):
            given = json.loads(given)
    links: list[dict[str, str]] = []
    mended = False
    if isinstance(given, list):
        parts = [
            (str(item.get("label", "")), str(item.get("url", "")))
            if isinstance(item, dict)
            else ("", str(item))
            for item in given
        ]
    else:
        parts = [
            (found[1] or "", found[2])
            for found in re.finditer(r"(?:([^\n|;]*?)\s*[:|]\s+)?(\S+)(?:[\s;|]+|$)", text(given))
        ]
    for label, url in parts:
        address, was = read_url(one_line(url).rstrip(";,|"), "links", problems)
        mended = mended or was
        if address:
            links.append({"url": address, "label": one_line(label)[:120]})
    return links, mended
