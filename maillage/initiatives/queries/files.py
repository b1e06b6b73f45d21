"""Which photo or document a stored file belongs to."""

from django.db.models import Q

from maillage.initiatives.models import Document, Photo


def photo_at(name: str) -> Photo | None:
    """The photo whose large or small file is stored under `name`."""
    rows = Photo.objects.select_related("initiative", "proposal")
    return rows.filter(Q(file=name) | Q(thumbnail=name)).first()


def document_at(name: str) -> Document | None:
    """The document stored under `name`."""
    return Document.objects.select_related("initiative").filter(file=name).first()
