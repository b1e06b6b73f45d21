"""The financing plan, as one fills it: totals as one types, the same balance without JavaScript, files to take away."""

from playwright.sync_api import BrowserContext, Page

from tests.browser import checks

ADDRESS = "/plan-de-financement/"


def fill(tab: Page) -> None:
    tab.goto(ADDRESS)
    tab.get_by_label("Nom du projet").fill("Food truck")
    tab.get_by_label("Véhicule").fill("18 000")
    tab.get_by_label("Premier stock").fill("500,50")
    tab.get_by_label("Votre argent").fill("4.000")
    tab.get_by_label("Prêt de la banque").fill("14000")


def test_totals_follow_what_one_types(phone: BrowserContext) -> None:
    tab = phone.new_page()
    fill(tab)

    assert tab.locator("[data-total=besoins]").inner_text().split() == ["18", "500,50", "€"]
    assert tab.locator("[data-total=ressources]").inner_text().split() == ["18", "000", "€"]
    assert tab.locator("[data-balance]").inner_text().split() == ["Il", "manque", "500,50", "€"]
    tab.get_by_label("Prêt de la banque").fill("14500,50")
    assert tab.locator("[data-balance]").inner_text() == "Équilibré"
    tab.close()


def test_the_server_says_the_same_without_javascript(without_javascript: BrowserContext) -> None:
    tab = without_javascript.new_page()
    fill(tab)
    tab.get_by_role("button", name="Voir si mon plan est équilibré").click()

    result = tab.get_by_role("region", name="Il manque 500,50 €")
    assert "Votre argent couvre 21" not in result.inner_text()
    assert "Aucune trésorerie de départ" in result.inner_text()
    assert tab.get_by_label("Premier stock").input_value() == "500,50"
    assert checks.overflow(tab) == 0
    tab.close()


def test_a_file_is_taken_away_by_keyboard(desk: BrowserContext) -> None:
    tab = desk.new_page()
    fill(tab)
    tab.get_by_role("button", name="Emporter dans un tableur (XLSX)").focus()
    with tab.expect_download() as download:
        tab.keyboard.press("Enter")

    assert download.value.suggested_filename == "plan-de-financement.xlsx"
    tab.close()


def test_the_filled_page_is_readable_by_all(desk: BrowserContext) -> None:
    tab = desk.new_page()
    fill(tab)
    tab.get_by_label("Travaux et aménagement").fill("beaucoup")
    tab.get_by_role("button", name="Voir si mon plan est équilibré").click()
    faults = checks.faults_in_both_themes(tab)
    assert faults == [], checks.described(faults)

    tab.get_by_label("Travaux et aménagement").fill("")
    tab.get_by_role("button", name="Voir si mon plan est équilibré").click()
    tab.get_by_text("Il manque 500,50 €").first.wait_for()
    faults = checks.faults_in_both_themes(tab)
    assert faults == [], checks.described(faults)
    tab.close()
