"""Signing in, from the form to the account, with the code read from the outbox."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client

from maillage.accounts.browsers import browser_in_words
from maillage.accounts.models import User
from maillage.accounts.tests.factories import enter, make_user
from maillage.core.acting import Purpose, acting_as
from maillage.core.models import OutgoingMail

LOGIN, CODE = "/compte/connexion/", "/compte/connexion/code/"
ON_A_PHONE = "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0"


@pytest.fixture
def site(settings, bare_database):
    """A site whose mails go to the outbox."""
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"


def mails():
    with acting_as(None, purpose=Purpose.MAIL, read_only=True):
        return list(OutgoingMail.objects.order_by("pk").values_list("to", "text"))


def last_code():
    return re.search(r"^(\d{4}-\d{4})$", mails()[-1][1], re.MULTILINE)[1]


def sign_in(client, email, following=""):
    client.post(LOGIN, {"login": email, "next": following})
    return client.post(CODE, {"code": last_code(), "next": following})


def is_signed_in(client):
    return client.get("/compte/").status_code == 200


def test_a_code_by_mail_opens_the_account(site, client):
    user = make_user(email="ada@example.org")

    response = sign_in(client, "Ada@Example.org", "/compte/sessions/")

    assert (response.status_code, response.url) == (302, "/compte/sessions/")
    page = client.get("/compte/").text
    assert "ada@example.org" in page
    with acting_as(user.pk, read_only=True):
        assert UserSession.objects.filter(user=user).count() == 1


def test_the_same_answer_for_an_unknown_address_and_a_mail_that_says_so(site, client):
    make_user(email="ada@example.org")

    known, unknown = Client(), Client()
    pages = []
    for visitor, email in ((known, "ada@example.org"), (unknown, "bob@example.org")):
        response = visitor.post(LOGIN, {"login": email})
        assert (response.status_code, response.url) == (302, CODE)
        page = re.sub(r'(csrfmiddlewaretoken" value=)"[^"]*"', r"\1", visitor.get(CODE).text)
        pages.append(page.replace(email, "EMAIL"))

    assert pages[0] == pages[1]
    assert [to for to, _ in mails()] == ["ada@example.org", "bob@example.org"]
    assert "/compte/inscription/" in mails()[1][1]
    assert not re.search(r"^\d{4}-\d{4}$", mails()[1][1], re.MULTILINE)


def test_signing_up_with_a_taken_address_says_nothing_to_the_page(site, client):
    make_user(email="ada@example.org")

    taken, free = Client(), Client()
    answers = [
        visitor.post("/compte/inscription/", {"email": email})
        for visitor, email in ((taken, "ada@example.org"), (free, "bob@example.org"))
    ]

    assert {(a.status_code, a.url) for a in answers} == {(302, "/compte/inscription/code/")}
    assert "a déjà un" in mails()[0][1]
    assert "mot de passe" not in mails()[0][1]


def test_a_new_account_proves_its_address_first(site, client):
    client.post("/compte/inscription/", {"email": "New@Example.org"})
    assert not is_signed_in(client)

    client.post("/compte/inscription/code/", {"code": last_code()})

    assert is_signed_in(client)
    with acting_as(None, purpose=Purpose.SIGN_IN):
        user = User.objects.get(email="new@example.org")
        assert not user.has_usable_password()


def test_a_wrong_code_three_times_and_it_is_over(site, client):
    make_user(email="ada@example.org")
    client.post(LOGIN, {"login": "ada@example.org"})
    right = last_code()
    for _ in range(3):
        response = client.post(CODE, {"code": "0000-0000"})

    assert response.status_code == 302
    client.post(CODE, {"code": right})
    assert not is_signed_in(client)


def test_asking_for_codes_again_and_again_is_refused(site, client):
    make_user(email="ada@example.org")
    statuses = [Client().post(LOGIN, {"login": "ada@example.org"}).status_code for _ in range(40)]
    assert 302 in statuses
    assert statuses[-1] != 302 or len(mails()) < 40
    with connection.cursor() as cursor:  # shared by all processes, and no address in clear
        cursor.execute("SELECT cache_key, value FROM core_cache")
        rows = cursor.fetchall()
    assert rows
    assert "127.0.0.1" not in str(rows)
    assert "example.org" not in str(rows)


def test_nowhere_is_a_password_asked_for(site, client):
    user = make_user()
    enter(client, user)
    for address in (LOGIN, "/compte/inscription/"):
        assert 'type="password"' not in Client().get(address).text
    for address in ("/compte/", "/compte/adresse/", "/compte/securite/", "/compte/sessions/"):
        assert 'type="password"' not in client.get(address).text
    assert Client().get("/compte/mot-de-passe/").url == LOGIN


def current_totp(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_an_application_becomes_the_second_factor_and_its_secret_is_not_in_clear(site, client):
    user = make_user(email="ada@example.org")
    sign_in(client, "ada@example.org")
    page = client.get("/compte/securite/application/").text
    secret = re.search(r"<code[^>]*>([A-Z2-7]{32})</code>", page)[1]
    response = client.post("/compte/securite/application/", {"code": current_totp(secret)})
    assert response.status_code == 302

    with acting_as(user.pk):
        kept = Authenticator.objects.get(user=user, type="totp")
        assert secret not in str(kept.data)
        assert TOTP(kept).instance.data["secret"] != secret
    recovery = client.get("/compte/securite/secours/").text
    assert "Application d&#x27;authentification activée." in recovery, "said after the commit, and not lost"
    [code, *_] = re.findall(r"<li><code>([a-z0-9]+)</code>", recovery)

    other = Client()
    response = sign_in(other, "ada@example.org")
    assert response.url.startswith("/compte/connexion/verification/")
    assert not is_signed_in(other)
    other.post("/compte/connexion/verification/", {"code": "000000"})
    assert not is_signed_in(other)
    other.post("/compte/connexion/verification/", {"code": code})
    assert is_signed_in(other)


def test_sessions_are_listed_and_closed_one_by_one_or_all_the_others(site):
    make_user(email="ada@example.org")
    here, there, phone, stranger = Client(), Client(), Client(headers={"user-agent": ON_A_PHONE}), Client()
    for client in (there, phone, here):
        sign_in(client, "ada@example.org")
    make_user(email="eve@example.org")
    sign_in(stranger, "eve@example.org")
    listed = here.get("/compte/sessions/").text
    assert listed.count('<li class="account-session">') == 3
    assert "Firefox sur Android" in listed
    number = re.search(r'value="(\d+)"[^>]*>Fermer<span[^>]*> Firefox', listed)[1]

    stranger.post("/compte/sessions/", {"number": number})
    assert is_signed_in(phone)
    here.post("/compte/sessions/", {"number": number})
    assert [is_signed_in(client) for client in (here, there, phone)] == [True, True, False]

    here.post("/compte/sessions/")
    assert [is_signed_in(client) for client in (here, there, stranger)] == [True, False, True]


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0",
            "Edge sur Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari sur iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox sur Linux"),
        ("Mozilla/5.0 (Macintosh)", "Mac"),
        ("curl/8", "Navigateur inconnu"),
        ("", "Navigateur inconnu"),
    ],
)
def test_a_browser_is_said_in_words(user_agent, words):
    assert browser_in_words(user_agent) == words


def test_leaving_a_session_ends_it(site, client):
    make_user(email="ada@example.org")
    sign_in(client, "ada@example.org")
    assert client.get("/compte/deconnexion/").status_code == 200
    assert is_signed_in(client)
    client.post("/compte/deconnexion/")
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "adresse/",
        "securite/",
        "securite/application/",
        "securite/cles/",
        "securite/cles/ajouter/",
        "sessions/",
        "supprimer/",
        "fournisseurs/",
    ],
)
def test_every_page_of_the_account_is_ours_in_french_under_a_strict_policy(site, client, address):
    enter(client, make_user())
    response = client.get(f"/compte/{address}")

    assert response.status_code == 200
    assert 'lang="fr"' in response.text
    assert response.text.count("<h1>") == 1
    assert "style=" not in response.text
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    for script in re.findall(r"<script\b([^>]*)>", response.text):
        assert "src=" in script or 'type="application/json"' in script


def test_an_address_changes_only_once_proven(site, client):
    user = make_user(email="ada@example.org")
    sign_in(client, "ada@example.org")
    client.post("/compte/adresse/", {"email": "ada@new.example", "action_add": ""})
    assert "ada@example.org" in client.get("/compte/").text

    client.post("/compte/inscription/code/", {"code": last_code()})

    with acting_as(user.pk):
        assert User.objects.get(pk=user.pk).email == "ada@new.example"


def test_who_tries_too_often_reads_so_in_a_page_of_ours(site, client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    client.post(LOGIN, {"login": "ada@example.org"})

    refused = client.post(LOGIN, {"login": "ada@example.org"})

    assert refused.status_code == 429
    assert "<h1>Trop d’essais à la suite</h1>" in refused.text


def test_a_demo_offers_an_account_per_role_and_only_a_demo(site, client, settings):
    from maillage.accounts import actions

    with acting_as(None, purpose=Purpose.ADMINISTRATION):
        actions.create_demo_accounts()
    assert "connexion/demo" not in client.get(LOGIN).text
    assert client.post("/compte/connexion/demo/", {"kind": "network"}).status_code == 404
    assert not is_signed_in(client)

    settings.DEMO = True
    page = client.get(LOGIN).text
    assert re.findall(r'name="kind" value="(\w+)"', page) == [
        "resident",
        "contributor",
        "moderator",
        "animator",
        "network",
        "relay",
        "adviser",
        "coordinator",
        "funder",
    ]
    response = client.post("/compte/connexion/demo/", {"kind": "network", "next": "https://evil.example/"})
    assert response.url == "/"
    assert is_signed_in(client)
    assert client.get("/compte/roles/").status_code == 200
    assert 'class="account-session"' in client.get("/compte/sessions/").text


def test_a_demo_never_opens_a_real_persons_account(site, client, settings):
    settings.DEMO = True
    make_user("network", email="ada@example.org")
    assert client.post("/compte/connexion/demo/", {"kind": "network"}).status_code == 404
    assert client.get("/compte/connexion/demo/").status_code == 405
