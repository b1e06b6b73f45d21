"""The place of a proposal: by a click, by keyboard, by an address; the fields say what the map shows."""

import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import checks

PROPOSE = "/initiatives/proposer/"


def opened(page: Page, where: str = "Garges-lès-Gonesse (95268)") -> None:
    page.goto(PROPOSE)
    page.get_by_label("Commune, département ou région").fill(where)
    page.get_by_role("button", name="Placer le point sur la carte").click()
    expect(page.locator(".picker-map .map-tile svg").first).to_be_visible()


def test_a_click_places_the_point_and_names_its_commune(fresh_page: Page) -> None:
    opened(fresh_page)
    fresh_page.locator(".picker-map").click()
    expect(fresh_page.locator(".picker-said")).to_have_text("Point placé : Garges-lès-Gonesse.")
    expect(fresh_page.locator("[name=lat]")).to_have_value(re.compile(r"^48\.9\d{4}$"))
    expect(fresh_page.locator("[name=lon]")).to_have_value(re.compile(r"^2\.[34]\d{4}$"))
    expect(fresh_page.locator("[name=where]")).to_have_value("Garges-lès-Gonesse (95268)")
    expect(fresh_page.locator(".picker-mark")).to_be_visible()
    assert checks.accessibility_faults(fresh_page) == []
    assert checks.overflow(fresh_page) == 0


def test_by_keyboard_enter_places_the_point_in_the_middle(fresh_page: Page) -> None:
    opened(fresh_page)
    expect(fresh_page.locator(".picker-map")).to_be_focused()
    fresh_page.keyboard.press("Enter")
    expect(fresh_page.locator(".picker-said")).to_contain_text("Point placé")
    assert fresh_page.url.endswith(PROPOSE)


def test_a_point_at_sea_is_said_at_once(fresh_page: Page) -> None:
    opened(fresh_page)
    fresh_page.locator("place-picker").evaluate("picker => picker.put(-6.5, 46.5)")
    expect(fresh_page.locator(".picker-said")).to_contain_text("en mer")


def test_a_chosen_address_is_a_point(fresh_page: Page) -> None:
    found = {
        "kind": "adresse",
        "code": "95268",
        "nom": "2 Rue du Test 95140 Garges",
        "context": "95",
        "lon": 2.4,
        "lat": 48.97,
    }
    fresh_page.route("**/territories/search*", lambda route: route.fulfill(json=[found]))  # no geocoder here
    fresh_page.goto(PROPOSE)
    fresh_page.get_by_label("Commune, département ou région").press_sequentially("2 rue du test")
    fresh_page.locator(".place-field [role=option]").click()
    expect(fresh_page.locator("[name=address]")).to_have_value("2 Rue du Test 95140 Garges")
    expect(fresh_page.locator("[name=lon]")).to_have_value("2.40000")
    expect(fresh_page.locator("[name=where]")).to_have_value("Garges-lès-Gonesse (95268)")


def test_without_javascript_the_map_is_not_offered(without_javascript: BrowserContext) -> None:
    tab = without_javascript.new_page()
    tab.goto(PROPOSE)
    expect(tab.get_by_role("button", name="Placer le point sur la carte")).to_have_count(0)
    expect(tab.get_by_label("Commune, département ou région")).to_be_visible()
    tab.close()
