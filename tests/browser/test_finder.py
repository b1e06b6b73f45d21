"""The finder's journey: from an address to a first contact, on a phone, by keyboard alone, and without JavaScript."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.checks import accessibility_faults, described, faults_in_both_themes, overflow

# what is read on the first screen of a page, in words
WORDS_SEEN = """() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const seen = [];
  while (walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect();
    if (box.width > 1 && box.height > 1 && box.top >= 0 && box.top < innerHeight) seen.push(walker.currentNode.textContent);
  }
  return seen.join(" ").trim().split(/\\s+/).length;
}"""
# 150 words are read in under a minute, even slowly
MOST_WORDS = 150
PHONE_LINK = re.compile(r"^tel:\+33\d{9}$")


def first_contact_of(tab: Page) -> None:
    """The page answers: one contact with its name, its telephone and its reasons."""
    expect(tab.get_by_role("heading", level=1)).to_have_text("Votre premier contact")
    card = tab.locator("article.first")
    expect(card.get_by_role("heading", level=2)).to_be_visible()
    expect(card.locator("a.btn-call")).to_have_attribute("href", PHONE_LINK)
    card.locator("summary").click()
    assert card.locator(".why li").count() >= 1
    expect(card.locator(".why li").first).to_be_visible()


def test_from_a_name_to_a_first_contact_on_a_phone(phone: BrowserContext) -> None:
    tab = phone.new_page()
    tab.goto("/", wait_until="networkidle")
    field = tab.get_by_role("combobox", name="Où habitez-vous ?")
    field.press_sequentially("garges les", delay=20)
    tab.get_by_role("option", name="Garges-lès-Gonesse").first.click()
    tab.get_by_role("radio", name="J’ai une envie ou une idée").check(force=True)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Trouver mon contact").click()

    assert tab.url.endswith("/trouver/?commune=95268&phase=idee")
    assert tab.evaluate(WORDS_SEEN) <= MOST_WORDS
    expect(tab.locator("article.first a.btn-call")).to_be_in_viewport()
    assert overflow(tab) == 0
    first_contact_of(tab)
    faults = faults_in_both_themes(tab)
    assert faults == [], described(faults)
    tab.close()


def test_the_questions_are_short(phone: BrowserContext) -> None:
    tab = phone.new_page()
    tab.goto("/trouver/")
    assert tab.evaluate(WORDS_SEEN) <= MOST_WORDS
    assert len(tab.locator("main").inner_text().split()) <= MOST_WORDS
    tab.close()


def test_the_journey_by_keyboard_alone(fresh_page: Page) -> None:
    fresh_page.goto("/trouver/", wait_until="networkidle")
    keys = fresh_page.keyboard
    until(fresh_page, "#id_adresse")
    keys.type("garges les", delay=20)
    expect(fresh_page.get_by_role("option", name="Garges-lès-Gonesse").first).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    until(fresh_page, "#phase-idee")
    keys.press("Space")
    keys.press("ArrowDown")
    expect(fresh_page.locator("#phase-amorcage")).to_be_checked()
    until(fresh_page, "details.fold > summary")
    keys.press("Enter")
    until(fresh_page, "#besoin-garde-enfant")
    keys.press("Space")
    faults = accessibility_faults(fresh_page)
    assert faults == [], described(faults)
    with fresh_page.expect_navigation():
        keys.press("Enter")

    assert fresh_page.url.endswith("/trouver/?commune=95268&phase=amorcage&besoin=garde-enfant")
    expect(fresh_page.get_by_role("heading", name="Pour ce qui bloque")).to_be_visible()
    first_contact_of(fresh_page)


def until(tab: Page, selector: str) -> None:
    """Press Tab until this element has the focus."""
    for _ in range(60):
        tab.keyboard.press("Tab")
        if tab.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"the keyboard never reaches {selector}")


def test_the_journey_without_javascript(without_javascript: BrowserContext) -> None:
    tab = without_javascript.new_page()
    tab.goto("/trouver/")
    tab.get_by_label("Où êtes-vous ?").fill("Garges-lès-Gonesse")
    tab.get_by_text("Je crée mon entreprise").click()
    tab.get_by_text("De quoi avez-vous besoin").click()
    tab.get_by_text("Me déplacer").click()
    tab.get_by_role("button", name="Trouver mon contact").click()

    assert tab.url.endswith("/trouver/?commune=95268&phase=creation&besoin=mobilite")
    first_contact_of(tab)
    tab.get_by_role("link", name="Retirer le filtre Me déplacer").click()
    assert tab.url.endswith("/trouver/?commune=95268&phase=creation")
    tab.get_by_role("link", name="préciser").click()
    expect(tab.get_by_label("Où êtes-vous ?")).to_have_value("Garges-lès-Gonesse")
    expect(tab.locator("#phase-creation")).to_be_checked()
    tab.get_by_label("Où êtes-vous ?").fill("Nantes")
    tab.get_by_role("button", name="Trouver mon contact").click()
    assert tab.url.endswith("/trouver/?commune=44109&phase=creation")
    tab.close()


def test_a_sentence_is_understood_and_corrected(phone: BrowserContext) -> None:
    tab = phone.new_page()
    tab.goto("/trouver/")
    tab.get_by_label("Ou dites-le en une phrase").fill(
        "je veux ouvrir un food truck à Garges, j’ai deux enfants"
    )
    tab.get_by_role("button", name="Chercher avec ma phrase").click()

    expect(tab.get_by_text("Nous avons compris :")).to_be_visible()
    first_contact_of(tab)
    faults = faults_in_both_themes(tab)
    assert faults == [], described(faults)
    tab.get_by_role("link", name="deux enfants → Faire garder mes enfants").click()
    assert "garde-enfant" not in tab.url
    assert "phrase" not in tab.url
    assert "secteur=alimentation" in tab.url
    tab.close()


def test_what_is_wrong_is_read_first_and_nothing_is_lost(phone: BrowserContext) -> None:
    tab = phone.new_page()
    tab.goto("/trouver/?adresse=Xyzzyqwv&phase=idee&besoin=logement&age=24")

    expect(tab.locator("#erreurs")).to_be_focused()
    expect(tab.get_by_label("Où êtes-vous ?")).to_have_value("Xyzzyqwv")
    expect(tab.locator("#phase-idee")).to_be_checked()
    expect(tab.locator("#besoin-logement")).to_be_checked()
    tab.close()


def test_the_answer_is_taken_away(fresh_page: Page) -> None:
    fresh_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    fresh_page.goto("/trouver/?lon=2.393&lat=48.964&phase=idee&age=24", wait_until="networkidle")
    text = fresh_page.get_by_label("Un texte à envoyer par SMS").input_value()
    fresh_page.get_by_role("button", name="Copier le texte").click()
    expect(fresh_page.get_by_text("Texte copié.")).to_be_visible()

    assert fresh_page.evaluate("navigator.clipboard.readText()") == text
    assert len(text) <= 320
    assert "commune=95268" in text
    assert "lon=" not in text
    assert "age=" not in text
    expect(fresh_page.get_by_role("link", name="Envoyer par SMS")).to_have_attribute(
        "href", re.compile(r"^sms:\?&body=")
    )
    fresh_page.get_by_role("link", name="Me l’envoyer par e-mail").click()
    expect(fresh_page.get_by_label("Votre adresse e-mail")).to_be_visible()


def test_paper_shows_the_contact_and_hides_the_buttons(page: Page) -> None:
    page.goto("/trouver/?commune=95268&phase=idee")
    page.emulate_media(media="print")

    expect(page.locator("article.first a.btn-call")).to_be_visible()
    expect(page.locator("section.keep")).to_be_hidden()
    expect(page.get_by_role("link", name="préciser")).to_be_hidden()
    page.emulate_media(media="screen")
