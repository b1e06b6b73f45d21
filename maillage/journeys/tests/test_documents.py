"""Documents of a person: sealed on the disk, opened by their structure alone, gone with their row."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from maillage.accounts.tests.people import signed_in
from maillage.core import sealed
from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.actions import documents as document_actions
from maillage.journeys.models import (
    Aim,
    Document,
    OpeningEvent,
)
from maillage.journeys.tests.factories import act_as, agree
from maillage.journeys.tests.file_pages import PNG, as_all, file_home, in_name_of, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(settings, tmp_path):
    return file_home(settings, tmp_path)


def upload(name="scan.png", data=PNG, said="Devis"):
    return {"document-name": said, "document-file": SimpleUploadedFile(name, data)}


def test_a_document_is_sealed_opened_by_its_structure_alone_and_leaves_no_trace(home):
    client = signed_in(home.bo)
    path = page(home, "documents")
    sent = client.post(path, {**in_name_of(home.network, "document"), **upload(name="../../évasion.exe")})
    assert sent.status_code == 302
    (row,) = as_all(Document)
    assert (row.media_type, row.size, row.name) == ("image/png", len(PNG), "Devis")
    assert PNG[:16] not in (sealed.folder() / row.path).read_bytes()
    got = client.get(page(home, "documents", row.pk))
    assert got.content == PNG
    assert got["Content-Disposition"] == 'attachment; filename="devis.png"'
    assert (got["X-Content-Type-Options"], got["Content-Type"]) == ("nosniff", "image/png")
    assert "no-store" in got["Cache-Control"]
    act_as(None, f"person:{home.person.pk}")
    assert OpeningEvent.objects.latest("pk").why == f"Document ouvert (n° {row.pk})"
    agree(home.person, Aim.PARTAGE)  # which shares no document
    for who, seen in ((home.bo, 1), (home.cy, 1), (home.awa, 0), (home.dan, 0), (None, 0)):
        act_as(who)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM journeys_document")
            assert cursor.fetchone() == (seen,)
    act_as(home.bo)

    (sealed.folder() / row.path).write_bytes(b"MSEAL1 changed")
    assert client.get(page(home, "documents", row.pk)).status_code == 422
    assert "Mariam" not in client.get(page(home, "documents", row.pk)).text


def files():
    return [path for path in sealed.folder().rglob("*") if path.is_file()] if sealed.folder().exists() else []


def test_what_cannot_be_kept_is_said_in_french_and_leaves_nothing(home):
    client, path = signed_in(home.bo), page(home, "documents")
    structure = in_name_of(home.network, "document")
    large = client.post(path, {**structure, **upload(data=b"%PDF-" + b"x" * 30 * 1024 * 1024)})
    assert large.status_code == 413
    assert "Ce document dépasse 10 Mo" in large.text
    assert "Mariam" in large.text  # the file, with the form as it was
    for data, words in ((b"MZ\x90\x00", "pas d’une sorte"), (b"%PDF-1.4 rien", "abîmé"), (b"", "vide")):
        refused = client.post(path, {**structure, **upload(data=data)})
        assert refused.status_code == 422
        assert words in refused.text
    assert client.post(path, structure).status_code == 422
    checked = Client(enforce_csrf_checks=True)
    checked.cookies = client.cookies
    assert checked.post(path, {**structure, **upload()}).status_code == 403
    assert (files(), as_all(Document)) == ([], [])


def test_a_document_goes_with_its_row_and_what_is_left_over_is_swept(
    home, django_capture_on_commit_callbacks
):
    client = signed_in(home.bo)
    for name in ("un", "deux"):
        client.post(page(home, "documents"), {**in_name_of(home.network, "document"), **upload(said=name)})
    first, second = as_all(Document)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page(home, "documents", first.pk, "supprimer")).status_code == 302
    assert [path.name for path in files()] == [second.path.split("/")[1]]
    with django_capture_on_commit_callbacks(execute=True):
        document_actions.forget_documents(home.person.pk)
        with for_purpose(Purpose.RETENTION):
            Document.objects.all().delete()
    assert files() == []
    left = sealed.new_name()
    sealed.seal(io.BytesIO(b"left over"), left)
    (sealed.folder() / left[:2] / ".half.part").write_bytes(b"MSEAL1")
    with for_purpose(Purpose.RETENTION):
        assert document_actions.sweep(timezone.now()) == 0
        assert document_actions.sweep(timezone.now() + timedelta(hours=2)) == 2
    assert files() == []
