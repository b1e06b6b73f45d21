"""Every public page: what a first visit transfers, without the map, and how long the server takes."""

import http.client
import os
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from playwright.sync_api import Browser

from bench.report import Figure, at_most, p95, timings_ms, told
from bench.site import chromium, serving
from maillage.core.cluster import SUPERUSER
from tests.browser.addresses import SEARCHES, public_pages

TIMES = int(os.environ.get("BENCH_TIMES", "40"))
KB = 1000
MOST_KB, MOST_MS = 80, 60
# what the map alone brings: its library, its module, its tiles and markers
OF_THE_MAP = (
    "/tuiles/",
    "/static/vendor/leaflet/",
    "/carte/grappes",
    "/grappes",
    "/static/initiatives/map",
    "/static/territories/map",
)


def figures() -> Iterable[Figure]:
    """Two figures a page, then the whole site's p95."""
    everything: list[float] = []
    with serving() as base, chromium() as browser:
        for path in paths():
            kilobytes, requests = transferred(browser, base, path)
            milliseconds = server_ms(base, path)
            everything += milliseconds
            yield at_most(f"{path} transferred", kilobytes, "KB", MOST_KB)
            yield at_most(f"{path} server p95", p95(milliseconds), "ms", MOST_MS)
            yield told(f"{path} requests", requests, "requests")
    yield at_most("all pages, server p95", p95(everything), "ms", MOST_MS)


def paths() -> Iterator[str]:
    """The addresses of the public pages, with a sample of the demo content where they take a parameter."""
    login = {"host": str(settings.CLUSTER.socket_dir), "user": SUPERUSER, "dbname": "maillage"}
    with psycopg.connect(**login, autocommit=True) as database:
        yield from (page.address(database) for page in public_pages() if page.is_known)
    yield from (path for name, path in SEARCHES.items() if name != "missing")


def transferred(browser: Browser, base: str, path: str) -> tuple[float, int]:
    """Kilobytes (1000 bytes, headers included) and requests of a first visit with nothing cached, the map left out."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR")
    try:
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        addresses: dict[str, str] = {}
        sizes: dict[str, float] = {}
        network.on(
            "Network.requestWillBeSent", lambda e: addresses.update({e["requestId"]: e["request"]["url"]})
        )
        network.on(
            "Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]})
        )
        page.goto(base + path, wait_until="networkidle")
        kept = [
            size
            for request, size in sizes.items()
            if not urlsplit(addresses.get(request, "")).path.startswith(OF_THE_MAP)
        ]
        return sum(kept) / KB, len(kept)
    finally:
        context.close()


def server_ms(base: str, path: str) -> list[float]:
    """Milliseconds from the request to the last byte, one at a time over one connection of this machine."""
    server = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)

    def ask() -> None:
        server.request("GET", path, headers={"Accept-Encoding": "gzip", "Accept-Language": "fr"})
        answer = server.getresponse()
        answer.read()
        # a refused search (422) is a page that people see too
        if answer.status >= 500 or answer.status == 404:
            raise RuntimeError(f"{path} : {answer.status}")

    try:
        return timings_ms(ask, TIMES, warm_up=4)
    finally:
        server.close()
