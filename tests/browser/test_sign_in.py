"""Signing in with a real browser: the code read from the demo's outbox, then an access key."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import checks


@pytest.fixture
def visitor(chromium: Browser, site: str) -> Iterator[Page]:
    """A browser that never came. By name: an access key belongs to a name, never to a number."""
    context = chromium.new_context(
        base_url=site.replace("127.0.0.1", "localhost"), locale="fr-FR", reduced_motion="reduce"
    )
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def code_in_outbox(page: Page) -> str:
    """The last code sent, as a person of the demo reads it: in another tab."""
    tab = page.context.new_page()
    tab.goto("/demo/boite-d-envoi/")
    found = re.search(
        r"\b\d{4}-\d{4}\b", tab.locator("section[aria-labelledby=courriels] article").first.inner_text()
    )
    tab.close()
    assert found
    return found[0]


def sign_up(page: Page, email: str) -> None:
    page.goto("/compte/connexion/")
    page.get_by_role("link", name="Créer un compte").click()
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_role("button", name="Créer mon compte").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmez votre adresse")
    page.get_by_role("textbox").fill(code_in_outbox(page))
    page.get_by_role("button", name="Continuer").click()


def leave(page: Page) -> None:
    page.goto("/compte/deconnexion/")
    page.get_by_role("main").get_by_role("button", name="Se déconnecter").click()


def test_from_nothing_to_an_account_then_in_again_with_a_code(visitor: Page) -> None:
    sign_up(visitor, "amina@example.org")
    visitor.goto("/compte/")
    expect(visitor.get_by_role("main")).to_contain_text("amina@example.org")
    leave(visitor)

    visitor.goto("/compte/sessions/")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Se connecter")
    visitor.get_by_label("Adresse e-mail").fill("amina@example.org")
    visitor.get_by_role("button", name="Recevoir un code").click()
    visitor.get_by_role("textbox").fill("0000-0000")
    visitor.get_by_role("button", name="Continuer").click()
    expect(visitor.get_by_role("main")).to_contain_text("Ce n’est pas le bon code")
    visitor.get_by_role("textbox").fill(code_in_outbox(visitor))
    visitor.get_by_role("button", name="Continuer").click()

    expect(visitor.get_by_role("heading", level=1)).to_have_text("Sessions")


def test_an_access_key_opens_the_account(visitor: Page) -> None:
    problems: list[str] = []
    visitor.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    keys = visitor.context.new_cdp_session(visitor)
    keys.send("WebAuthn.enable")
    keys.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_up(visitor, "brahim@example.org")
    visitor.goto("/compte/securite/cles/ajouter/")
    visitor.get_by_label("Nom de la clé").fill("Téléphone")
    visitor.get_by_role("checkbox").check()
    visitor.get_by_role("button", name="Ajouter", exact=True).click()
    visitor.wait_for_url(lambda url: not url.endswith("/ajouter/"))
    visitor.goto("/compte/securite/cles/")
    expect(visitor.get_by_role("main")).to_contain_text("Téléphone")
    leave(visitor)

    visitor.goto("/compte/connexion/?next=/compte/sessions/")
    visitor.get_by_role("button", name="Se connecter avec une clé d’accès").click()

    expect(visitor.get_by_role("heading", level=1)).to_have_text("Sessions")
    assert [problem for problem in problems if "Content Security Policy" in problem] == []


def test_one_click_enters_a_role_of_the_demo(visitor: Page) -> None:
    visitor.goto("/compte/connexion/?next=/compte/roles/")
    visitor.get_by_role("button", name="Administration du réseau").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Rôles")


@pytest.mark.parametrize("address", ["/compte/connexion/", "/compte/inscription/", "/demo/boite-d-envoi/"])
def test_pages_of_signing_in_hold_to_the_rules(phone: BrowserContext, address: str) -> None:
    page = phone.new_page()
    page.goto(address)
    assert checks.accessibility_faults(page) == []
    assert checks.overflow(page) <= 0
    page.close()
