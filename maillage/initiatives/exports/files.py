"""A selection written to a file of the machine, for the command line."""

import os
import tempfile
from pathlib import Path

from django.http import QueryDict
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.initiatives.exports.geo import geojson, umap
from maillage.initiatives.exports.tables import csv_file, xlsx_file
from maillage.initiatives.queries.search import Criteria, exported, matching

WRITERS = {"geojson": geojson, "csv": csv_file, "xlsx": xlsx_file, "umap": umap}


class UnknownFormat(DomainError):
    """The name of the file says no format that we write."""


class CannotWrite(DomainError):
    """The file cannot be written there."""


def write_file(path: Path, query: str = "", *, format: str = "auto") -> int:
    """Write the selection of `query` (the parameters of the list's address) to `path`; how many initiatives.

    The file takes its place whole or not at all. Needs an open transaction. Raises UnknownFormat, CannotWrite and
    UnknownCriterion.
    """
    kind = path.suffix.lstrip(".").lower() if format == "auto" else format
    if kind not in WRITERS:
        raise UnknownFormat(
            _("« %(kind)s » n’est pas un format d’export ; choisissez parmi %(known)s.")
            % {"kind": kind, "known": ", ".join(WRITERS)}
        )
    criteria = Criteria.from_query(QueryDict(query.removeprefix("?")))
    if not path.parent.is_dir():
        raise CannotWrite(_("Le dossier « %(folder)s » n’existe pas.") % {"folder": path.parent})
    try:
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise CannotWrite(
            _("Impossible d’écrire dans « %(folder)s » : %(reason)s.")
            % {"folder": path.parent, "reason": error.strerror}
        ) from error
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in WRITERS[kind](exported(criteria)):
                file.write(chunk)
        os.chmod(part, 0o644)
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    written = matching(criteria)
    # a uMap map holds what has a place on it
    return (written.filter(point__isnull=False) if kind == "umap" else written).count()
