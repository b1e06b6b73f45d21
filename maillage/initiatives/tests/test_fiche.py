import io
import json
import re
from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from pypdf import PdfReader

from maillage.core.markdown import as_html, as_text
from maillage.initiatives.models import Initiative, Merge, Photo
from maillage.initiatives.queries.fiche import nearby, public_changes
from maillage.initiatives.tests.factories import CERGY, GARGES, make_initiative, make_organisation

pytestmark = pytest.mark.django_db


def url(row: Initiative, rest: str = "/") -> str:
    return f"/initiatives/{row.slug}{rest}"


def test_a_fiche_says_what_it_knows(client):
    row = make_initiative(
        title="Le bus de la création",
        themes=["aller-vers"],
        publics=["jeunes"],
        phases=["idee"],
        carrier=make_organisation(name="BGE"),
        partners=["Ville", "Mission locale"],
        body="Un **bus** au pied des immeubles.",
        contact_phone="01 00 00 00 00",
        links=[{"url": "https://example.org/bus", "label": "Le site"}],
        source_name="Une étude",
        is_example=True,
    )

    page = client.get(url(row)).text

    for words in ("Le bus de la création", "Aller-vers", "BGE", "Ville, Mission locale", "<strong>bus</strong>",
                  "position à la commune", "confirmée le 1 juin 2026", "exemple", "tel:0100000000", "Le site",
                  "Une étude", "Licence Ouverte", 'rel="canonical"', 'property="og:title"', "Jeunes"):  # fmt: skip
        assert words in page, words
    assert page.count("<h1") == 1


@pytest.mark.parametrize(
    ("status", "answer"),
    [("published", 200), ("to-confirm", 200), ("draft", 404), ("proposed", 404), ("archived", 410)],
)
@pytest.mark.parametrize("rest", ["/", "/historique/", ".pdf"])
def test_only_public_fiches_are_shown_and_withdrawn_ones_say_so(client, status, answer, rest):
    row = make_initiative(title="Secret", status=status)

    page = client.get(url(row, rest))

    assert page.status_code == answer
    if answer == 410:
        assert "a été retirée" in page.text
    if answer == 404:
        assert "Secret" not in page.text


def test_a_merged_fiche_redirects_for_good_and_a_deleted_one_is_gone(client):
    kept, gone = make_initiative(title="Gardée"), make_initiative(title="Supprimée")
    Merge.objects.create(old_slug="ancienne", into=kept, merged_id=999)
    gone.delete()

    moved = client.get("/initiatives/ancienne/")
    assert (moved.status_code, moved["Location"]) == (301, url(kept))
    assert client.get("/initiatives/ancienne.pdf")["Location"] == url(kept, ".pdf")
    assert client.get(url(gone)).status_code == 410
    assert client.get("/initiatives/jamais-vue/").status_code == 404


def test_structured_data_is_json_that_cannot_leave_its_script(client):
    row = make_initiative(title="</script><script>alert(1)</script>", summary="a & b <!--")

    page = client.get(url(row)).text
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])

    assert data["headline"] == "</script><script>alert(1)</script>"
    assert data["about"]["location"]["geo"]["longitude"] == row.point.x
    assert "<script>alert" not in page


