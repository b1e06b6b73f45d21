"""A fiche as one A4 page (PDF) with its QR code; nothing is fetched, fonts are ours."""

from io import BytesIO

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

from maillage.initiatives.markdown import as_text
from maillage.initiatives.models import Initiative, Public, Theme

FONTS = {
    f"maillage:font-{subset}": f"atkinson-hyperlegible-next-{subset}-wght-normal.woff2"
    for subset in ("latin", "latin-ext")
}
# characters of the description tried in turn until the sheet holds on one page
LENGTHS = (2600, 1900, 1300, 800, 400, 0)


class OurFilesOnly(URLFetcher):
    """Gives the sheet's fonts and refuses everything else: no file, no network."""

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        if url not in FONTS:
            raise ValueError(url)
        path = settings.NODE_MODULES / "@fontsource-variable/atkinson-hyperlegible-next/files" / FONTS[url]
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/woff2"})


def sheet_of(initiative: Initiative, themes: list[Theme], base_url: str) -> bytes:
    """The PDF; the description is shortened until all of it holds on one page."""
    address = base_url + reverse("initiatives:fiche", args=[initiative.slug])
    context = {
        "initiative": initiative,
        "themes": themes,
        "publics": [Public(code).label for code in initiative.publics if code in Public.values],
        "qr": mark_safe(_qr(address)),  # noqa: S308 made here
        "address": address.split("//", 1)[1],
    }
    for length in LENGTHS:
        context["body"] = as_text(initiative.body, length) if length else ""
        html = render_to_string("initiatives/sheet.html", context)
        document = HTML(string=html, url_fetcher=OurFilesOnly()).render()
        if len(document.pages) == 1:
            break
    return bytes(document.copy(document.pages[:1]).write_pdf())


def _qr(address: str) -> str:
    out = BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", xmldecl=False, svgclass=None, lineclass=None, border=1, omitsize=True, dark="#1B2430"
    )
    return out.getvalue().decode()
