"""Documents people join: PDF only, checked by content."""

from typing import IO

from django.utils.translation import gettext as _

from maillage.core.errors import DomainError

MAX_BYTES = 10 * 1024 * 1024


class DocumentRefused(DomainError):
    """The file is not a PDF that can be kept; the sentence says what to send."""


def check(file: IO[bytes], *, size: int) -> None:
    """Accept a readable PDF of 10 MB at most; anything else raises DocumentRefused. The file is left at its start."""
    if size > MAX_BYTES:
        raise DocumentRefused(_("Ce document dépasse 10 Mo. Réduisez-le, ou donnez plutôt un lien."))
    start = file.read(5)
    file.seek(0)
    if start != b"%PDF-":
        raise DocumentRefused(_("Ce fichier n’est pas un PDF. Enregistrez-le en PDF, puis joignez-le."))
    from pypdf import PdfReader  # slow import
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(file, strict=False)
        encrypted, pages = reader.is_encrypted, 0 if reader.is_encrypted else len(reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        raise DocumentRefused(_("Ce PDF est abîmé : il ne s’ouvre pas. Enregistrez-le à nouveau.")) from error
    finally:
        file.seek(0)
    if encrypted:
        raise DocumentRefused(_("Ce PDF est protégé par un mot de passe. Retirez-le, puis joignez-le."))
    if pages == 0:
        raise DocumentRefused(_("Ce PDF n’a aucune page."))
