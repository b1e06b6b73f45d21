"""A whole referral, in a real browser: a relay at a desk, an adviser at another, the person on their phone.

Refer → accept → appointment → step, read by the person; refuse → the person is told → the next offer; silence → reminders
→ the coordinator, with the clock of the follow-up; the figures, which tell of nobody.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from maillage.core.hours import after_working_days
from maillage.journeys.actions import follow_up
from tests import databases
from tests.browser import checks

NAME, NUMBER, SAID = "Salomé", "06 39 98 09 01", "Un salon de thé associatif, elle cherche un local."
FUNDER = "Financeur"
RELAY, ADVISER, COORDINATOR = (
    "Relais de proximité",
    "Conseillère ou conseiller",
    "Coordination d’une bannière",
)


@contextmanager
def desk_of(chromium: Browser, site: str, account: str) -> Iterator[Page]:
    """A wide screen where one of the demo's accounts has entered by its button."""
    context = chromium.new_context(base_url=site, locale="fr-FR", reduced_motion="reduce")
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto("/compte/connexion/")
    page.get_by_role("button", name=account, exact=True).click()
    page.wait_for_load_state()
    yield page
    context.close()


@pytest.fixture
def phone_of(chromium: Browser, site: str, demo: psycopg.Connection) -> Iterator[Callable[[int], Page]]:
    """The phone of a person who has given the code that they received (the codes themselves: journeys/tests/test_mine.py)."""
    contexts: list[BrowserContext] = []

    def phone(person_id: int) -> Page:
        key = f"phoneofsomebody{person_id:017}"
        demo.execute(
            "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, %s, now() + interval '1 hour')"
            " ON CONFLICT (session_key) DO NOTHING",
            [key, SessionStore().encode({"subject": f"person:{person_id}"})],
        )
        context = chromium.new_context(
            base_url=site, locale="fr-FR", reduced_motion="reduce", viewport={"width": 360, "height": 740},
            has_touch=True, is_mobile=True,
        )  # fmt: skip
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": "sessionid", "value": key, "url": site}])
        contexts.append(context)
        page = context.new_page()
        page.goto("/mon-parcours/")
        return page

    yield phone
    for context in contexts:
        context.close()


def looked_at(page: Page) -> None:
    """No accessibility fault, nothing wider than the screen."""
    assert checks.accessibility_faults(page) == []
    assert checks.overflow(page) == 0


def number_of(demo: psycopg.Connection, first_name: str) -> int:
    row = demo.execute("SELECT id FROM journeys_person WHERE first_name = %s", [first_name]).fetchone()
    assert row
    return int(row[0])


def referral_of(demo: psycopg.Connection, first_name: str) -> int:
    row = demo.execute(
        "SELECT r.id FROM journeys_referral r JOIN journeys_person p ON p.id = r.person_id WHERE first_name = %s",
        [first_name],
    ).fetchone()
    assert row
    return int(row[0])


def test_refer_accept_appointment_step_and_the_person_reads_it_all(
    chromium: Browser, site: str, demo: psycopg.Connection, phone_of: Callable[[int], Page]
) -> None:
    slug = demo.execute(
        "SELECT slug FROM organisations_organisation WHERE name LIKE 'CitésLab Garges%'"
    ).fetchone()
    assert slug
    with desk_of(chromium, site, RELAY) as relay:
        relay.goto("/espace/personnes/nouvelle/")
        relay.get_by_label("Prénom").fill(NAME)
        relay.get_by_label("Téléphone").fill(NUMBER)
        relay.get_by_label("Adresse, quartier ou commune").fill("Garges-lès-Gonesse")
        relay.get_by_label("Elle a lu le texte et l’accepte ici, à l’écran").check()
        relay.get_by_role("button", name="Ajouter", exact=True).click()
        relay.wait_for_load_state()
        person = number_of(demo, NAME)

        relay.goto(f"/orienter/?personne={person}&structure={slug[0]}")
        relay.get_by_label("Ce que la personne cherche").fill(SAID)
        relay.get_by_label("Elle a lu le texte et l’accepte ici, à l’écran").check()
        relay.get_by_role("button", name="Envoyer", exact=True).click()
        expect(relay.get_by_role("main")).to_contain_text("C’est parti")
        looked_at(relay)

    referral = referral_of(demo, NAME)
    with desk_of(chromium, site, ADVISER) as adviser:
        adviser.goto("/espace/orientations/")
        adviser.get_by_role("link", name="Reçues par ma structure").click()
        expect(adviser.get_by_role("main")).to_contain_text("Choisir S.")
        adviser.goto(f"/espace/orientations/{referral}/")
        expect(adviser.get_by_role("main")).to_contain_text(SAID)
        adviser.get_by_role("button", name="Accepter").click()
        expect(adviser.get_by_role("main")).to_contain_text("Acceptée")

        adviser.goto(f"/espace/personnes/{person}/")
        adviser.get_by_text("Prendre un rendez-vous").click()
        form = adviser.locator("#rendez-vous form")
        day = after_working_days(timezone.now(), 3).date()
        form.get_by_label("Le jour").fill(day.isoformat())
        form.get_by_label("À", exact=True).fill("10:30")
        form.get_by_role("button", name="Prendre le rendez-vous").click()
        expect(adviser.locator("#rendez-vous")).to_contain_text("10:30")
        adviser.get_by_text("Noter une étape").click()
        form = adviser.locator("#etapes form").last
        form.get_by_label("Étape").select_option(label="Diagnostic")
        form.get_by_label("Le", exact=True).fill(date.today().isoformat())
        form.get_by_role("button", name="Noter l’étape").click()
        expect(adviser.locator("#etapes")).to_contain_text("Diagnostic")

    phone = phone_of(person)
    main = phone.get_by_role("main")
    expect(main).to_contain_text(f"Bonjour {NAME}")
    expect(main).to_contain_text("CitésLab Garges")
    expect(main).to_contain_text("10 h 30")
    expect(main).to_contain_text("Diagnostic")
    looked_at(phone)
    phone.get_by_role("link", name="Qui a lu mon dossier").click()
    expect(phone.get_by_role("main")).to_contain_text("CitésLab Garges")
    looked_at(phone)


