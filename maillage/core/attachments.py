"""Files that people join: known by what they hold, never by their name, and without anything that runs."""

import re
import zipfile
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _
from PIL import Image, ImageFile, UnidentifiedImageError

from maillage.core.errors import DomainError

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_UNFOLDED = 200 * 1024 * 1024  # of an office document, unzipped
MAX_PARTS = 5000
PICTURES = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp")}
ODF = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}
OOXML_START = "application/vnd.openxmlformats-officedocument."
OOXML = {
    "wordprocessingml.document": ("docx", "word/document.xml"),
    "spreadsheetml.sheet": ("xlsx", "xl/workbook.xml"),
}
# every media type that is kept, and its usual ending
ENDINGS = {
    "application/pdf": "pdf",
    **dict(PICTURES.values()),
    **ODF,
    **{OOXML_START + word: ending for word, (ending, _main) in OOXML.items()},
}
# parts of an office document that run, or carry what runs
RUNNING = ("vbaproject", "vbadata", "activex", "macrosheets/", "basic/", "scripts/")
# what an office document would fetch from elsewhere when it opens: a template, an object, a picture that tells it was opened
RELATIONSHIP = re.compile(rb"<Relationship\b[^>]*>")
FETCHED = re.compile(rb"""Target\s*=\s*["'](?:https?:|ftp:|mhtml:|\\\\|file:/{2}(?!/))""", re.IGNORECASE)
PDF_RUNNING = ("/JavaScript", "/EmbeddedFiles")


class AttachmentRefused(DomainError):
    """The file cannot be kept; the sentence says what to send."""


class AttachmentTooLarge(AttachmentRefused):
    """The file is longer than MAX_BYTES."""

    status = 413


@dataclass(frozen=True)
class Kind:
    """What a file is: its media type and its usual ending."""

    media_type: str
    ending: str


PDF = Kind("application/pdf", "pdf")


def recognise(file: IO[bytes], *, size: int) -> Kind:
    """What `file` is, by its content: PDF, JPEG, PNG, WebP, ODT, ODS, DOCX or XLSX, 10 MB at most, whole, without macros.

    Anything else raises AttachmentRefused or AttachmentTooLarge. The file is left at its start.
    """
    refuse_large(size)
    if size == 0:
        raise AttachmentRefused(_("Ce fichier est vide."))
    start = file.read(8)
    file.seek(0)
    try:
        if start.startswith(b"%PDF-"):
            check_pdf(file, size=size, alive=False)
            return PDF
        if start.startswith(b"PK\x03\x04"):
            return _office(file)
        return _picture(file)
    finally:
        file.seek(0)


def refuse_large(size: int) -> None:
    """Raise AttachmentTooLarge for more than MAX_BYTES."""
    if size > MAX_BYTES:
        raise AttachmentTooLarge(_("Ce document dépasse 10 Mo. Réduisez-le, ou donnez plutôt un lien."))


def check_pdf(file: IO[bytes], *, size: int, alive: bool = True) -> None:
    """Accept a readable PDF of 10 MB at most; unless `alive`, without scripts or files inside. Raises AttachmentRefused.

    The file is left at its start.
    """
    refuse_large(size)
    start = file.read(5)
    file.seek(0)
    if start != b"%PDF-":
        raise AttachmentRefused(_("Ce fichier n’est pas un PDF. Enregistrez-le en PDF, puis joignez-le."))
    from pypdf import PdfReader  # slow import
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(file, strict=False)
        encrypted, pages = reader.is_encrypted, 0 if reader.is_encrypted else len(reader.pages)
        runs = not alive and not encrypted and _runs(reader.trailer["/Root"])
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        raise AttachmentRefused(
            _("Ce PDF est abîmé : il ne s’ouvre pas. Enregistrez-le à nouveau.")
        ) from error
    finally:
        file.seek(0)
    if encrypted:
        raise AttachmentRefused(_("Ce PDF est protégé par un mot de passe. Retirez-le, puis joignez-le."))
    if pages == 0:
        raise AttachmentRefused(_("Ce PDF n’a aucune page."))
    if runs:
        raise AttachmentRefused(
            _(
                "Ce PDF contient un programme ou d’autres fichiers. Imprimez-le en PDF, puis joignez cette copie."
            )
        )


