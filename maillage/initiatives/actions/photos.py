"""Keep, publish and remove photos and documents."""

import secrets
from typing import Any

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core.errors import Conflict
from maillage.core.files import only_with_commit
from maillage.core.pictures import Encoded
from maillage.initiatives import documents
from maillage.initiatives.actions.proposals import remove_photo
from maillage.initiatives.models import Document, Initiative, Photo

# a photo chosen in a form that came back with an error waits here, so that nobody chooses it twice
WAITING_ROOM = "attente"
_kept = signing.Signer(salt="initiatives.kept-photo")


class PhotoAnswered(Conflict):
    """Another moderator was faster."""


def unsaved_photo(encoded: Encoded, *, alternative: str, credit: str = "") -> Photo:
    """A photo row with its files, pending, not saved yet: `propose` and `add_photo` say what it belongs to."""
    large, small = encoded.files()
    photo = Photo(alternative=alternative, credit=credit, width=encoded.width, height=encoded.height)
    photo.file.save(str(large.name), large, save=False)
    photo.thumbnail.save(str(small.name), small, save=False)
    only_with_commit(photo.file.storage, str(photo.file.name), str(photo.thumbnail.name))
    return photo


def keep_upload(encoded: Encoded) -> str:
    """Put a checked photo aside for the next sending of the form; the signed name to give back."""
    name = secrets.token_urlsafe(16)
    for suffix, data in (("", encoded.large), ("-s", encoded.small)):
        default_storage.save(f"{WAITING_ROOM}/{name}{suffix}.webp", ContentFile(data))
    return _kept.sign(f"{name}:{encoded.width}:{encoded.height}")


def kept_upload(signed: str) -> str | None:
    """`signed` when it names a photo that still waits, else None."""
    try:
        name = _kept.unsign(signed).split(":")[0]
    except signing.BadSignature:
        return None
    return signed if default_storage.exists(f"{WAITING_ROOM}/{name}.webp") else None


def read_kept(signed: str) -> Encoded:
    """The photo put aside under `signed` (checked by `kept_upload`)."""
    name, width, height = _kept.unsign(signed).split(":")
    large, small = (
        default_storage.open(f"{WAITING_ROOM}/{name}{suffix}.webp").read() for suffix in ("", "-s")
    )
    return Encoded(large, small, int(width), int(height))


@transaction.atomic
def add_photo(
    *, initiative: Initiative, encoded: Encoded, alternative: str, credit: str, user_id: int, trusted: bool
) -> Photo:
    """Add a photo to a fiche; it waits for a moderator unless who adds it is one (`trusted`)."""
    photo = unsaved_photo(encoded, alternative=alternative, credit=credit)
    photo.initiative, photo.added_by_id = initiative, user_id
    photo.status = Photo.Status.PUBLISHED if trusted else Photo.Status.PENDING
    photo.save()
    return photo


@transaction.atomic
def publish_photo(*, photo_id: int) -> Photo:
    """Show a pending photo of a fiche. Raises PhotoAnswered when another moderator answered."""
    photo = Photo.objects.select_for_update(of=("self",)).filter(pk=photo_id).first()
    if photo is None or photo.status != Photo.Status.PENDING:
        raise PhotoAnswered(_("Cette photo est déjà traitée."))
    photo.status = Photo.Status.PUBLISHED
    photo.save(update_fields=["status"])
    return photo


@transaction.atomic
def refuse_photo(*, photo_id: int) -> None:
    """Remove a pending photo and its files. Raises PhotoAnswered."""
    photo = Photo.objects.select_for_update(of=("self",)).filter(pk=photo_id).first()
    if photo is None or photo.status != Photo.Status.PENDING:
        raise PhotoAnswered(_("Cette photo est déjà traitée."))
    remove_photo(photo)


@transaction.atomic
def add_document(*, initiative: Initiative, upload: UploadedFile, title: str) -> Document:
    """Join a PDF to a fiche. Raises DocumentRefused."""
    file: Any = upload
    documents.check(file, size=upload.size or 0)
    document = Document(initiative=initiative, title=title, size=upload.size or 0)
    document.file.save(f"{secrets.token_urlsafe(16)}.pdf", file, save=False)
    only_with_commit(document.file.storage, str(document.file.name))
    document.save()
    return document


@transaction.atomic
def remove_document(*, document: Document) -> None:
    """Delete a document's row, and its file once the transaction has committed."""
    name, storage = str(document.file.name), document.file.storage
    document.delete()
    transaction.on_commit(lambda: storage.delete(name))
