import io
import tarfile

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maillage.initiatives.models import Initiative
from maillage.territories.models import Commune

pytestmark = pytest.mark.django_db

WORDS = [
    "/aide/",
    "/a-propos/",
    "/accessibilite/",
    "/donnees-personnelles/",
    "/mentions-legales/",
    "/code-source/",
]


def initiative(
    title: str, *, status: str = "published", at: tuple[float, float] = (2.44, 48.97)
) -> Initiative:
    return Initiative.objects.create(
        slug=title.lower().replace(" ", "-"), title=title, summary="Ce qu’elle fait.", status=status, scope="commune",
        commune=Commune.objects.get(code="95268"), point=Point(*at), themes=[],
        published_at=timezone.now(), confirmed_on=timezone.now().date(),
    )  # fmt: skip


def test_front_door_counts_and_shows_only_what_is_public():
    initiative("Bus de quartier")
    initiative("Brouillon caché", status="draft")

    page = Client().get("/")

    assert page.status_code == 200
    assert "Bus de quartier" in page.text
    assert "Brouillon caché" not in page.text
    assert '<strong class="num">1</strong> initiative qui marche déjà' in " ".join(page.text.split())


def test_front_door_asks_the_same_number_of_queries_for_one_or_three_initiatives():
    initiative("Un")
    Client().get("/")  # what is read once a process
    with CaptureQueriesContext(connection) as one:
        Client().get("/")
    initiative("Deux", at=(4.8, 45.7))
    initiative("Trois", at=(-1.5, 47.2))
    with CaptureQueriesContext(connection) as three:
        Client().get("/")
    assert len(one) == len(three)


def test_the_two_questions_lead_to_the_finder_without_javascript_too():
    page = Client().get("/").text

    assert '<form class="card-ma lift mt-4" action="/trouver/" method="get">' in page
    assert [f'value="{phase}"' in page for phase in ("idee", "amorcage", "creation", "developpement")] == [
        True
    ] * 4
    assert 'name="commune" data-place="commune" disabled' in page


@pytest.mark.parametrize("path", WORDS)
def test_pages_of_words_are_public_and_have_one_heading(path):
    page = Client().get(path)

    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert not page.cookies


def test_sitemap_lists_public_fiches_only():
    initiative("Bus de quartier")
    initiative("Brouillon caché", status="draft")

    assert "sitemap-initiatives.xml" in Client().get("/sitemap.xml").text
    fiches = Client().get("/sitemap-initiatives.xml").text
    assert "/initiatives/bus-de-quartier/" in fiches
    assert "brouillon" not in fiches


def test_robots_names_the_sitemap_and_a_demo_asks_to_be_left_out(settings):
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in Client().get("/robots.txt").text
    settings.DEMO = True
    assert "Disallow: /\n" in Client().get("/robots.txt").text


def test_security_contact_has_what_the_standard_asks(settings):
    settings.CONTACT_EMAIL = "equipe@exemple.fr"
    lines = dict(line.split(": ", 1) for line in Client().get("/.well-known/security.txt").text.splitlines())

    assert lines["Contact"] == "mailto:equipe@exemple.fr"
    assert lines["Expires"] > timezone.now().isoformat()


def test_source_archive_holds_the_code_and_no_secret():
    archive = Client().get("/code-source/maillage.tar.gz").content
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        names = tar.getnames()

    assert "maillage/maillage/portal/source.py" in names
    assert "maillage/LICENSE" in names
    assert not [
        name
        for name in names
        if "secret" in name.rsplit("/", 1)[-1] or "/var/" in name or name.endswith(".pyc")
    ]