def test_a_funder_reads_figures_and_nobody_s_file(
    chromium: Browser, site: str, demo: psycopg.Connection
) -> None:
    with desk_of(chromium, site, FUNDER) as funder:
        funder.goto("/espace/chiffres/")
        main = funder.get_by_role("main")
        expect(main).to_contain_text("Personnes rencontrées")
        assert main.locator("table").count() >= 3
        looked_at(funder)
        for kept in ("Mariam", "Koné", "06 39 98"):
            expect(main).not_to_contain_text(kept)
        response = funder.goto(f"/espace/personnes/{number_of(demo, 'Mariam')}/")
        assert response
        assert response.status == 404


def test_refused_the_person_is_told_why_and_offered_something_else(
    chromium: Browser, site: str, demo: psycopg.Connection, phone_of: Callable[[int], Page]
) -> None:
    referral = referral_of(demo, "Yanis")
    with desk_of(chromium, site, ADVISER) as adviser:
        adviser.goto(f"/espace/orientations/{referral}/")
        adviser.get_by_text("Nous ne pouvons pas l’aider").click()
        adviser.get_by_label("Nous sommes complets en ce moment").check()
        adviser.get_by_role("button", name="Refuser, et le faire savoir").click()
        expect(adviser.get_by_role("main")).to_contain_text("C’est noté")

    phone = phone_of(number_of(demo, "Yanis"))
    main = phone.get_by_role("main")
    expect(main).to_contain_text("Il n’y a plus de place en ce moment.")
    expect(main).to_contain_text("On cherche avec vous une autre solution.")
    looked_at(phone)

    with desk_of(chromium, site, RELAY) as relay:
        relay.goto(f"/espace/orientations/{referral}/")
        expect(relay.get_by_role("main")).to_contain_text("Prévenir la personne")
        relay.get_by_role("link", name="Passer à une autre structure").click()
        expect(relay.get_by_role("heading", level=1)).to_be_visible()
        looked_at(relay)


def test_silence_brings_two_reminders_then_the_coordinator(
    chromium: Browser,
    site: str,
    site_database: str,
    demo: psycopg.Connection,
    django_db_blocker: Any,
    settings: Any,
) -> None:
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    referral = referral_of(demo, "Aïcha")
    sent = timezone.now() - timedelta(days=12)
    demo.execute(
        "UPDATE journeys_referral SET sent_at = %s, moved_at = %s WHERE id = %s", [sent, sent, referral]
    )

    with django_db_blocker.unblock(), on(site_database):
        reminders = []
        for days in (2, 4, 6):
            follow_up.run(after_working_days(sent, days) + timedelta(hours=1))
            row = demo.execute(
                "SELECT reminders, coordinated FROM journeys_referral WHERE id = %s", [referral]
            ).fetchone()
            reminders.append(row)
    assert reminders == [(1, False), (2, False), (2, True)]

    with desk_of(chromium, site, COORDINATOR) as coordinator:
        coordinator.goto("/espace/coordination/")
        main = coordinator.get_by_role("main")
        expect(main).to_contain_text("CitésLab Nantes")
        expect(main).to_contain_text("A. B.")
        looked_at(coordinator)
        coordinator.get_by_role("link", name="Noter la suite : A. B.").click()
        expect(coordinator.get_by_role("heading", level=1)).to_be_visible()
        looked_at(coordinator)


@contextmanager
def on(database: str) -> Iterator[None]:
    """This process's own connections, on the site's database for a while."""
    before = connection.settings_dict["NAME"]
    databases.point_at(database)
    try:
        yield
    finally:
        databases.point_at(before)
