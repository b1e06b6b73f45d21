"""Documents about someone: checked, encrypted, given back to who may read them, taken off the disk with their row."""

from datetime import datetime, timedelta
from typing import IO

import structlog
from django.db import transaction

from maillage.core import sealed
from maillage.core.acting import Purpose, for_purpose
from maillage.core.attachments import recognise
from maillage.core.files import only_with_commit
from maillage.journeys.models import Document

log = structlog.get_logger()
LEFT_ALONE = timedelta(hours=1)  # a file without a row may be one that is being sent


@transaction.atomic
def add_document(
    *, person_id: int, organisation_id: int, file: IO[bytes], size: int, name: str, by: int, at: datetime
) -> Document:
    """Keep a document, encrypted. `name` is what the list says of it. Raises AttachmentRefused (413 for more than 10 MB).

    Undone, the transaction leaves nothing on the disk.
    """
    kind = recognise(file, size=size)
    path = sealed.new_name()
    length = sealed.seal(file, path)
    only_with_commit(sealed.storage(), path)
    row = Document.objects.create(
        person_id=person_id,
        organisation_id=organisation_id,
        author_id=by,
        name=name,
        media_type=kind.media_type,
        size=length,
        path=path,
        created_at=at,
    )
    log.info("document.added", document=row.pk, size=length, by=by)
    return row


@transaction.atomic
def remove_document(*, document_id: int, by: int) -> None:
    """Delete a document, its file with the commit; twice changes nothing."""
    row = Document.objects.select_for_update(of=("self",)).filter(pk=document_id).first()
    if row is None:
        return
    row.delete()
    _delete_with_commit([row.path])
    log.info("document.removed", document=document_id, by=by)


def forget_documents(person_id: int) -> None:
    """With the commit of who forgets a person, delete the files about them. Call it before their rows go."""
    with for_purpose(Purpose.RETENTION):
        paths = list(Document.objects.filter(person=person_id).values_list("path", flat=True))
    _delete_with_commit(paths)


def sweep(at: datetime) -> int:
    """Delete what a process killed between the commit and the disk has left: files that no row tells of, and halves of
    files; how many. Under RETENTION."""
    known = set(Document.objects.values_list("path", flat=True))
    unknown = [sealed.folder() / name for name in sealed.names() if name not in known]
    old = (at - LEFT_ALONE).timestamp()
    left = [path for path in (*unknown, *sealed.unfinished()) if path.stat().st_mtime < old]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _delete_with_commit(paths: list[str]) -> None:
    def delete() -> None:
        storage = sealed.storage()
        for path in paths:
            storage.delete(path)

    transaction.on_commit(delete)
