"""The map in a real browser: it takes the first view's place, by keyboard too, and never changes the list unasked."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import checks

READY = "initiatives-map[data-ready]"


@pytest.fixture
def carte(fresh_page: Page) -> Page:
    """The map, alive."""
    fresh_page.goto("/carte/")
    fresh_page.wait_for_selector(READY)
    return fresh_page


def places(page: Page, selector: str) -> list[tuple[float, float]]:
    """The centres of what is drawn, in pixels of the window, from the north-west."""
    found = page.evaluate(
        """selector => [...document.querySelectorAll(selector)].map(e => {
            const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })""",
        selector,
    )
    return sorted((round(x), round(y)) for x, y in found)


def test_the_interactive_map_takes_the_place_of_the_first_view_without_a_jump(carte: Page) -> None:
    first = places(carte, ".first-view .mk > circle")
    now = places(carte, ".map-mark .mk > circle")

    assert len(first) >= 3
    visible = [
        at for at in now if at in first or any(abs(at[0] - x) <= 2 and abs(at[1] - y) <= 2 for x, y in first)
    ]
    assert visible == now
    assert len(now) == len(first)


def test_tiles_hide_their_seams_and_say_which_site_shows_them(carte: Page) -> None:
    wider = carte.locator(".map-tile svg").first.evaluate(
        "svg => svg.getBoundingClientRect().width / svg.parentElement.getBoundingClientRect().width"
    )
    policy = carte.evaluate(
        """async () => {
            const { baseTiles } = await import(performance.getEntriesByType("resource").find((r) => r.name.includes("map-tiles")).name);
            const raster = baseTiles(globalThis.L, { raster: "http://127.0.0.1:9/{z}/{x}/{y}.png" }, {});
            return raster.createTile({ x: 0, y: 0, z: 0 }, () => {}).referrerPolicy;
        }"""
    )

    assert wider == pytest.approx(257 / 256, abs=1e-4)
    assert policy == "strict-origin-when-cross-origin"  # OpenStreetMap refuses who does not say


def test_the_map_is_one_stop_of_the_keyboard_and_moves_with_the_arrows(carte: Page) -> None:
    canvas = carte.locator(".map-canvas")
    assert carte.locator(".map-canvas [tabindex='0'], .map-canvas a, .map-canvas button").count() == 0
    before = carte.locator("#results-title").text_content()
    canvas.focus()
    carte.keyboard.press("Shift+ArrowRight")
    expect(carte).to_have_url(re.compile("vue="))
    assert carte.locator("#results-title").text_content() == before  # the list moves only when asked

    carte.get_by_role("button", name="Chercher dans cette zone").press("Enter")

    expect(carte).to_have_url(re.compile("bbox="))
    bbox = parse_qs(urlsplit(carte.url).query)["bbox"][0]
    assert len(bbox.split(",")) == 4
    carte.go_back()
    expect(carte.locator("#results-title")).to_have_text(before or "")


def test_arrows_go_from_marker_to_marker_enter_opens_and_escape_returns(fresh_page: Page) -> None:
    fresh_page.goto("/carte/?region=32")
    fresh_page.wait_for_selector(READY)
    canvas, chosen = fresh_page.locator(".map-canvas"), fresh_page.locator(".map-mark[data-on=chosen]")
    canvas.focus()
    fresh_page.keyboard.press("ArrowDown")
    expect(chosen).to_have_count(1)
    first = chosen.locator("title").text_content() or ""
    expect(fresh_page.locator("#status")).to_have_text(first)
    if not first[0].isdigit():  # alone there: the list shows the same
        expect(fresh_page.locator("#results .entry.on")).to_contain_text(first)
    seen = {first}
    for key in ("ArrowUp", "ArrowDown", "ArrowRight", "ArrowLeft"):
        fresh_page.keyboard.press(key)
        seen.add(chosen.locator("title").text_content() or "")
    assert len(seen) > 1
    assert checks.accessibility_faults(fresh_page) == []

    fresh_page.keyboard.press("Escape")
    expect(chosen).to_have_count(0)
    expect(canvas).to_be_focused()


def test_enter_opens_the_card_of_the_chosen_marker_and_escape_returns_to_it(fresh_page: Page) -> None:
    fresh_page.goto("/carte/?commune=95268")
    fresh_page.wait_for_selector(READY)
    canvas, chosen = fresh_page.locator(".map-canvas"), fresh_page.locator(".map-mark[data-on=chosen]")
    canvas.focus()
    fresh_page.keyboard.press("ArrowDown")
    fresh_page.keyboard.press("Enter")
    expect(fresh_page.locator(".map-card")).to_be_focused()
    fresh_page.keyboard.press("Escape")
    expect(canvas).to_be_focused()
    expect(chosen).to_have_count(1)


def test_a_marker_under_the_pointer_shows_its_entries(fresh_page: Page) -> None:
    fresh_page.goto("/carte/?commune=95268")
    fresh_page.wait_for_selector(READY)
    fresh_page.locator(".map-mark .mk").first.hover()
    expect(fresh_page.locator("#results .entry.on").first).to_be_visible()
    fresh_page.mouse.move(5, 5)
    expect(fresh_page.locator("#results .entry.on")).to_have_count(0)


def test_a_filter_changes_the_list_and_the_map_together_and_keeps_the_focus(carte: Page) -> None:
    carte.locator("summary", has_text="Thèmes").click()
    box = carte.locator("input[name=theme][value=lieux]")
    with carte.expect_response(
        lambda answer: "grappes.json" in answer.url and "theme=lieux" in answer.url
    ) as seen:
        box.check()
    total = seen.value.json()["total"]

    expect(carte.locator("#results-title")).to_have_text(re.compile(rf"^{total} initiative"))
    expect(box).to_be_focused()
    groups = seen.value.json()["groups"]
    expect(carte.locator(".map-mark")).to_have_count(len(groups))
    assert sum(g["n"] for g in groups) <= total - seen.value.json()["unplaced"]
    expect(carte.locator(".map-beside")).to_have_text(seen.value.json()["note"])


def test_a_search_is_one_step_to_go_back_over_and_brings_its_sorts(fresh_page: Page) -> None:
    fresh_page.goto("/initiatives/")
    # not wait_for_function, whose second look is an eval that the page's policy forbids
    fresh_page.evaluate(
        "new Promise(found => { const look = () => window.htmx ? found() : requestAnimationFrame(look); look(); })"
    )
    before = fresh_page.locator("#results-title").text_content() or ""
    fresh_page.get_by_label("Que cherchez-vous").fill("bus")
    fresh_page.keyboard.press("Enter")
    expect(fresh_page).to_have_url(re.compile("q=bus"))
    fresh_page.get_by_label("Trier par").focus()
    fresh_page.keyboard.press("ArrowDown")
    expect(fresh_page).to_have_url(re.compile("tri=date"))
    expect(fresh_page.get_by_label("Trier par")).to_be_focused()

    with fresh_page.expect_response(lambda answer: "q=bus" in answer.url and "tri=date" not in answer.url):
        fresh_page.go_back()
    fresh_page.go_back()

    expect(fresh_page.locator("#results-title")).to_have_text(before)
    assert urlsplit(fresh_page.url).query == ""


def test_around_me_then_elsewhere_changes_the_place_and_not_only_the_words(fresh_page: Page) -> None:
    fresh_page.context.grant_permissions(["geolocation"])
    fresh_page.context.set_geolocation({"longitude": 2.4, "latitude": 48.97})
    fresh_page.goto("/carte/")
    fresh_page.wait_for_selector(READY)
    fresh_page.get_by_role("button", name="Autour de moi").click()
    expect(fresh_page).to_have_url(re.compile("lon=2.4&lat=48.97&rayon=20"))
    fresh_page.get_by_label("Dans un rayon de").select_option("5")
    expect(fresh_page).to_have_url(re.compile("rayon=5"))

    fresh_page.get_by_label("Où ?").press_sequentially("Rennes Mét")
    fresh_page.get_by_role("option", name="Rennes Métropole").click()

    expect(fresh_page).to_have_url(re.compile(r"/carte/\?epci=243500139"))
    expect(fresh_page.locator("#results .chips")).not_to_contain_text("à moins de")


def test_an_entry_under_the_pointer_or_the_focus_shows_its_marker(carte: Page) -> None:
    entry = carte.locator("#results .entry[data-at]").first
    entry.get_by_role("link").first.focus()
    expect(carte.locator(".map-mark[data-on]")).to_have_count(1)


def test_a_marker_opens_a_card_that_escape_closes(fresh_page: Page) -> None:
    fresh_page.goto("/carte/?commune=95268")
    fresh_page.wait_for_selector(READY)
    fresh_page.locator(".map-mark .mk").first.click()
    card = fresh_page.locator(".map-card")
    expect(card).to_be_visible()
    expect(card).to_be_focused()
    expect(card.get_by_role("link").first).to_be_visible()
    assert checks.accessibility_faults(fresh_page) == []
    fresh_page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(fresh_page.locator(".map-canvas")).to_be_focused()


def test_a_drawn_zone_is_searched(carte: Page) -> None:
    carte.get_by_role("button", name="Dessiner une zone").click()
    frame = carte.locator(".map-canvas").bounding_box()
    assert frame
    for x, y in ((0.3, 0.3), (0.7, 0.3), (0.5, 0.7)):
        carte.mouse.click(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"])
        carte.wait_for_timeout(350)
    carte.get_by_role("button", name="Terminer").click()
    expect(carte).to_have_url(re.compile(r"zone=POLYGON"))


def test_a_failure_is_said_and_can_be_tried_again(carte: Page) -> None:
    carte.route("**/grappes.json*", lambda route: route.abort())
    carte.locator(".map-canvas").focus()
    carte.keyboard.press("Shift+ArrowDown")
    expect(carte.get_by_text("La carte n’a pas pu être mise à jour")).to_be_visible()
    carte.unroute("**/grappes.json*")
    carte.get_by_role("button", name="Réessayer").click()
    expect(carte.get_by_text("La carte n’a pas pu être mise à jour")).to_be_hidden()


def test_without_javascript_links_zoom_and_reach_overseas(without_javascript: BrowserContext) -> None:
    tab = without_javascript.new_page()
    tab.goto("/carte/")
    tab.get_by_role("link", name="Voir la carte").click()
    assert tab.url.endswith("#carte")
    tab.get_by_role("link", name="La Réunion").click()
    assert "vue=55." in tab.url
    expect(tab.locator(".first-view")).to_contain_text("Saint-Denis")
    tab.goto("/carte/")
    name = tab.locator(".first-view a[href*='bbox=']").first.get_attribute("aria-label") or ""
    tab.locator(".first-view a[href*='bbox=']").first.focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile("bbox="))
    expect(tab.locator("#results-title")).to_have_text(name.split(",")[0])
    assert checks.overflow(tab) == 0
    tab.close()


def test_the_map_page_has_no_fault_in_either_theme(carte: Page) -> None:
    assert checks.faults_in_both_themes(carte) == []
