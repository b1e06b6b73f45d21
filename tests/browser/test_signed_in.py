"""The pages of who is signed in, as the network's administrator and the relay of the demo see them."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, BrowserContext

from maillage.accounts.models import User
from tests.browser import checks

PAGES = [
    "/espace/",
    "/espace/moderation/",
    "/espace/moderation/brouillons/",
    "/espace/moderation/supprimees/",
    "/espace/moderation/{proposal}/",
    "/compte/",
    "/compte/adresse/",
    "/compte/securite/",
    "/compte/sessions/",
    "/compte/roles/",
    "/espace/rappels/",
    "/espace/coordination/",
    "/espace/structures/",
    "/espace/bannieres/",
    "/espace/bannieres/nouvelle/",
    "/espace/bannieres/osez-entreprendre/",
    "/espace/bannieres/osez-entreprendre/astreinte/",
    "/initiatives/{slug}/modifier/",
    "/initiatives/{slug}/versions/",
    "/initiatives/{slug}/fusionner/",
    "/initiatives/{slug}/fusionner/?into={other}",
    "/initiatives/{slug}/supprimer/",
]
RELAY_PAGES = [
    "/espace/orientations/",
    "/espace/orientations/?vue=envoyees&terminees=1",
    "/espace/orientations/{referral}/",
    "/espace/orientations/{referral}/reorienter/?ou=nantes",
    "/orienter/",
    "/orienter/?personne={person}&structure={structure}",
    "/espace/personnes/",
    "/espace/personnes/{person}/",
    "/espace/groupes/{group}/",
    "/espace/groupes/{group}/seances/{meeting}/",
]
# a row of the demo for each name in an address
SAMPLES = {
    "referral": "SELECT r.id FROM journeys_referral r JOIN organisations_membership m ON m.organisation_id = r.from_organisation_id"
    " JOIN accounts_user u ON u.id = m.user_id WHERE u.email = 'relay@exemple.invalid' AND r.state = 'envoyee' ORDER BY r.id LIMIT 1",
    "structure": "SELECT slug FROM organisations_organisation WHERE is_example AND slug LIKE '%adie%' ORDER BY id LIMIT 1",
    "slug": "SELECT slug FROM initiatives_initiative WHERE status = 'published' ORDER BY id LIMIT 1",
    "other": "SELECT slug FROM initiatives_initiative WHERE status = 'published' ORDER BY id DESC LIMIT 1",
    "proposal": "SELECT id FROM initiatives_proposal WHERE status = 'waiting' AND initiative_id IS NOT NULL ORDER BY id LIMIT 1",
    "person": "SELECT p.id FROM journeys_person p JOIN journeys_note n ON n.person_id = p.id ORDER BY p.id LIMIT 1",
    "group": "SELECT group_id FROM journeys_groupmeeting ORDER BY id LIMIT 1",
    "meeting": "SELECT id FROM journeys_groupmeeting ORDER BY id LIMIT 1",
}


@pytest.fixture(scope="module")
def administrator(chromium: Browser, site: str, demo: psycopg.Connection) -> Iterator[BrowserContext]:
    """A phone of 360 pixels, signed in as the demo's network administrator."""
    yield from signed_in_phone("network", chromium, site, demo)


@pytest.fixture(scope="module")
def relay(chromium: Browser, site: str, demo: psycopg.Connection) -> Iterator[BrowserContext]:
    """A phone of 360 pixels, signed in as the demo's relay."""
    yield from signed_in_phone("relay", chromium, site, demo)


def signed_in_phone(
    kind: str, chromium: Browser, site: str, demo: psycopg.Connection
) -> Iterator[BrowserContext]:
    """A phone of 360 pixels, signed in as the demo's account of this kind."""
    key = f"browsertests{kind}".ljust(32, "0")
    row = demo.execute(
        "SELECT id, password FROM accounts_user WHERE email = %s", [f"{kind}@exemple.invalid"]
    ).fetchone()
    assert row
    session = {
        "_auth_user_id": str(row[0]),
        "_auth_user_backend": "allauth.account.auth_backends.AuthenticationBackend",
        "_auth_user_hash": User(pk=row[0], password=row[1]).get_session_auth_hash(),
        # entered by the demo's door, which counts as a second factor there
        "account_authentication_methods": [{"method": "demo", "at": time.time()}],
        "account_authentication_methods_user": str(row[0]),
    }
    demo.execute(
        "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, %s, now() + interval '1 hour')",
        [key, SessionStore().encode(session)],
    )
    context = chromium.new_context(
        base_url=site, locale="fr-FR", reduced_motion="reduce", viewport={"width": 360, "height": 740}
    )
    context.add_cookies([{"name": "sessionid", "value": key, "url": site}])
    yield context
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_who_is_signed_in(
    path: str, administrator: BrowserContext, site: str, demo: psycopg.Connection
) -> None:
    _try(path, administrator, site, demo)


def test_the_menus_of_a_phone_fit_on_its_screen(administrator: BrowserContext) -> None:
    tab = administrator.new_page()
    tab.goto("/espace/moderation/")
    for menu in ("account", "menu"):
        tab.locator(f"details.{menu} > summary").click()
        sheet = tab.locator(f"details.{menu} .sheet").bounding_box()
        assert sheet
        assert sheet["x"] >= 0
        assert sheet["x"] + sheet["width"] <= 360
    tab.close()


@pytest.mark.parametrize("path", RELAY_PAGES)
def test_pages_of_who_follows_people(
    path: str, relay: BrowserContext, site: str, demo: psycopg.Connection
) -> None:
    _try(path, relay, site, demo)


def _try(path: str, context: BrowserContext, site: str, demo: psycopg.Connection) -> None:
    values = {}
    for name, query in SAMPLES.items():
        if f"{{{name}}}" in path:
            row = demo.execute(query).fetchone()
            assert row
            values[name] = row[0]
    tab = context.new_page()
    try:
        watch = checks.Watch.over(tab, site)
        response = tab.goto(path.format(**values), wait_until="load")
        assert response is not None
        assert response.status == 200
        assert tab.url.startswith(site + path.split("{", maxsplit=1)[0]), "sent elsewhere"
        assert tab.locator("h1").count() == 1
        assert watch.faults() == []
        assert checks.overflow(tab) == 0
        faults = checks.faults_in_both_themes(tab)
        assert faults == [], checks.described(faults)
    finally:
        tab.close()
