"""What a file is, by its content: its name and its sender are not believed."""

import codecs
import re
import zipfile
from pathlib import Path

from django.utils.translation import gettext as _

from maillage.core.imports.encodings import UTF16
from maillage.core.imports.errors import BadFile

FORMATS = ("umap", "geojson", "csv", "xlsx", "kml")
PEEK = 64 * 1024
NOT_DATA = [
    # the first bytes, what it is
    (b"%PDF", "PDF"),
    (b"\x89PNG", "image PNG"),
    (b"\xff\xd8\xff", "photo JPEG"),
    (b"GIF8", "image GIF"),
    (b"\x1f\x8b", "archive gzip"),
    (b"7z\xbc\xaf", "archive 7z"),
    (b"Rar!", "archive RAR"),
    (b"SQLite format 3", "base SQLite"),
    (b"\x7fELF", "programme"),
    (b"MZ\x90", "programme"),
]
USE = "CSV, XLSX, GeoJSON, uMap, KML"


def sniff(path: Path) -> str:
    """The format of the file, one of FORMATS. Raises BadFile when it is none of them, and says what it seems to be."""
    if not path.is_file():
        raise BadFile(_("Le fichier « %(name)s » est introuvable.") % {"name": path.name})
    with path.open("rb") as file:
        head = file.read(PEEK)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise BadFile(_("Ce fichier est vide. Vérifiez qu’il a été enregistré, puis réessayez."))
    if head.startswith(b"PK"):
        return in_zip(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadFile(
            _("C’est un ancien classeur (.xls). Ouvrez-le et enregistrez-le au format .xlsx ou CSV.")
        )
    for start, name in NOT_DATA:
        if head.startswith(start):
            raise not_data(name)
    if head.startswith(UTF16):
        return in_utf16(head.decode("utf-16", "ignore").lstrip())
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text[:1] in b"{[":
        return "umap" if re.search(rb'"(type"\s*:\s*"umap"|layers"\s*:)', head) else "geojson"
    if text[:1] == b"<":
        return in_markup(text)
    if b"\x00" in head:
        raise not_data(_("fichier binaire"))
    return "csv"


def in_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise BadFile(
            _("Ce fichier est abîmé ou incomplet. Enregistrez-le de nouveau, puis réessayez.")
        ) from error
    if "xl/workbook.xml" in names:
        return "xlsx"
    if any(name.lower().endswith(".kml") and not name.startswith("__MACOSX/") for name in names):
        return "kml"
    if "mimetype" in names and "content.xml" in names:
        raise BadFile(_("C’est un document LibreOffice. Enregistrez la feuille au format .xlsx ou CSV."))
    raise not_data(_("archive ZIP"))


def in_utf16(text: str) -> str:
    if text[:1] == "<":
        return in_markup(text.encode())
    if text[:1] in ("{", "["):
        raise BadFile(_("Ce fichier JSON n’est pas en UTF-8. Enregistrez-le en UTF-8, puis réessayez."))
    return "csv"


def in_markup(text: bytes) -> str:
    lower = text[:4096].lower()
    if re.search(rb"<(?:[\w.-]+:)?kml\b", lower):
        return "kml"
    if b"<!doctype html" in lower or b"<html" in lower or b"<head" in lower:
        raise BadFile(
            _(
                "C’est une page web, pas un fichier de données : le lien de téléchargement a sans doute renvoyé une page. "
                "Téléchargez le fichier lui-même (%(formats)s)."
            )
            % {"formats": USE}
        )
    raise not_data("XML")


def not_data(name: str) -> BadFile:
    return BadFile(
        _("C’est un fichier d’un autre type (%(name)s). Donnez un fichier %(formats)s.")
        % {"name": name, "formats": USE}
    )
