"""What every page carries: the skip link, the menus, the colours, the place search, the offline line."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.checks import accessibility_faults, described, overflow


def test_the_first_stop_of_the_keyboard_leads_to_the_content(page: Page) -> None:
    page.goto("/aide/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Aller au contenu")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_colours_change_at_once_and_stay(fresh_page: Page) -> None:
    fresh_page.goto("/aide/")
    with fresh_page.expect_response("**/apparence/"):
        fresh_page.get_by_role("button", name="Sombre").click()
    assert fresh_page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 24, 31)"
    fresh_page.reload()
    assert fresh_page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    expect(fresh_page.get_by_role("button", name="Sombre")).to_have_attribute("aria-pressed", "true")


def test_colours_change_without_javascript(without_javascript: BrowserContext) -> None:
    tab = without_javascript.new_page()
    tab.goto("/aide/?a=1")
    tab.get_by_role("button", name="Sombre").click()
    assert tab.url.endswith("/aide/?a=1")
    expect(tab.locator("html")).to_have_attribute("data-bs-theme", "dark")
    tab.get_by_role("button", name="Auto").click()
    tab.close()


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(phone: BrowserContext) -> None:
    tab = phone.new_page()
    tab.goto("/aide/")
    menu = tab.locator("details.menu")
    menu.locator("summary").focus()
    tab.keyboard.press("Enter")
    expect(menu.get_by_role("link").first).to_be_visible()
    tab.keyboard.press("Escape")
    expect(menu.get_by_role("link").first).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    tab.close()


def test_losing_the_network_is_said(fresh_page: Page) -> None:
    fresh_page.goto("/aide/", wait_until="networkidle")
    fresh_page.context.set_offline(True)
    expect(fresh_page.get_by_text("Vous êtes hors ligne")).to_be_visible()
    fresh_page.context.set_offline(False)
    expect(fresh_page.get_by_text("Vous êtes hors ligne")).to_be_hidden()


def test_a_dialog_opens_keeps_the_focus_and_gives_it_back(page: Page) -> None:
    page.goto("/ui/", wait_until="networkidle")
    opener = page.get_by_role("link", name="Ouvrir une boîte")
    opener.click()
    dialog = page.get_by_role("dialog", name="Retirer cette photo ?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_message_can_be_closed(page: Page) -> None:
    page.goto("/ui/", wait_until="networkidle")
    notice = page.locator(".notice", has_text="Votre proposition est enregistrée.")
    notice.get_by_role("button", name="Fermer ce message").click()
    expect(notice).to_have_count(0)


def test_the_position_of_the_device_is_rounded_and_asked_only_on_demand(fresh_page: Page) -> None:
    fresh_page.context.grant_permissions(["geolocation"])
    fresh_page.context.set_geolocation({"longitude": 2.4412345, "latitude": 48.9698765})
    fresh_page.goto("/", wait_until="networkidle")
    with fresh_page.expect_request("**/trouver/**") as asked:
        fresh_page.get_by_role("button", name="Autour de moi").click()
    assert "lon=2.441&lat=48.970" in asked.value.url


def test_a_place_is_found_as_one_types_with_the_keyboard_alone(fresh_page: Page) -> None:
    fresh_page.goto("/", wait_until="networkidle")
    field = fresh_page.get_by_role("combobox", name="Où habitez-vous ?")
    field.press_sequentially("garges les", delay=20)
    expect(fresh_page.get_by_role("option", name="Garges-lès-Gonesse").first).to_be_visible()
    faults = accessibility_faults(fresh_page)
    assert faults == [], described(faults)
    fresh_page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-expanded", "true")
    fresh_page.keyboard.press("Enter")
    expect(field).to_have_value("Garges-lès-Gonesse")
    expect(fresh_page.get_by_role("listbox")).to_have_count(0)  # closed
    fresh_page.get_by_role("radio", name="J’ai une envie ou une idée").check()
    with fresh_page.expect_navigation(url="**/trouver/**"):
        fresh_page.get_by_role("button", name="Trouver mon contact").click()
    assert fresh_page.url.endswith("/trouver/?commune=95268&phase=idee")


def test_a_place_is_found_without_javascript(without_javascript: BrowserContext) -> None:
    tab = without_javascript.new_page()
    tab.goto("/")
    tab.get_by_label("Où habitez-vous ?").fill("Garges-lès-Gonesse")
    tab.get_by_role("button", name="Trouver mon contact").click()
    assert tab.url.endswith("/trouver/?commune=95268")
    expect(tab.locator("h1")).to_have_count(1)
    tab.close()


@pytest.mark.parametrize("path", ["/", "/initiatives/", "/ui/", "/donnees-personnelles/"])
def test_a_page_read_from_right_to_left_keeps_its_frame(path: str, phone: BrowserContext) -> None:
    tab = phone.new_page()
    tab.goto(path, wait_until="load")
    tab.evaluate("() => { document.documentElement.dir = 'rtl'; }")
    assert overflow(tab) == 0
    brand = tab.locator(".brand").bounding_box()
    menu = tab.locator("details.menu").bounding_box()
    assert brand
    assert menu
    assert brand["x"] > menu["x"], "the brand starts the line"
    tab.close()


def test_a_printed_page_is_ink_on_paper_without_menus(page: Page) -> None:
    page.goto("/initiatives/", wait_until="load")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"
    for hidden in (".top nav", ".theme-switch", "details.menu"):
        expect(page.locator(hidden).first).to_be_hidden()
