"""Signing in through an OpenID Connect provider: a real one, small, on this machine."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from jwt.algorithms import RSAAlgorithm

from maillage.accounts.models import User
from maillage.accounts.tests.factories import make_user
from maillage.core.acting import Purpose, acting_as
from maillage.core.tests.servers import NOTICE_S

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CLIENT, SECRET = "maillage", "s3cret"


class Provider(BaseHTTPRequestHandler):
    person: dict = {}
    as_token = False
    nonce: str | None = None  # what the token says; a provider repeats what it was asked

    def log_message(self, *arguments):
        pass

    def answer(self, body, kind="application/json"):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def signed(self, claims):
        now = int(time.time())
        claims = {"iss": self.base, "aud": CLIENT, "iat": now, "exp": now + 60, **claims}
        return jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "1"})

    def do_GET(self):
        match urlsplit(self.path).path:
            case "/.well-known/openid-configuration":
                self.answer(
                    {
                        "issuer": self.base,
                        "authorization_endpoint": f"{self.base}/authorize",
                        "token_endpoint": f"{self.base}/token",
                        "userinfo_endpoint": f"{self.base}/userinfo",
                        "jwks_uri": f"{self.base}/jwks",
                        "token_endpoint_auth_methods_supported": ["client_secret_post"],
                    }
                )
            case "/jwks":
                self.answer({"keys": [{**json.loads(RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "1"}]})
            case "/userinfo" if self.as_token:
                self.answer(self.signed(self.person).encode(), "application/jwt")
            case "/userinfo":
                self.answer(self.person)

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert form["client_secret"] == [SECRET]
        assert form["code_verifier"]
        self.answer(
            {
                "access_token": "a",
                "token_type": "Bearer",
                "id_token": self.signed({"sub": self.person["sub"], "nonce": self.nonce}),
            }
        )


@pytest.fixture
def provider(settings, bare_database):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, args=[NOTICE_S], daemon=True).start()
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": "ProConnect",
                    "client_id": CLIENT,
                    "secret": SECRET,
                    "settings": {"server_url": f"http://127.0.0.1:{server.server_port}"},
                }
            ],
        }
    }
    Provider.person = {"sub": "42", "email": "ada@example.org", "email_verified": True, "name": "Ada"}
    Provider.as_token, Provider.nonce = False, None
    yield Provider
    server.shutdown()
    server.server_close()


def go_through(client, state=None, nonce=None):
    page = client.get("/compte/connexion/").text
    assert "Continuer avec ProConnect" in page
    leaving = client.post("/compte/oidc/oidc/login/?process=login")
    assert leaving.status_code == 302, leaving.text
    asked = parse_qs(urlsplit(leaving.url).query)
    assert asked["redirect_uri"] == ["http://testserver/compte/oidc/oidc/login/callback/"]
    assert asked["code_challenge_method"] == ["S256"]
    Provider.nonce = asked["nonce"][0] if nonce is None else nonce
    return client.get(
        "/compte/oidc/oidc/login/callback/", {"code": "c", "state": state or asked["state"][0]}, follow=True
    )


def is_signed_in(client):
    return client.get("/compte/").status_code == 200


@pytest.mark.parametrize("as_token", [False, True])
def test_a_newcomer_gets_an_account_and_finds_it_again(provider, as_token):
    provider.as_token = as_token
    first, again = Client(), Client()
    go_through(first)
    go_through(again)

    assert is_signed_in(first)
    assert is_signed_in(again)
    with acting_as(None, purpose=Purpose.SIGN_IN):
        [user] = User.objects.all()
        assert (user.email, user.has_usable_password()) == ("ada@example.org", False)
        assert SocialAccount.objects.get().uid == "42"
        assert not SocialToken.objects.exists()
    with acting_as(None):
        assert not SocialAccount.objects.exists()


def test_someone_elses_address_does_not_open_their_account(provider):
    make_user(email="ada@example.org")
    client = Client()
    go_through(client)
    assert not is_signed_in(client)


def test_an_answer_to_nobodys_question_is_refused(provider):
    client = Client()
    response = go_through(client, state="invented")
    assert not is_signed_in(client)
    assert "La connexion n’a pas abouti" in response.text


@pytest.mark.parametrize("nonce", ["of another departure", ""])
def test_a_token_made_for_another_departure_is_refused(provider, nonce):
    client = Client()
    response = go_through(client, nonce=nonce)
    assert not is_signed_in(client)
    assert "La connexion n’a pas abouti" in response.text


def test_every_departure_has_its_own_nonce(provider):
    client, seen = Client(), set()
    for _ in range(2):
        leaving = client.post("/compte/oidc/oidc/login/?process=login")
        seen.add(parse_qs(urlsplit(leaving.url).query)["nonce"][0])
    assert len(seen) == 2


def test_without_a_provider_there_is_no_button(settings, client, db):
    assert "Continuer avec" not in client.get("/compte/connexion/").text
    assert client.post("/compte/oidc/oidc/login/").status_code == 404
