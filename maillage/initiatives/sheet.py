"""A fiche as one A4 page (PDF) with its QR code."""

from collections.abc import Iterator

from django.template.loader import render_to_string
from django.urls import reverse

from maillage.core.markdown import as_text
from maillage.initiatives.models import Initiative, Phase, Public, Theme
from maillage.ui.paper import one_page_of, qr_code

# characters of the description tried in turn until the sheet holds on one page
LENGTHS = (2600, 1900, 1300, 800, 400, 200, 0)


def sheet_of(initiative: Initiative, themes: list[Theme], base_url: str) -> bytes:
    """The PDF; the description is shortened until all of it holds on one page."""
    address = base_url + reverse("initiatives:fiche", args=[initiative.slug])
    context = {
        "initiative": initiative,
        "themes": themes,
        "publics": [Public(code).label for code in initiative.publics if code in Public.values],
        "phases": [Phase(code).label for code in initiative.phases if code in Phase.values],
        "qr": qr_code(address),
        "address": address.split("//", 1)[1],
    }

    def drafts() -> Iterator[str]:
        for length in LENGTHS:
            body = as_text(initiative.body, length) if length else ""
            yield render_to_string("initiatives/sheet.html", {**context, "body": body})

    return one_page_of(drafts())
