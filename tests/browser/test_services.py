"""A service and the people around it, on a phone: whoever passes reports an error in two taps and hears back; whoever keeps it
answers, corrects and confirms."""

import re
import time
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.checks import accessibility_faults, described, overflow
from tests.browser.test_signed_in import signed_in_phone

PASSER_BY = "passante@exemple.invalid"


@pytest.fixture(scope="module")
def kept(demo: psycopg.Connection) -> str:
    """The slug of a service of the demo, whose structure the demo's contributor has just joined."""
    row = demo.execute(
        "SELECT s.slug, s.structure_id FROM offers_service s WHERE s.status = 'published' AND s.is_example"
        " AND s.gone_on IS NULL ORDER BY s.id LIMIT 1"
    ).fetchone()
    assert row
    demo.execute(
        "INSERT INTO organisations_membership (organisation_id, user_id, kind)"
        " SELECT %s, id, 'member' FROM accounts_user WHERE email = 'contributor@exemple.invalid'",
        [row[1]],
    )
    demo.execute("UPDATE offers_service SET confirmed_on = current_date - 300 WHERE slug = %s", [row[0]])
    return str(row[0])


@pytest.fixture(scope="module")
def keeper(chromium: Browser, site: str, demo: psycopg.Connection) -> Iterator[BrowserContext]:
    """A phone of 360 pixels, signed in as the demo's contributor."""
    yield from signed_in_phone("contributor", chromium, site, demo)


def test_an_error_is_reported_in_two_taps_corrected_and_answered(
    phone: BrowserContext, keeper: BrowserContext, demo: psycopg.Connection, kept: str
) -> None:
    tab = phone.new_page()
    tab.goto(f"/services/{kept}/")
    tab.get_by_role("link", name="Signaler une erreur").tap()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Qu’est-ce qui ne va pas ?")
    assert (accessibility_faults(tab), overflow(tab)) == ([], 0)
    time.sleep(2.1)  # a robot presses sooner
    tab.get_by_role("button", name=re.compile("téléphone|numéro", re.IGNORECASE)).first.tap()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Merci, c’est noté")
    assert (accessibility_faults(tab), overflow(tab)) == ([], 0)
    tab.get_by_label("Que faut-il corriger ?").fill("Le numéro ne répond plus.")
    tab.get_by_label("Votre adresse e-mail").fill(PASSER_BY)
    tab.get_by_role("button", name="Envoyer").tap()
    expect(tab.get_by_text("Nous vous répondrons par e-mail")).to_be_visible()
    tab.close()

    work = keeper.new_page()
    work.goto("/espace/services/")
    report = work.locator("li.card-ma", has_text="Le numéro ne répond plus.")
    expect(report).to_be_visible()
    assert overflow(work) == 0
    faults = accessibility_faults(work)
    assert faults == [], described(faults)

    # the member corrects the service; saving is confirming
    report.get_by_role("link").first.click()
    work.get_by_role("textbox", name="Téléphone").fill("01 99 00 77 88")
    work.get_by_role("button", name="Enregistrer").click()
    expect(work.get_by_text("Service enregistré et confirmé aujourd’hui.")).to_be_visible()
    expect(work.locator("a[href='tel:+33199007788']").first).to_be_visible()
    row = demo.execute(
        "SELECT confirmed_on = current_date FROM offers_service WHERE slug = %s", [kept]
    ).fetchone()
    assert row == (True,)

    # and answers: the mail leaves
    work.goto("/espace/services/")
    report = work.locator("li.card-ma", has_text="Le numéro ne répond plus.")
    report.get_by_label("Réponse, envoyée par e-mail").fill("Merci, nous avons changé de numéro.")
    report.get_by_role("button", name="Corrigé").click()
    expect(work.get_by_text("Réponse envoyée.")).to_be_visible()
    expect(work.get_by_text("Le numéro ne répond plus.")).to_have_count(0)
    mail = demo.execute('SELECT subject, text FROM core_outgoingmail WHERE "to" = %s', [PASSER_BY]).fetchone()
    assert mail is not None
    assert "Merci, nous avons changé de numéro." in mail[1]
    assert f"/services/{kept}/" in mail[1]
    work.close()


def test_a_service_is_confirmed_with_one_button(
    keeper: BrowserContext, demo: psycopg.Connection, kept: str
) -> None:
    demo.execute("UPDATE offers_service SET confirmed_on = current_date - 300 WHERE slug = %s", [kept])
    tab = keeper.new_page()
    tab.goto(f"/services/{kept}/")
    expect(tab.get_by_text("vérifié pour la dernière fois le")).to_be_visible()

    tab.get_by_role("button", name="Toujours à jour").click()

    expect(tab.get_by_text("Merci : service confirmé aujourd’hui.")).to_be_visible()
    expect(tab.get_by_text("vérifié pour la dernière fois le")).to_have_count(0)
    tab.close()
