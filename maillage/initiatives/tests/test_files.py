"""Photos and documents: what is sent is checked, cleaned, and shown only to those who may see it."""

import io
from contextlib import suppress

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image
from pypdf import PdfWriter

from maillage.core import pictures
from maillage.initiatives import documents
from maillage.initiatives.actions import photos
from maillage.initiatives.models import Document, Photo
from maillage.initiatives.tests.factories import make_initiative
from maillage.initiatives.tests.people import everyone, person, signed_in
from maillage.initiatives.tests.test_propose import URL, answers, proof_link

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"


def picture(size=(2000, 1000), kind="JPEG", **options):
    out = io.BytesIO()
    Image.new("RGB", size, (200, 60, 40)).save(out, kind, **options)
    return out.getvalue()


def with_position(size=(400, 200)):
    """A photo taken on its side, with a GPS position and a camera's name in its EXIF."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010F] = "AppareilSecret"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 58.0, 12.0)
    return picture(size, exif=exif.tobytes())


def pdf(pages=1):
    writer, out = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    writer.write(out)
    return out.getvalue()


def encoded(data):
    return pictures.encode(io.BytesIO(data), size=len(data))


def test_a_photo_is_turned_upright_reduced_and_says_nothing_of_where_it_was_taken():
    data = with_position()
    assert b"AppareilSecret" in data

    done = encoded(data)

    large = Image.open(io.BytesIO(done.large))
    assert (large.format, large.size, (done.width, done.height)) == ("WEBP", (200, 400), (200, 400))
    assert dict(large.getexif()) == {}
    assert b"AppareilSecret" not in done.large + done.small
    assert b"EXIF" not in done.large


def test_sizes_are_bounded_and_small_photos_stay_small():
    done = encoded(picture((3000, 2000)))
    assert Image.open(io.BytesIO(done.large)).size == (1600, 1067)
    assert Image.open(io.BytesIO(done.small)).size == (480, 320)
    assert encoded(picture((100, 50), "PNG")).width == 100


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7 not a picture", "PDF"),
        (b"\x00\x00\x00\x18ftypheic" + b"\0" * 40, "HEIC"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "pas une photo lisible"),
        (b"<html>", "pas une photo lisible"),
        (b"", "pas une photo lisible"),
        (picture()[:2000], "abîmée"),
        (picture((8000, 6500), "PNG"), "52 millions de pixels"),
        (picture((14_000, 13_000), "PNG"), "trop de pixels"),
        (b"\xff\xd8" + b"0" * (10 * 1024 * 1024), "10 Mo"),
    ],
    ids=["pdf", "heic", "svg", "html", "empty", "cut", "50 megapixels", "bomb", "heavy"],
)
def test_what_is_no_photo_is_refused_with_what_to_do(data, said):
    import weasyprint  # noqa: F401 it changes a setting of Pillow's, as in a process that has made a PDF

    with pytest.raises(pictures.PhotoRefused, match=said):
        encoded(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"MZ program", "pas un PDF"),
        (b"%PDF-1.7\nbroken", "abîmé"),
        (b"%PDF-" + b"0" * (10 * 1024 * 1024), "10 Mo"),
    ],
    ids=["program", "broken", "heavy"],
)
def test_what_is_no_pdf_is_refused(data, said):
    with pytest.raises(documents.DocumentRefused, match=said):
        documents.check(io.BytesIO(data), size=len(data))


def test_a_locked_pdf_is_refused():
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(10, 10)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(out)
    with pytest.raises(documents.DocumentRefused, match="mot de passe"):
        documents.check(io.BytesIO(out.getvalue()), size=1)


def test_a_photo_without_words_is_asked_for_them_and_is_not_lost(client):
    photo = SimpleUploadedFile("bus.jpg", picture(), "image/jpeg")
    page = client.post(URL, answers(photo=photo))
    assert page.status_code == 422
    assert "Décrivez la photo" in page.text
    assert "Votre photo est gardée" in page.text
    kept = page.text.split('name="kept_photo" value="')[1].split('"')[0]

    client.post(URL, answers(alternative="Un bus rouge", kept_photo=kept))

    (photo,) = Photo.objects.all()
    assert (photo.alternative, photo.status, photo.width) == ("Un bus rouge", "pending", 1600)
    assert "bus" not in photo.file.name
    page = client.post(
        URL, answers(title="Autre chose", alternative="x", kept_photo="../../etc/passwd:1:1:abc")
    )
    assert page.status_code == 302
    assert Photo.objects.count() == 1


def test_a_pdf_named_jpg_is_refused_in_the_form(client):
    page = client.post(
        URL, answers(photo=SimpleUploadedFile("photo.jpg", pdf(), "image/jpeg"), alternative="x")
    )
    assert page.status_code == 422
    assert "Ce fichier est un PDF" in page.text
    assert Photo.objects.count() == 0


def test_a_pending_photo_is_for_moderators_and_a_published_one_for_all(client):
    from maillage.initiatives.models import Proposal

    client.post(
        URL, answers(photo=SimpleUploadedFile("bus.jpg", picture(), "image/jpeg"), alternative="Un bus")
    )
    (proposal,) = everyone(Proposal)
    client.post(proof_link())
    photo = Photo.objects.get()
    moderator = signed_in(person("m@exemple.fr", ("moderator", "departement", "95")))
    stranger = signed_in(person("s@exemple.fr", ("moderator", "commune", "59350")))
    assert [c.get(photo.file.url).status_code for c in (client, stranger, moderator)] == [404, 404, 200]
    assert moderator.get(photo.file.url)["Cache-Control"] == "private, no-store"

    moderator.post(f"/espace/moderation/{proposal.pk}/", {"answer": "accept", "photos": [photo.pk]})

    seen = client.get(photo.thumbnail.url)
    assert seen.status_code == 200
    assert (seen["Content-Type"], seen["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert b"".join(seen.streaming_content)[8:12] == b"WEBP"
    assert client.get("/media/../settings.py").status_code == 404
    assert client.get("/media/attente/x.webp").status_code == 404


def test_a_photo_unticked_by_the_moderator_is_deleted(client):
    from maillage.initiatives.models import Proposal

    client.post(
        URL, answers(photo=SimpleUploadedFile("bus.jpg", picture(), "image/jpeg"), alternative="Un bus")
    )
    (proposal,) = everyone(Proposal)
    client.post(proof_link())
    moderator = signed_in(person("m@exemple.fr", ("moderator",)))
    moderator.post(f"/espace/moderation/{proposal.pk}/", {"answer": "accept"})
    assert Photo.objects.count() == 0


def test_an_owner_adds_a_photo_that_waits_and_a_document_sent_as_a_file():
    owner = person("o@exemple.fr", ("contributor",))
    fiche = make_initiative(owner=owner)
    client = signed_in(owner)
    url = f"/initiatives/{fiche.slug}/modifier/fichiers/"
    added = client.post(
        url,
        {"photo": SimpleUploadedFile("a.png", picture(kind="PNG"), "image/png"), "alternative": "Un lieu"},
    )
    assert added.status_code == 302, added.text[:1500]
    client.post(
        url,
        {
            "document": SimpleUploadedFile("bilan.pdf", pdf(2), "application/pdf"),
            "document_title": "Bilan 2026 <b>",
        },
    )
    photo, document = Photo.objects.get(), Document.objects.get()
    assert photo.status == "pending"
    moderator = signed_in(person("m@exemple.fr", ("moderator",)))
    assert "Un lieu" in moderator.get("/espace/moderation/").text
    moderator.post(f"/espace/moderation/photo/{photo.pk}/", {"answer": "accept"})
    assert moderator.post(f"/espace/moderation/photo/{photo.pk}/", {"answer": "refuse"}).status_code == 409
    assert Photo.objects.get().status == "published"

    got = client.get(document.file.url)
    assert (got["Content-Type"], got["Content-Disposition"]) == (
        "application/pdf",
        'attachment; filename="bilan-2026-b.pdf"',
    )
    client.post(url, {"remove_document": document.pk})
    assert not Document.objects.exists()
    refused = client.post(
        url, {"document": SimpleUploadedFile("x.pdf", b"MZ", "application/pdf"), "document_title": "x"}
    )
    assert refused.status_code == 422
    assert "pas un PDF" in refused.text


@pytest.mark.parametrize("undone", [True, False])
def test_files_stay_or_go_with_their_rows(tmp_path, undone):
    fiche, owner = make_initiative(), person("o@exemple.fr")
    written = SimpleUploadedFile("bilan.pdf", pdf(), "application/pdf")

    with suppress(RuntimeError), transaction.atomic():
        photos.add_photo(
            initiative=fiche,
            encoded=encoded(picture()),
            alternative="Un bus",
            credit="",
            user_id=owner.pk,
            trusted=True,
        )
        photos.add_document(initiative=fiche, upload=written, title="Bilan")
        assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 3
        if undone:
            raise RuntimeError

    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(left) == (0 if undone else 3)
