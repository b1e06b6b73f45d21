"""Addresses in a file: e-mail, web, and several web links in one cell."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from maillage.core.imports.values import one_line, text
from maillage.initiatives.imports.places import Refused

ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)


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
    """The links of one cell, each perhaps after its label: « Site https://… ; Vidéo https://… », or addresses alone."""
    if given is None or given == "":
        return [], False
    if isinstance(given, str) and given.startswith("["):
        with suppress(ValueError):
            given = json.loads(given)
    links: list[dict[str, str]] = []
    mended = False
    for label, url in labelled(given):
        address, was = read_url(url, "links", problems)
        mended = mended or was
        if address:
            links.append({"url": address, "label": label[:120]})
    return links, mended


def labelled(given: Any) -> Iterator[tuple[str, str]]:
    """(label, address) of each link, as written."""
    if isinstance(given, list):
        for item in given:
            if isinstance(item, dict):
                yield one_line(item.get("label") or item.get("libelle")), one_line(item.get("url"))
            else:
                yield "", one_line(item)
        return
    for part in re.split(r"\s;\s|;\s|\n|\s\|\s", text(given)):
        *label, url = part.strip(" ;,|").split() or [""]
        if label and all(ADDRESS.match(word) for word in label):
            for word in (*label, url):
                yield "", word.strip(",;")
        elif url:
            yield " ".join(label).rstrip(" :"), url
