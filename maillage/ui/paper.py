"""Sheets of paper: HTML of ours drawn as PDF by WeasyPrint, and QR codes; nothing is fetched, fonts are ours."""

from collections.abc import Iterable
from io import BytesIO

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

FONTS = {
    f"maillage:font-{subset}": f"atkinson-hyperlegible-next-{subset}-wght-normal.woff2"
    for subset in ("latin", "latin-ext")
}


class OurFilesOnly(URLFetcher):
    """Gives the sheet's fonts and refuses everything else: no file, no network."""

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        if url not in FONTS:
            raise ValueError(url)
        path = settings.NODE_MODULES / "@fontsource-variable/atkinson-hyperlegible-next/files" / FONTS[url]
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/woff2"})


def one_page_of(drafts: Iterable[str]) -> bytes:
    """The PDF of the first of `drafts` (HTML, from the fullest to the shortest) that holds on one page.

    When none does, the first page of the last one.
    """
    for draft in drafts:
        document = HTML(string=draft, url_fetcher=OurFilesOnly()).render()
        if len(document.pages) == 1:
            break
    return bytes(document.copy(document.pages[:1]).write_pdf())


def pages_of(sheet: str) -> bytes:
    """The PDF of an HTML sheet, of as many pages as it takes."""
    return bytes(HTML(string=sheet, url_fetcher=OurFilesOnly()).write_pdf())


def qr_code(address: str) -> SafeString:
    """The QR code of `address` as inline SVG, without a size of its own."""
    out = BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", xmldecl=False, svgclass=None, lineclass=None, border=1, omitsize=True, dark="#1B2430"
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308 made here
