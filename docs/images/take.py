"""Take the pictures of the README again, from a demo that runs with its example content: nothing in them is anybody.

    ./bin/demo &
    .venv/bin/python -m docs.images.take http://127.0.0.1:8000

One picture a page, in few colours, LARGEST bytes at most; the map's own is left as it is.
"""

import io
import re
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from bench.site import ARGUMENTS, CHROMIUM

HERE = Path(__file__).parent
LARGEST = 60_000
ADVISER = "Conseillère ou conseiller"
RESIDENT = "parcours@exemple.invalid"
FINDER = "/trouver/?adresse=Garges-lès-Gonesse&lon=2.401&lat=48.967&phase=idee&besoin=garde-enfant"


def main(site: str) -> None:
    """Write each picture beside this file, and say its size."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        keep("trouver", finder(browser, site))
        keep("orientations", inbox(browser, site))
        keep("orientation", referral(browser, site))
        keep("mon-parcours", own_space(browser, site))
        browser.close()


def finder(browser: Browser, site: str) -> bytes:
    """Whom to call first, on a phone."""
    page = opened(browser, site, 390, 760)
    page.goto(FINDER)
    return page.screenshot()


def inbox(browser: Browser, site: str) -> bytes:
    """What an adviser has to answer today."""
    page = desk(browser, site, ADVISER)
    page.goto("/espace/orientations/")
    return page.screenshot()


def referral(browser: Browser, site: str) -> bytes:
    """One referral as the structure that received it sees it."""
    page = desk(browser, site, ADVISER)
    page.goto("/espace/orientations/")
    page.get_by_role("link", name=re.compile("^Reçues par ma structure")).click()
    page.get_by_role("link", name="F. S.").first.click()
    page.wait_for_load_state()
    return page.screenshot()


def own_space(browser: Browser, site: str) -> bytes:
    """« Mon parcours », by a code that the demo's outbox shows."""
    page = opened(browser, site, 390, 760)
    page.goto("/mon-parcours/")
    page.get_by_label("téléphone").fill(RESIDENT)
    page.get_by_role("button", name="Recevoir mon code").click()
    outbox = page.context.new_page()
    for _try in range(20):  # a job sends it
        outbox.goto("/demo/boite-d-envoi/")
        if found := re.search(r"\b\d{6}\b", outbox.locator("main").inner_text()):
            break
        outbox.wait_for_timeout(500)
    page.locator("main form input[name=code]").fill(found[0] if found else "")
    page.locator("main form button.btn-call").first.click()
    page.wait_for_url("**/mon-parcours/")
    return page.screenshot()


def opened(browser: Browser, site: str, width: int, height: int) -> Page:
    """A page of this size, in French, where nothing moves."""
    viewport = {"width": width, "height": height}
    return browser.new_context(
        base_url=site, locale="fr-FR", reduced_motion="reduce", viewport=viewport
    ).new_page()


def desk(browser: Browser, site: str, account: str) -> Page:
    """A wide screen where one of the demo's accounts has entered by its button."""
    page = opened(browser, site, 1280, 800)
    page.goto("/compte/connexion/")
    page.get_by_role("button", name=account, exact=True).click()
    page.wait_for_load_state()
    return page


def keep(name: str, png: bytes) -> None:
    """Write a picture in as many colours as LARGEST allows."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (128, 64, 32, 16):
        found = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(found, "PNG", optimize=True)
        if found.tell() <= LARGEST:
            break
    (HERE / f"{name}.png").write_bytes(found.getvalue())
    sys.stderr.write(f"{name}.png: {found.tell()} bytes, {colours} colours\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
