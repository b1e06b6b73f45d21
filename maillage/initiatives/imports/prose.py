"""Summaries and descriptions: what of a text is for a page, and what becomes of code written in it."""

import re
from typing import Any

from django.utils.translation import gettext as _

from maillage.core.imports.markup import linked, without_tags
from maillage.core.imports.values import one_line, text

SUMMARY_LENGTH = 400
MARKUP = re.compile(r"<[a-zA-Z/!][^>]{0,40}>?")
UMAP_LINK = re.compile(r"\[\[(https?://[^\s|\]]+)(?:\|([^\]\n]*))?\]\]")
UMAP_FRAME = re.compile(
    r"\{{2,3}https?://[^{}\s]+\}{2,3}"
)  # an image, or another page in the middle of the text


def markup(found: str) -> str:
    return _("du code (« %(found)s ») est écrit dans le texte : retirez-le, un texte simple suffit") % {
        "found": found[:20]
    }


def summary_of(description: str) -> tuple[str, str]:
    """Summary and body from one description: a short one is its own summary, of a long one the start is."""
    start = one_line(description.split("\n", 1)[0])
    if len(description) <= SUMMARY_LENGTH and start == description:
        return description, ""
    if len(start) > SUMMARY_LENGTH:
        start = start[: SUMMARY_LENGTH - 2].rsplit(" ", 1)[0] + " …"
    return start, description


def without_link(given: Any) -> str:
    """One line, without the link to the fiche that our own uMap files end with."""
    return re.sub(r"\s*\[\[\S+?\|[^\]]*\]\]$", "", one_line(given))


def prose(description: str) -> str:
    """The description of an object of a map, in HTML or with uMap's own marks, as plain text."""
    drawn = UMAP_LINK.sub(lambda found: linked(found[1], found[2] or ""), description)
    return text(without_tags(UMAP_FRAME.sub("", drawn)))
