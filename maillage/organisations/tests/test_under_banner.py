"""The site under a banner: its path or its host name, its links, its colours; nothing changes elsewhere."""

import re

import pytest
from django.test import Client
from django.urls import get_script_prefix

from maillage.accounts.tests.people import everyone, person, signed_in
from maillage.core.tests.forms import opened
from maillage.organisations.banners import path_under
from maillage.organisations.models import CallBack
from maillage.organisations.tests.factories import make_banner, make_organisation

pytestmark = pytest.mark.django_db
LINKS = re.compile(r'\s(?:href|action|formaction|data-url|hx-get|hx-post)="(/[^"]*)"')
OUTSIDE = ("/static/", "/media/", "/api/", "/compte/", "/tuiles/", "/manifest.webmanifest", "/favicon.ico")


@pytest.fixture
def banner():
    return make_banner(
        slug="osez", name="Osez Entreprendre", telephone="+33240419000", canal="#5b2a86", welcome="**Bienvenue** <script>x</script>",
        carrier=make_organisation(name="Nantes Métropole"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", "/b/osez/"),
        ("/carte/?q=1", "/b/osez/carte/?q=1"),
        ("/b/osez/carte/", "/b/osez/carte/"),
        ("/b/osez/compte/", "/compte/"),
        ("/compte/connexion/?next=/b/osez/", "/compte/connexion/?next=/b/osez/"),
        ("/static/ui/site.css", "/static/ui/site.css"),
        ("/b/autre/carte/", "/b/autre/carte/"),
        ("/b/osezautre/", "/b/osezautre/"),
        ("//ailleurs.example/", "//ailleurs.example/"),
        ("/\\ailleurs.example/", "/\\ailleurs.example/"),
    ],
)
def test_a_path_is_put_under_the_banner_once(path, kept):
    assert path_under("/b/osez", path) == kept


@pytest.mark.parametrize(
    "path", ["", "carte/", "initiatives/", "initiatives/proposer/", "structures/", "territoires/", "aide/", "rappel/", "qui-sommes-nous/", "nulle-part/"]
)  # fmt: skip
def test_every_link_of_a_page_keeps_the_banner_and_files_do_not(client, banner, path):
    page = client.get(f"/b/osez/{path}", follow=True)

    links = LINKS.findall(page.text)
    assert len(links) > 10
    lost = [link for link in links if not link.startswith(("/b/osez/", *OUTSIDE))]
    assert lost == []
    assert [link for link in links if link.startswith("/b/osez/") and link[7:].startswith(OUTSIDE)] == []
    assert "Osez Entreprendre" in page.text
    assert f"/b/osez/couleurs.css?v={banner.pk}-{banner.version}" in page.text
    assert page["Content-Security-Policy"] == client.get("/aide/")["Content-Security-Policy"]


def test_without_the_banner_nothing_of_it_shows(client, banner):
    page = client.get("/")

    assert "/b/osez" not in page.text
    assert "Osez" not in page.text
    assert "Maillage</title>" in page.text
    for path in ("/couleurs.css", "/qui-sommes-nous/"):
        assert client.get(path).status_code == 404
    assert get_script_prefix() == "/"


def test_the_lists_of_the_header_keep_to_the_territory(client, banner):
    page = client.get("/b/osez/aide/").text

    for path in ("carte", "initiatives", "structures", "services"):
        assert f'href="/b/osez/{path}/?epci=244400404"' in page or f'"/b/osez/{path}/' not in page
    assert 'href="/b/osez/carte/?epci=244400404"' in page


@pytest.mark.parametrize("path", ["carte", "initiatives", "structures", "services"])
@pytest.mark.parametrize("asked", ["", "q=bus"])
def test_a_list_asked_for_without_a_place_is_that_of_the_territory(client, banner, path, asked):
    away = client.get(f"/b/osez/{path}/?{asked}".rstrip("?"))

    assert away.status_code == 302
    assert away["Location"] == f"/b/osez/{path}/?epci=244400404{'&' if asked else ''}{asked}"
    assert "Nantes Métropole" in client.get(away["Location"]).text
    assert client.get(f"/{path}/").status_code == 200