def _runs(root: Any) -> bool:
    """Whether a PDF's catalogue starts a script, or carries files."""
    names = root.get("/Names", {})
    names = names.get_object() if hasattr(names, "get_object") else names
    opens = root.get("/OpenAction")
    opens = opens.get_object() if hasattr(opens, "get_object") else opens
    starts = isinstance(opens, dict) and opens.get("/S") in {"/JavaScript", "/Launch"}
    return starts or any(name in names for name in PDF_RUNNING)


def _picture(file: IO[bytes]) -> Kind:
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # weasyprint, once loaded, asks for the contrary
    try:
        picture = Image.open(file, formats=tuple(PICTURES))
        if picture.width * picture.height > MAX_PIXELS:
            raise AttachmentRefused(_("Cette image a plus de 40 millions de pixels. Réduisez-la."))
        picture.load()
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise AttachmentRefused(
            _(
                "Ce fichier n’est pas d’une sorte que nous gardons. Envoyez un PDF, une image (JPEG, PNG, WebP) ou un document (ODT, ODS, DOCX, XLSX)."
            )
        ) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise AttachmentRefused(_("Cette image est abîmée : elle ne s’ouvre pas.")) from error
    return Kind(*PICTURES[picture.format or ""])


def _office(file: IO[bytes]) -> Kind:
    try:
        with zipfile.ZipFile(file) as parts:
            infos = parts.infolist()
            if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > MAX_UNFOLDED:
                raise AttachmentRefused(_("Ce document est trop gros une fois ouvert. Envoyez-le en PDF."))
            if any(info.flag_bits & 1 for info in infos):
                raise AttachmentRefused(
                    _("Ce document est protégé par un mot de passe. Retirez-le, puis joignez-le.")
                )
            names = {info.filename for info in infos}
            if any(f"/{word}" in f"/{name.lower()}" for name in names for word in RUNNING):
                raise AttachmentRefused(_macros())
            found = _odf(parts, names) or _ooxml(parts, names)
            if parts.testzip() is not None:
                raise AttachmentRefused(_("Ce document est abîmé : il ne s’ouvre pas."))
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, NotImplementedError, EOFError) as error:
        raise AttachmentRefused(_("Ce document est abîmé : il ne s’ouvre pas.")) from error
    if found is None:
        raise AttachmentRefused(
            _("Cette archive n’est pas un document ODT, ODS, DOCX ou XLSX. Envoyez les fichiers un par un.")
        )
    return found


def _odf(parts: zipfile.ZipFile, names: set[str]) -> Kind | None:
    if "mimetype" not in names or "content.xml" not in names:
        return None
    with parts.open("mimetype") as part:
        media_type = part.read(200).decode("ascii", "replace").strip()
    return Kind(media_type, ODF[media_type]) if media_type in ODF else None


def _ooxml(parts: zipfile.ZipFile, names: set[str]) -> Kind | None:
    if "[Content_Types].xml" not in names:
        return None
    with parts.open("[Content_Types].xml") as part:
        types = part.read(1024 * 1024).decode("utf-8", "replace")
    if "macroEnabled" in types:
        raise AttachmentRefused(_macros())
    if any(_fetches(parts, name) for name in names if name.endswith(".rels")):
        raise AttachmentRefused(
            _("Ce document va chercher des éléments ailleurs quand on l’ouvre. Envoyez-le en PDF.")
        )
    for word, (ending, main) in OOXML.items():
        if main in names and f"{OOXML_START}{word}.main+xml" in types:
            return Kind(OOXML_START + word, ending)
    return None


def _fetches(parts: zipfile.ZipFile, name: str) -> bool:
    with parts.open(name) as part:
        text = part.read(1024 * 1024)
    return any(
        b"hyperlink" not in tag and FETCHED.search(tag) is not None for tag in RELATIONSHIP.findall(text)
    )


def _macros() -> str:
    return _("Ce document contient des macros. Enregistrez-le sans macros, ou en PDF.")
