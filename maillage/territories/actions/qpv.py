"""The official contours of the QPV, one generation at a time."""

import re
from collections.abc import Iterable
from pathlib import Path

import shapely
from django.db import connection, transaction
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.core.imports import Report
from maillage.territories.actions.names import refresh_search_names
from maillage.territories.contour_files import ContourRow, plain_name, read_contours
from maillage.territories.models import Commune
from maillage.territories.sql import statement

# the same as the database's: qpv_code_is_of_its_generation
CODES = {2015: re.compile(r"QP[0-9]{2}[0-9AB][0-9]{3}"), 2024: re.compile(r"QN[0-9A-Z]{4,8}")}
# field names seen in the publishers' files, best first; compared without case, accent or underscore, cut at the ten
# characters of a shapefile
CODE = ("code_qp", "code_quartier", "code_qpv", "id_qp", "code_qp24", "code_qp15", "code")
NAME = (
    "lib_qp",
    "nom_qp",
    "nom_quartier",
    "lib_quartier",
    "libelle_qp",
    "nom_qpv",
    "lib_qpv",
    "libelle",
    "nom",
    "name",
)
# and those that were never seen: « Nom du QPV », « libellé quartier 2024 »
NAME_LIKE = re.compile(r"(nom|lib(elle)?)(du|de|des)?q")
COMMUNE = ("insee_com", "code_commune", "code_insee", "insee_commune", "code_com", "codgeo", "depcom", "com")
INCOMING = """
CREATE TEMPORARY TABLE incoming_qpv (
    line integer, code text, generation smallint, nom text, commune text, contour geometry(MultiPolygon, 4326)
) ON COMMIT DROP
"""


class NoTerritories(DomainError):
    """The communes are not there yet, so that no contour can be placed."""


def import_qpv(path: Path, *, generation: int, dry_run: bool = False) -> Report:
    """Bring the QPV of `generation` (2015 or 2024) up to the file's contours; those that it does not name stay.

    All or nothing: with one rejected line, nothing is written and the report counts nothing as created. `repaired`
    counts the contours that were not valid. With `dry_run`, the report says what would happen. Importing the same
    file again changes nothing. Raises UnreadableContours when the file as a whole is no use, NoTerritories before
    `territories load`. Source: ANCT.
    """
    if not Commune.objects.exists():
        raise NoTerritories(_("Chargez d’abord les communes : « territories load »."))
    report = Report()
    accepted = _checked(read_contours(path), generation, report)
    with transaction.atomic():
        _write(accepted, generation, report)
        if report.created or report.updated:
            refresh_search_names("qpv")
        if dry_run or report.rejected:
            transaction.set_rollback(True)
    if report.rejected and not dry_run:
        report.created = report.updated = report.repaired = report.unchanged = 0
    return report


def _checked(
    rows: Iterable[ContourRow], generation: int, report: Report
) -> list[tuple[ContourRow, str, str, str]]:
    """The rows that can be taken, with code, name and commune; the others go to the report."""
    accepted: list[tuple[ContourRow, str, str, str]] = []
    first_line: dict[str, int] = {}
    for row in rows:
        report.read += 1
        code = _code(row)
        nom = _name(row)
        fault = _code_fault(code, generation) if code else _missing(row, CODE, _("code"))
        if fault:
            report.reject(row.line, "code", fault)
        elif code in first_line:
            report.reject(
                row.line,
                "code",
                _("Le code {code} est déjà à la ligne {line}.").format(code=code, line=first_line[code]),
            )
        elif row.shape is None:
            report.reject(row.line, "contour", row.fault)
        elif not nom:
            report.reject(row.line, "nom", _missing(row, NAME, _("nom")))
        else:
            first_line[code] = row.line
            accepted.append((row, code, nom[:200], _field(row, COMMUNE)[:5]))
    return accepted


def _field(row: ContourRow, names: tuple[str, ...]) -> str:
    """The first filled field among `names`."""
    return next(filter(None, (row.fields.get(name) for name in _plain(names))), "")


def _plain(names: tuple[str, ...]) -> list[str]:
    """The names as they are compared, each in full then as a shapefile cuts it."""
    return [plain_name(written) for name in names for written in (name, name[:10])]


def _code(row: ContourRow) -> str:
    """The code of the QPV, in the field that is named so or in whichever holds one."""
    named = _field(row, CODE)
    values = [value.upper().replace(" ", "") for value in (named, *row.fields.values())]
    return next((v for v in values for pattern in CODES.values() if pattern.fullmatch(v)), values[0])


def _name(row: ContourRow) -> str:
    """The name of the QPV, in a field known for it or in one that is named much the same."""
    return _field(row, NAME) or next((v for name, v in row.fields.items() if v and NAME_LIKE.match(name)), "")


def _missing(row: ContourRow, names: tuple[str, ...], what: str) -> str:
    """Why a value could not be had: the field is empty, or none is named so."""
    if row.fields.keys() & set(_plain(names)):
        return _("Le {what} du quartier manque.").format(what=what)
    return _("Aucun champ ne donne le {what} du quartier. Champs du fichier : {fields}.").format(
        what=what, fields=", ".join(row.fields) or _("aucun")
    )


def _code_fault(code: str, generation: int) -> str:
    """Why the code cannot be taken in this generation, or nothing."""
    if CODES[generation].fullmatch(code):
        return ""
    for other, pattern in CODES.items():
        if pattern.fullmatch(code):
            return _("{code} est un code de la génération {other}, pas {generation}.").format(
                code=code, other=other, generation=generation
            )
    return _("{code} n’est pas un code de quartier : {example} est attendu.").format(
        code=code, example={2015: "QP066007", 2024: "QN06601M"}[generation]
    )


def _write(accepted: list[tuple[ContourRow, str, str, str]], generation: int, report: Report) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS incoming_qpv")
        cursor.execute(INCOMING)
        with cursor.copy("COPY incoming_qpv FROM STDIN") as copy:
            for row, code, nom, commune in accepted:
                contour = f"SRID=4326;{shapely.to_wkb(row.shape, hex=True)}"
                copy.write_row((row.line, code, generation, nom, commune, contour))
        cursor.execute(statement("misplaced_qpv"))
        for line, code, exchanged in cursor.fetchall():
            report.reject(line, "contour", _misplaced(code, exchanged))
            cursor.execute("DELETE FROM incoming_qpv WHERE line = %s", [line])
        cursor.execute("SELECT line FROM incoming_qpv")
        kept = {line for (line,) in cursor.fetchall()}
        cursor.execute(statement("merge_qpv"))
        changed = [created for (created,) in cursor.fetchall()]
    report.created = sum(changed)
    report.updated = len(changed) - report.created
    report.unchanged = len(kept) - len(changed)
    report.repaired = sum(row.repaired for row, *_rest in accepted if row.line in kept)


def _misplaced(code: str, exchanged: str | None) -> str:
    if exchanged:
        return _(
            "Le contour de {code} est hors de France. Longitude et latitude semblent inversées : échangées, elles tombent dans cette commune : {commune}."
        ).format(code=code, commune=exchanged)
    return _(
        "Le contour de {code} est loin de toute commune : vérifiez le système de référence du fichier."
    ).format(code=code)