@pytest.mark.parametrize("path", ["carte", "initiatives", "structures", "services"])
def test_a_person_may_leave_the_territory_and_it_stays_away(client, banner, path):
    make_organisation(name="Loin", commune_id="95268")

    emptied = client.get(f"/b/osez/{path}/?epci=244400404&lieu=", follow=True)

    assert emptied.status_code == 200
    assert 'name="epci" data-place="epci" value="244400404"' not in emptied.text
    if path != "structures":
        assert emptied.redirect_chain[0][0] == f"/b/osez/{path}/?lieu="


def test_the_chip_of_the_territory_takes_it_away(client, banner):
    page = client.get("/b/osez/initiatives/?epci=244400404&phase=idee")

    removed = re.search(r'href="(\?phase=idee[^"]*)"', page.text)[1]
    assert removed == "?phase=idee&amp;lieu="
    assert client.get("/b/osez/initiatives/?phase=idee&lieu=").status_code == 200
    htmx = client.get("/b/osez/initiatives/?phase=idee&lieu=", headers={"HX-Request": "true"})
    assert htmx["HX-Push-Url"] == "/b/osez/initiatives/?phase=idee&lieu="


def test_the_territory_of_a_banner_with_several_zones_is_theirs_and_no_more(client):
    make_banner(slug="deux", zones=["95268", "95585"], name="Deux communes")
    for name, commune in (("Ici", "95268"), ("Là", "95585"), ("Ailleurs", "44109")):
        make_organisation(name=name, commune_id=commune)

    page = client.get("/b/deux/structures/", follow=True)

    assert page.redirect_chain == [("/b/deux/structures/?territoire=deux", 302)]
    assert re.findall(r'/structures/[^"]+">([^<]+)</a>', page.text) == ["Ici", "Là"]
    assert client.get("/structures/?territoire=inconnu").status_code == 422
    assert client.get("/b/deux/services/", follow=True).status_code == 200


def test_the_finder_proposes_the_main_commune_of_the_territory_and_lets_it_go(client, banner):
    asked = client.get("/b/osez/trouver/").text
    assert 'name="adresse" maxlength="200" autocomplete="off" value="Nantes"' in asked
    assert 'name="position" value=",,44109,Nantes"' in asked

    away = client.get("/b/osez/trouver/?phase=idee")
    assert away["Location"] == "/b/osez/trouver/?commune=44109&phase=idee"
    assert 'href="/b/osez/trouver/?phase=idee&amp;lieu="' in client.get(away["Location"]).text
    emptied = client.get("/b/osez/trouver/?adresse=&position=,,44109,Nantes&phase=idee", follow=True)
    assert emptied.redirect_chain == [("/b/osez/trouver/?phase=idee&lieu=", 302)]

    said = client.get("/b/osez/trouver/?phrase=j%27ai+une+id%C3%A9e")
    assert ">Nantes" in said.text
    assert "Nantes" not in client.get("/trouver/").text


def test_redirections_keep_the_banner(client, banner):
    assert client.get("/b/osez")["Location"] == "/b/osez/"
    assert client.get("/b/osez/carte")["Location"] == "/b/osez/carte/"
    away = client.get("/b/osez/espace/")
    assert away["Location"] == "/compte/connexion/?next=/b/osez/espace/"
    sent = client.post("/b/osez/rappel/", {"website": "robot"})
    assert sent["Location"] == "/b/osez/rappel/merci/"


def test_what_is_alike_everywhere_is_outside_and_a_form_sent_there_is_sent_again(client, banner):
    for path in ("/compte/connexion/", "/api/v1/docs", "/static/ui/site.css", "/b/autre/", "/healthz"):
        found = client.get(f"/b/osez{path}?a=1")
        assert (found.status_code, found["Location"]) == (307, f"{path}?a=1")
    assert client.post("/b/osez/compte/deconnexion/").status_code == 307


@pytest.mark.parametrize("slug", ["inconnu", "brouillon", "OSEZ", "osez%00", "x" * 300, "'; DROP TABLE"])
def test_an_unknown_banner_is_a_missing_page(client, banner, slug):
    make_banner(slug="brouillon", zones=["44109"], is_published=False)

    assert client.get(f"/b/{slug}/").status_code == 404


