"""Every public page, in a real browser: readable by all, complete without JavaScript, alone with its server."""

from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page as Tab

from tests.browser import checks
from tests.browser.addresses import SEARCHES, Page, public_pages

PAGES = {page.route or "(accueil)": page for page in public_pages() if page.is_known}
TARGETS = [*PAGES, *SEARCHES]


def address(target: str, demo: psycopg.Connection) -> str:
    return SEARCHES[target] if target in SEARCHES else PAGES[target].address(demo)


def test_every_public_address_has_a_sample_or_a_reason() -> None:
    unknown = [page.route for page in public_pages() if not page.is_known]

    assert unknown == [], "give each a sample, or a reason to be left out, in tests/browser/addresses.py"


def test_the_list_of_pages_is_not_empty() -> None:
    assert {"(accueil)", "aide/", "ui/"} <= set(PAGES)
    assert isinstance(PAGES["ui/"], Page)


@pytest.mark.parametrize("target", TARGETS)
def test_on_a_wide_screen(target: str, desk: BrowserContext, site: str, demo: psycopg.Connection) -> None:
    tab = desk.new_page()
    try:
        watch = checks.Watch.over(tab, site)
        response = tab.goto(address(target, demo), wait_until="load")
        assert response is not None
        assert response.status < 500
        heads = tab.evaluate(
            "() => ({title: document.title, lang: document.documentElement.lang, h1: document.querySelectorAll('h1').length, main: document.querySelectorAll('main').length})"
        )
        assert heads["title"]
        assert (heads["lang"], heads["h1"], heads["main"]) == ("fr", 1, 1)
        faults = checks.faults_in_both_themes(tab)
        assert faults == [], checks.described(faults)
        hidden = checks.hidden_focus(tab)
        assert hidden == [], "takes the focus without showing it"
        # last: what the page asked for once it was loaded is seen too
        assert watch.faults(status=response.status) == []
    finally:
        tab.close()


@pytest.fixture(scope="module")
def phone_tab(phone: BrowserContext) -> Iterator[Tab]:
    """One tab for all: each page replaces the one before."""
    tab = phone.new_page()
    yield tab
    tab.close()


@pytest.mark.parametrize("target", TARGETS)
def test_on_a_phone(target: str, phone_tab: Tab, demo: psycopg.Connection) -> None:
    phone_tab.goto(address(target, demo), wait_until="load")
    assert checks.overflow(phone_tab) == 0, "scrolls sideways at 360 px"
    # the colours of the wide screen, which was looked at in both themes, but for what only a phone shows: that is
    # looked at once for each page, not again for each search
    known = checks.COLOUR_RULES if target in SEARCHES else ()
    faults = checks.accessibility_faults(phone_tab, without=known)
    assert faults == [], checks.described(faults)


@pytest.fixture(scope="module")
def plain_tab(without_javascript: BrowserContext) -> Iterator[Tab]:
    """One tab for all, where no script runs."""
    tab = without_javascript.new_page()
    yield tab
    tab.close()


@pytest.mark.parametrize("target", TARGETS)
def test_without_javascript(target: str, plain_tab: Tab, demo: psycopg.Connection) -> None:
    plain_tab.goto(address(target, demo))
    assert plain_tab.locator("h1").count() == 1
    assert len(plain_tab.locator("main").inner_text()) > 40
    assert checks.overflow(plain_tab) == 0
    # a button that only a script would answer must not be there
    dead = (
        plain_tab.locator("main button[type=button]:visible:not([data-sample])").count()
        if target != "ui/"
        else 0
    )
    assert dead == 0, "a button that does nothing without JavaScript"