def test_markdown_is_kept_and_harm_is_not():
    html = as_html(
        "# Titre\n\n**gras** [ok](https://example.org) [non](javascript:alert(1)) <script>alert(1)</script>\n\n"
        "![x](https://example.org/pixel.gif)\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )

    assert "<h3>Titre</h3>" in html
    assert "<strong>gras</strong>" in html
    assert '<a href="https://example.org" rel="nofollow noopener ugc">ok</a>' in html
    assert "<table>" in html
    for harm in ("<script", 'href="javascript', "<img"):
        assert harm not in html
    assert as_text("**Un** mot & deux", 8) == "Un mot …"


def test_neighbours_are_the_nearest_in_metres_not_in_degrees():
    here = make_initiative(lon=2.0, lat=48.9)
    # 0.011° of longitude is nearer in metres than 0.009° of latitude, though farther in degrees
    east = make_initiative(title="east", lon=2.011, lat=48.9)
    norths = [make_initiative(title=f"north {n}", lon=2.0, lat=48.909 + n / 1e5) for n in range(4)]
    make_initiative(title="hidden", lon=2.0, lat=48.9, status="draft")
    make_initiative(title="national", scope="national")

    found = nearby(here)

    assert [row.title for row in found] == ["east", "north 0", "north 1", "north 2"]
    assert found[0].pk == east.pk
    assert 790 < found[0].distance.m < 820
    assert norths[3].title not in [row.title for row in found]


def test_the_history_tells_public_changes_and_nobody(client):
    row = make_initiative(title="Avant", contact_email="a@example.org", status="draft")
    row.title = "Jamais publié"
    row.save()
    row.status, row.confirmed_on, row.published_at = "published", date(2026, 6, 1), row.created_at
    row.save()
    row.title, row.contact_email = "Après", "b@example.org"
    row.save()
    row.reminded_on = date(2026, 7, 1)
    row.save()

    changes = public_changes(row)
    page = client.get(url(row, "/historique/")).text

    assert [change.before is None for change in changes] == [False, True]
    assert changes[0].told() == {"title": ("Jamais publié", "Après")}
    assert "Avant" not in page
    assert "example.org" not in page
    assert "Modifié aussi : Contact" in page


def test_photos_are_shown_once_accepted_with_their_words(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    row = make_initiative()
    for status, words in (("published", "Un bus jaune"), ("pending", "À vérifier")):
        Photo.objects.create(
            initiative=row, status=status, alternative=words, file=_picture(), thumbnail="x.png"
        )

    page = client.get(url(row)).text

    assert 'alt="Un bus jaune"' in page
    assert 'alt="À vérifier"' not in page


def _picture() -> ContentFile:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return ContentFile(out.getvalue(), name="x.png")


@pytest.mark.parametrize("body", ["", "Un **long** texte. " * 1000, "x" * 19_000])
def test_the_sheet_is_one_page_with_its_address(client, body, tmp_path):
    row = make_initiative(title="Le bus & ses amis", body=body, themes=["jeunes", "lieux"], summary="r" * 400)

    answer = client.get(url(row, ".pdf"))
    file = tmp_path / "sheet.pdf"
    file.write_bytes(answer.content)
    pages = PdfReader(file).pages

    assert answer["Content-Type"] == "application/pdf"
    assert len(pages) == 1
    text = pages[0].extract_text()
    assert "Le bus & ses amis" in text
    assert f"127.0.0.1:8000/initiatives/{row.slug}" in text


def test_the_sheet_says_what_the_page_says_and_that_it_is_to_be_confirmed(client):
    row = make_initiative(
        title="Anticonstitutionnellement" * 5,
        status="to-confirm",
        publics=["jeunes"],
        phases=["idee"],
        starts_on=date(2024, 1, 1),
        contact_email="une.adresse.vraiment.tres.longue@une-association-du-quartier.example.org",
    )

    text = PdfReader(io.BytesIO(client.get(url(row, ".pdf")).content)).pages[0].extract_text()

    for words in ("Idée", "depuis janvier 2024", "Jeunes", "position à la commune", "À confirmer"):
        assert words in text, words
    # a word longer than a line goes on under it
    assert row.title not in text
    assert row.title in text.replace("\n", "")


def test_a_shared_fiche_always_has_a_picture(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    row = make_initiative()
    plain = client.get(url(row)).text
    Photo.objects.create(
        initiative=row, status="published", alternative="Un bus", file=_picture(), thumbnail="x.png"
    )
    pictured = client.get(url(row)).text

    images = re.compile(r'property="og:image" content="(http[^"]+)"')
    assert [re.sub(r"\.[0-9a-f]{12}", "", link).rsplit("/", 1)[1] for link in images.findall(plain)] == [
        "icon-180.png"
    ]
    assert images.findall(pictured) == [f"http://127.0.0.1:8000{row.photos.get().file.url}"]


def test_a_fiche_costs_the_same_whatever_surrounds_it(client):
    counts = []
    row = make_initiative(themes=["jeunes"], commune=GARGES)
    make_initiative(themes=["jeunes"], commune=CERGY)
    client.get(url(row))
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get(url(row))
        counts.append(len(captured))
        for _n in range(3):
            make_initiative(themes=["jeunes"], commune=GARGES, carrier=make_organisation())

    assert counts[0] == counts[1] <= 18