def test_the_host_name_of_a_banner_is_enough(banner, settings):
    settings.ALLOWED_HOSTS = ["osez.example", "autre.example", "127.0.0.1", "testserver"]
    banner.host = "osez.example"
    banner.save()
    from django.core.cache import cache

    cache.delete("organisations.banner-hosts")

    page = Client().get("/aide/", headers={"host": "osez.example:8000"})
    other = Client().get("/aide/", headers={"host": "autre.example"})

    assert "Osez Entreprendre" in page.text
    assert 'href="/carte/?epci=244400404"' in page.text
    assert "Osez" not in other.text
    assert Client().get("/couleurs.css", headers={"host": "osez.example"}).status_code == 200
    assert Client().get("/aide/", headers={"host": "inconnu.example"}).status_code == 400
    cache.delete("organisations.banner-hosts")


def test_colours_are_a_stylesheet_of_its_own(client, banner):
    sheet = client.get(f"/b/osez/couleurs.css?v={banner.pk}-{banner.version}")

    assert sheet["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in sheet["Cache-Control"]
    assert "--ma-canal:#5b2a86;" in sheet.text


def test_the_page_of_the_banner_says_who_stands_behind_and_cleans_its_words(client, banner):
    partner = make_organisation(name="Adie Nantes")
    banner.partners.add(partner)

    page = client.get("/b/osez/qui-sommes-nous/").text

    assert "<strong>Bienvenue</strong>" in page
    assert "<script>x" not in page
    for said in ("Adie Nantes", "02 40 41 90 00", "Nantes Métropole", "un service de Nantes Métropole"):
        assert said in page


def test_the_form_under_a_banner_gives_the_call_to_its_rota(client, banner):
    given = {
        "first_name": "Awa",
        "phone": "06 12 34 56 78",
        "place": "Garges-lès-Gonesse",
        "moments": ["soir"],
        "opened": opened(),
    }

    sent = client.post("/b/osez/rappel/", given)

    assert sent.status_code == 302, sent.text[:2000]
    row = everyone(CallBack)[-1]
    assert (row.banner_id, row.phone, row.commune_id, row.moments) == (
        banner.pk,
        "+33612345678",
        "95268",
        ["soir"],
    )
    refused = client.post("/rappel/", {**given, "phone": "12", "place": "Xyzzyqwv"})
    assert refused.status_code == 422
    assert "Ce numéro n’est pas valable" in refused.text
    assert "Nous ne connaissons pas ce lieu" in refused.text


def test_the_form_alone_finds_the_banner_of_the_place(client, banner):
    for place in ("Rezé", "44000", ""):
        client.post(
            "/rappel/",
            {"first_name": "Awa", "phone": f"06 12 34 56 7{len(place)}", "place": place, "opened": opened()},
        )

    assert [row.banner_id for row in everyone(CallBack)] == [banner.pk, banner.pk, None]


def test_a_robot_is_thanked_and_a_crowd_is_stopped(client, banner):
    given = {"first_name": "Awa", "phone": "06 12 34 56 78", "opened": opened()}
    assert client.post("/rappel/", {**given, "website": "x"}).status_code == 302
    assert client.post("/rappel/", {**given, "opened": opened(0)}).status_code == 422
    assert everyone(CallBack) == []

    answers = [client.post("/rappel/", given).status_code for _ in range(3)]

    assert answers == [302, 302, 429]


@pytest.mark.parametrize("name", ["Awa" * 30, "  ", "<b>Awa</b>", "أوا", "'; DROP TABLE x; --", "Zoé 🙂"])
def test_hostile_words_are_kept_as_words_or_refused(client, banner, name):
    answer = client.post(
        "/rappel/", {"first_name": name, "phone": "06 12 34 56 78", "about": name, "opened": opened()}
    )

    assert answer.status_code == (422 if not name.strip() or len(name) > 60 else 302)


@pytest.mark.parametrize(
    ("roles", "rota", "status"),
    [((), False, 403), ((("moderator",),), False, 403), ((("network",),), False, 200), ((), True, 200)],
)
def test_the_list_of_calls_is_for_the_rota_and_the_administration(banner, roles, rota, status):
    from datetime import timedelta

    from django.utils import timezone

    from maillage.organisations.models import Duty

    user = person("quelquun@exemple.fr", *roles)
    if rota:
        today = timezone.localdate()
        Duty.objects.create(banner=banner, user=user, period=(today, today + timedelta(days=7)))

    assert signed_in(user).get("/espace/rappels/").status_code == status
    assert Client().get("/espace/rappels/").status_code == 302
