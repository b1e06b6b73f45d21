"""Pages about people ask for a second factor, and again after a while; what was being written is not lost."""

import re
from datetime import timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from maillage.accounts import access, actions
from maillage.accounts.models import User
from maillage.accounts.second_factor import second_factor_required
from maillage.accounts.tests.factories import enter, make_user
from maillage.accounts.tests.people import person, prove_second_factor, signed_in
from maillage.core.acting import Purpose, acting_as, for_purpose

PAGE = "/espace/dossier-essai/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
pytestmark = pytest.mark.urls(__name__)


@second_factor_required
def file(request):
    return HttpResponse(f"dossier {request.POST.get('note', '')} {','.join(request.POST.getlist('frein'))}")


urlpatterns = [path(PAGE[1:], file), path("", include(settings.ROOT_URLCONF))]
handler403 = "maillage.ui.errors.forbidden"


@pytest.fixture
def ada(db):
    return person("ada@example.org")


def with_application(user):
    """`user`, who has an application that knows SECRET."""
    with for_purpose(Purpose.ADMINISTRATION):
        TOTP.activate(user, SECRET)
    return user


def code(shift=0):
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(SECRET, counter + shift))


def fall_asleep(client, minutes=16):
    session = client.session
    session["account_authentication_methods"][-1]["at"] -= minutes * 60
    session[access.SEEN] = session.get(access.SEEN, 0) - minutes * 60
    session.save()


def test_a_session_opened_by_a_code_by_mail_is_sent_to_set_a_factor_up_and_comes_back(bare_database, client):
    enter(client, make_user())
    response = client.get(f"{PAGE}?page=2")
    assert (response.status_code, response.url) == (
        302,
        "/compte/deuxieme-preuve/?next=%2Fespace%2Fdossier-essai%2F%3Fpage%3D2",
    )
    assert "no-store" in response["Cache-Control"]
    page = client.get(response.url)
    assert page.status_code == 200
    assert "/compte/securite/application/" in page.text
    assert "preuve-code" not in page.text

    secret = re.search(r"<code[^>]*>([A-Z2-7]{32})</code>", client.get("/compte/securite/application/").text)[
        1
    ]
    counter = next(iter(yield_hotp_counters_from_time()))
    activated = client.post(
        "/compte/securite/application/", {"code": format_hotp_value(hotp_value(secret, counter))}
    )
    assert activated.status_code == 302
    assert "/compte/deuxieme-preuve/" in client.get(activated.url).text
    back = client.get("/compte/deuxieme-preuve/")
    assert (back.status_code, back.url) == (302, f"{PAGE}?page=2")
    opened = client.get(back.url)
    assert opened.text.startswith("dossier")
    assert "no-store" in opened["Cache-Control"]


def test_an_older_session_proves_the_factor_without_a_loop(ada):
    client = signed_in(with_application(ada), second_factor=False)
    asked = client.get(PAGE).url
    wrong = client.post(asked, {"preuve-code": "000000"})
    assert wrong.status_code == 200
    assert "Ce n’est pas le bon code" in wrong.text
    right = client.post(asked, {"preuve-code": code(), "next": PAGE})
    assert (right.status_code, right.url) == (302, PAGE)
    assert client.get(PAGE).status_code == 200
    assert client.get(asked).url == PAGE, "asked for nothing twice"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_way_back_never_leaves_the_site(ada, elsewhere):
    assert signed_in(ada).get("/compte/deuxieme-preuve/", {"next": elsewhere}).url == "/"


