"""Who runs which banner, and what they may do with it."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from maillage.accounts.tests.people import person, signed_in
from maillage.organisations.access import may_run_zones
from maillage.organisations.models import Banner, Duty
from maillage.organisations.tests.factories import NANTES_METROPOLE, make_banner, make_organisation

pytestmark = pytest.mark.django_db
GIVEN = {
    "name": "Osez Entreprendre",
    "motto": "On vous écoute",
    "zones": "Nantes Métropole",
    "telephone": "02 40 41 90 00",
    "hours": "Mo-Fr 09:00-17:00; PH off",
    "canal": "#5b2a86",
    "brick": "#b3261e",
    "is_published": "on",
}


@pytest.mark.parametrize(
    ("role", "zones", "may"),
    [
        (("network",), ["244400404"], True),
        (("network",), [], True),
        (("animator",), ["244400404"], True),
        (("animator", "epci", "244400404"), ["244400404"], True),
        (("animator", "epci", "244400404"), ["44109", "44143"], True),
        (("animator", "epci", "244400404"), ["44109", "95268"], False),
        (("animator", "epci", "244400404"), [], False),
        (("animator", "commune", "44109"), ["44109"], True),
        (("animator", "commune", "44109"), ["244400404"], False),
        (("animator", "departement", "44"), ["244400404", "44109"], True),
        (("animator", "region", "52"), ["244400404"], True),
        (("animator", "region", "11"), ["244400404"], False),
        (("animator", "epci", "244400404"), ["000000000"], False),
        (("moderator",), ["244400404"], False),
        (("contributor", "epci", "244400404"), ["244400404"], False),
        (None, ["244400404"], False),
    ],
)
def test_who_runs_a_banner_animates_all_of_its_territory(role, zones, may):
    user = person("quelquun@exemple.fr", *([role] if role else []))

    assert may_run_zones(user, zones) is may


def test_each_page_is_for_those_who_run_the_banner():
    banner = make_banner(slug="osez")
    own, elsewhere = ("animator", "epci", NANTES_METROPOLE), ("animator", "epci", "200054781")
    expected = {
        "/espace/bannieres/": {own: 200, elsewhere: 200, ("moderator",): 403, ("network",): 200},
        "/espace/bannieres/nouvelle/": {own: 200, elsewhere: 200, ("moderator",): 403, ("network",): 200},
        "/espace/bannieres/osez/": {own: 200, elsewhere: 404, ("moderator",): 404, ("network",): 200},
        "/espace/bannieres/osez/astreinte/": {
            own: 200,
            elsewhere: 404,
            ("moderator",): 404,
            ("network",): 200,
        },
    }
    people = {
        role: signed_in(person(f"p{n}@exemple.fr", role))
        for n, role in enumerate(expected["/espace/bannieres/"])
    }

    found = {
        path: {role: people[role].get(path).status_code for role in roles} for path, roles in expected.items()
    }

    assert found == expected
    for path in ("logo/", "astreinte/1/"):
        assert people[elsewhere].post(f"/espace/bannieres/osez/{path}", {"remove": "1"}).status_code == 404
    assert banner.name not in people[elsewhere].get("/espace/bannieres/").text


def test_an_animator_opens_a_banner_over_their_territory_alone():
    browser = signed_in(person("animatrice@exemple.fr", ("animator", "epci", NANTES_METROPOLE)))
    carrier, partner = make_organisation(name="Nantes Métropole"), make_organisation(name="Adie Nantes")

    refused = browser.post("/espace/bannieres/nouvelle/", {**GIVEN, "zones": "Garges-lès-Gonesse (95268)"})
    done = browser.post(
        "/espace/bannieres/nouvelle/",
        {
            **GIVEN,
            "carrier": "nantes métropole",
            "partners": f"Adie Nantes\nhttps://x/structures/{partner.slug}/",
        },
    )

    assert refused.status_code == 422
    assert "Vous n’animez pas tout ce territoire" in refused.text
    assert done.status_code == 302, done.text[:3000]
    row = Banner.objects.get()
    assert (row.slug, row.zones, row.territory_name, row.telephone, row.carrier_id) == (
        "osez-entreprendre", [NANTES_METROPOLE], "Nantes Métropole", "+33240419000", carrier.pk,
    )  # fmt: skip
    assert list(row.partners.all()) == [partner]
    assert row.canal_dark != row.canal  # lightened by itself


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"canal": "#cccccc"}, "Cette couleur se lit mal"),
        ({"canal": "rouge"}, "Écrivez une couleur comme"),
        ({"own_dark": "on", "canal_dark": "#333333", "brick_dark": "#ffffff"}, "Cette couleur se lit mal"),
        ({"zones": "Xyzzyqwv"}, "Nous ne connaissons pas « Xyzzyqwv »"),
        ({"zones": ""}, "Vous n’animez pas tout ce territoire"),
        ({"telephone": "12"}, "Ce numéro n’est pas valable"),
        ({"hours": "quand je peux"}, "Ces horaires ne se lisent pas"),
        ({"partners": "Personne"}, "Aucune structure ne s’appelle « Personne »"),
        ({"host": "pas un domaine"}, "valide"),
        ({"name": ""}, "obligatoire"),
        ({"name": "x" * 81}, "80"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(change, said):
    browser = signed_in(person("animatrice@exemple.fr", ("animator", "epci", NANTES_METROPOLE)))

    answer = browser.post("/espace/bannieres/nouvelle/", {**GIVEN, **change})

    assert answer.status_code == 422
    assert said in answer.text
    assert not Banner.objects.exists()


def test_two_people_who_save_at_once_lose_nothing():
    make_banner(slug="osez", name="Osez", telephone="+33240419000")
    browser = signed_in(person("animatrice@exemple.fr", ("animator", "epci", NANTES_METROPOLE)))
    first = browser.post("/espace/bannieres/osez/", {**GIVEN, "motto": "La première", "version": "1"})

    second = browser.post("/espace/bannieres/osez/", {**GIVEN, "motto": "La seconde", "version": "1"})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "Ce que l’autre personne a changé" in second.text
    assert "La première" in second.text
    assert 'value="La seconde"' in second.text
    assert 'name="version" value="2"' in second.text
    assert (
        browser.post("/espace/bannieres/osez/", {**GIVEN, "motto": "Les deux", "version": "2"}).status_code
        == 302
    )
    assert Banner.objects.get().motto == "Les deux"


def test_the_rota_is_written_week_by_week_and_read_with_names():
    banner = make_banner(slug="osez")
    browser = signed_in(person("animatrice@exemple.fr", ("animator", "epci", NANTES_METROPOLE)))
    person("collegue@exemple.fr")
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    given = {"email": "collegue@exemple.fr", "starts_on": monday.isoformat(), "weeks": "2", "rank": "1"}
    url = "/espace/bannieres/osez/astreinte/"

    assert browser.post(url, given).status_code == 302
    twice = browser.post(url, given)
    unknown = browser.post(url, {**given, "email": "inconnu@exemple.fr", "rank": "2"})

    assert (twice.status_code, unknown.status_code) == (422, 422)
    assert "déjà" in twice.text
    assert "Personne n’a de compte à cette adresse" in unknown.text
    page = browser.get(url).text
    assert "collegue@exemple.fr" not in page
    duty = Duty.objects.get()
    assert str(duty.user_id) in page
    assert duty.period.upper - duty.period.lower == timedelta(days=14)
    assert browser.post(f"{url}{duty.pk}/").status_code == 302
    assert not Duty.objects.exists()
    assert browser.post(f"{url}{duty.pk}/").status_code == 404
    assert banner.is_published


def test_a_logo_is_read_again_served_and_taken_off(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_banner(slug="osez")
    browser = signed_in(person("animatrice@exemple.fr", ("network",)))
    picture = io.BytesIO()
    Image.new("RGBA", (900, 300), (200, 30, 30, 120)).save(picture, "PNG")
    picture.seek(0)
    picture.name = "logo.png"

    browser.post("/espace/bannieres/osez/logo/", {"logo": picture})

    row = Banner.objects.get()
    served = browser.get(row.logo.url)
    assert served["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(served.getvalue())).size == (480, 160)
    assert row.logo.url in browser.get("/b/osez/").text
    wrong = io.BytesIO(b"%PDF-1.7 not a picture")
    wrong.name = "logo.png"
    assert "est un PDF" in browser.post("/espace/bannieres/osez/logo/", {"logo": wrong}, follow=True).text
    browser.post("/espace/bannieres/osez/logo/", {"remove": "1"})
    assert Banner.objects.get().logo.name == ""
    for path in ("/media/logos/rien.webp", "/media/logos/../secret-key", "/media/logos/x.svg"):
        assert browser.get(path).status_code == 404


def test_the_workspace_says_what_waits_for_whom():
    make_banner(slug="osez")
    expected = {
        ("network",): ("à rappeler<", "Bannières et astreinte"),
        ("animator", "epci", NANTES_METROPOLE): ("Bannières et astreinte",),
        ("moderator",): (),
    }
    said = {phrase for phrases in expected.values() for phrase in phrases}
    for n, (role, phrases) in enumerate(expected.items()):
        page = signed_in(person(f"p{n}@exemple.fr", role)).get("/espace/").text
        assert {phrase for phrase in said if phrase in page} == set(phrases)


def test_the_form_shows_the_territory_by_its_name():
    make_banner(slug="osez", zones=[NANTES_METROPOLE, "44109"])

    page = signed_in(person("reseau@exemple.fr", ("network",))).get("/espace/bannieres/osez/").text

    assert "Nantes Métropole (244400404)\nNantes (44109)" in page
