"""The files that moderators send: kept, checked, imported, forgotten."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from maillage.accounts.access import MODERATING, scopes
from maillage.accounts.models import User
from maillage.core import progress
from maillage.core.errors import Conflict, DomainError
from maillage.core.imports import open_source
from maillage.core.jobs import enqueue
from maillage.initiatives.actions.importing import (
    Plan,
    Progress,
    default_origin,
    guessed_mapping,
    import_initiatives,
    no_line,
    proposed_mapping,
)
from maillage.initiatives.models import IncomingFile

MOST_BYTES = 20 * 2**20
KEPT_DAYS = 7
PREVIEWED = 5


class TooBig(DomainError):
    """The file is for the command line."""

    status = 413

    def __init__(self) -> None:
        super().__init__(
            _(
                "Ce fichier dépasse 20 Mo. Coupez-le en plusieurs fichiers, ou demandez à l’administration du site de "
                "l’importer avec la commande « initiatives import », qui n’a pas de limite."
            )
        )


@contextmanager
def as_file(file: IncomingFile) -> Iterator[Path]:
    """The content at a path, for the time of a block."""
    if file.content is None:
        raise Conflict(_("Ce fichier a déjà été importé. Envoyez-le de nouveau pour recommencer."))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fichier"
        path.write_bytes(bytes(file.content))
        yield path


@transaction.atomic
def receive_file(*, user_id: int, name: str, content: bytes) -> IncomingFile:
    """Keep a file that can be read, with the columns guessed. Raises BadFile, TooBig."""
    if len(content) > MOST_BYTES:
        raise TooBig
    file = IncomingFile(user_id=user_id, name=Path(name).name[:200] or "fichier", content=content)
    with as_file(file) as path:
        source = open_source(path)
        if next(iter(source.rows()), None) is None:
            raise no_line(source)
        origin = source.origin or f"fichier/{Path(file.name).stem}"
        # what is missing, the person chooses
        file.plan = {"mapping": proposed_mapping(source), "origin": origin[:120], "status": "draft"}
    file.save(force_insert=True)
    return file


def preview(file: IncomingFile) -> tuple[list[str], list[list[str]]]:
    """The columns of the file and its first rows, each cell cut short."""
    with as_file(file) as path:
        source = open_source(path)
        rows = []
        for row in source.rows():
            rows.append([str(row.values.get(column) or "")[:60] for column in source.columns])
            if len(rows) == PREVIEWED:
                break
        return source.columns, rows


@transaction.atomic
def ask_for_run(*, file: IncomingFile, plan: Mapping[str, Any] | None, dry_run: bool) -> UUID:
    """Queue the check, or the import, of a file; gives the key of its progress page. Raises BadMapping, Conflict."""
    file = IncomingFile.objects.select_for_update().get(pk=file.pk)
    if plan is not None:
        with as_file(file) as path:
            guessed_mapping(open_source(path), plan["mapping"])
        file.plan, file.report, file.state = dict(plan), None, IncomingFile.State.SENT
        file.save(update_fields=["plan", "report", "state"])
    if file.state == IncomingFile.State.IMPORTED or (
        not dry_run and file.state != IncomingFile.State.CHECKED
    ):
        raise Conflict(_("Vérifiez d’abord le fichier : l’import vient après."))
    label = _("Vérification du fichier") if dry_run else _("Import du fichier")
    work = progress.start("initiatives.import", label=label, owner_id=file.user_id, total=100)
    enqueue("initiatives.import", file=str(file.pk), progress=str(work.key), dry_run=dry_run)
    return work.key


@transaction.atomic
def run_file(*, key: UUID | str, dry_run: bool, at: datetime, tell: Progress) -> IncomingFile:
    """Check or import a file, in the name of who sent it and where they moderate. Done twice, it is done once."""
    file = IncomingFile.objects.select_for_update().get(pk=key)
    if file.state == IncomingFile.State.IMPORTED:
        return file
    plan = file.plan
    # what may be done is asked now: a role may have been withdrawn since the file was sent
    scope = scopes(User.objects.get(pk=file.user_id), *MODERATING)
    if not scope:
        raise Conflict(
            _("Vous n’avez plus le droit d’importer des fiches. Demandez à l’administration du réseau.")
        )
    with as_file(file) as path:
        source = open_source(path)
        report = import_initiatives(
            path=path,
            plan=Plan(
                mapping=guessed_mapping(source, plan["mapping"]),
                origin=plan.get("origin") or default_origin(source),
                status=plan.get("status", "draft"),
                partial=bool(plan.get("partial")),
                centroid=bool(plan.get("centroid")),
                example=bool(plan.get("example")),
                owner_id=file.user_id,
                within=scope,
            ),
            at=at,
            dry_run=dry_run,
            progress=tell,
        )
    file.report = report.as_dict() | {"notes": [vars(note) for note in report.notes]}
    if dry_run:
        file.state = IncomingFile.State.CHECKED
    elif not report.rejected or plan.get("partial"):
        file.state, file.imported_at, file.content = IncomingFile.State.IMPORTED, at, None
    file.save(update_fields=["report", "state", "imported_at", "content"])
    return file


@transaction.atomic
def forget_old_files(*, at: datetime) -> int:
    """Delete the files sent more than a week ago, with their reports."""
    return IncomingFile.objects.filter(sent_at__lt=at - timedelta(days=KEPT_DAYS)).delete()[0]