def test_a_form_sent_after_a_sleep_is_kept_and_goes_with_the_proof(ada):
    client = signed_in(with_application(ada))
    assert client.get(PAGE).status_code == 200
    fall_asleep(client)

    note = 'Elle a dit « "demain" » & <b>lundi</b>\nفكرة'
    refused = client.post(PAGE, {"note": note, "frein": ["mobilite", "numerique"]})

    assert refused.status_code == 403
    assert "no-store" in refused["Cache-Control"]
    assert "dossier Elle" not in refused.text
    assert f'action="{PAGE}"' in refused.text
    kept = _hidden(refused.text)
    assert kept == {"note": [note], "frein": ["mobilite", "numerique"]}
    again = client.post(PAGE, {**kept, "preuve-code": "000000"})
    assert again.status_code == 403
    assert _hidden(again.text) == kept, "a wrong code loses nothing either"

    accepted = client.post(PAGE, {**kept, "preuve-code": code()})
    assert accepted.text == f"dossier {note} mobilite,numerique"


def _hidden(page):
    """What the form that asks for a code sends besides it."""
    found = {}
    form = next(part for part in page.split("<form ") if "preuve-code" in part)
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form):
        if name != "csrfmiddlewaretoken":
            found.setdefault(unescape(name), []).append(unescape(value))
    return found


def test_a_part_asked_by_htmx_moves_the_whole_page_to_the_proof(ada):
    client = signed_in(with_application(ada), second_factor=False)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/espace/?onglet=1"}
    assert client.get(PAGE, headers=headers)["HX-Redirect"].endswith("next=%2Fespace%2F%3Fonglet%3D1")
    posted = client.post(PAGE, {"note": "a"}, headers=headers)
    assert (posted.status_code, posted["HX-Retarget"]) == (200, "body")
    assert _hidden(posted.text)["note"] == ["a"]


@pytest.mark.parametrize(
    ("proved", "seen", "may"),
    [
        (None, 0, False),
        (1, None, True),
        (14, None, True),
        (15, None, False),
        (600, 14, True),
        (600, 15, False),
    ],
)
def test_a_session_sleeps_after_fifteen_minutes_without_a_page_about_people(ada, proved, seen, may):
    now = timezone.now()
    session = SessionStore()
    if proved is not None:
        session["account_authentication_methods_user"] = str(ada.pk)
        session["account_authentication_methods"] = [
            {"method": "code", "at": now.timestamp()},
            {"method": "mfa", "at": (now - timedelta(minutes=proved)).timestamp()},
        ]
    if seen is not None:
        session[access.SEEN] = (now - timedelta(minutes=seen)).timestamp()
    request = SimpleNamespace(session=session, user=ada)
    assert access.may_read_personal_data(request, at=now) is may


def test_a_proof_is_of_one_account(ada):
    client = signed_in(ada)
    other = signed_in(person("bob@example.org"), second_factor=False)
    session = other.session
    for key in ("account_authentication_methods", "account_authentication_methods_user"):
        session[key] = client.session[key]
    session.save()
    assert other.get(PAGE).status_code == 302


def test_the_demos_accounts_enter_without_a_telephone_and_only_in_a_demo(ada, settings):
    with acting_as(None, purpose=Purpose.ADMINISTRATION):
        actions.create_demo_accounts()
    settings.DEMO = True
    client = Client()
    client.post("/compte/connexion/demo/", {"kind": "resident"})
    assert client.get(PAGE).status_code == 200
    fall_asleep(client)
    asked = client.post(PAGE, {"note": "gardée"})
    assert 'name="preuve-exemple"' in asked.text
    assert client.post(PAGE, {"note": "gardée", "preuve-exemple": "1"}).text == "dossier gardée "

    real = signed_in(ada, second_factor=False)
    assert "preuve-exemple" not in real.get("/compte/deuxieme-preuve/").text
    assert real.post(PAGE, {"preuve-exemple": "1"}).status_code == 403
    assert real.get(PAGE).status_code == 302

    settings.DEMO = False
    assert client.get(PAGE).status_code == 302, "what the demo's door noted is worth nothing elsewhere"
    assert client.post(PAGE, {"preuve-exemple": "1"}).status_code == 403
    assert client.get(PAGE).status_code == 302
    prove_second_factor(client, _demo_user())
    assert client.get(PAGE).status_code == 200


def _demo_user():
    with for_purpose(Purpose.SIGN_IN):
        return User.objects.get(email="resident@exemple.invalid")
