"""How the text of a file is written."""

import codecs
from pathlib import Path

from django.utils.translation import gettext as _

from maillage.core.imports.errors import BadFile

PIECE = 2**20
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def encoding_of(path: Path) -> str:
    """How the text is written, from the whole file: UTF-8 wherever it is valid UTF-8, otherwise Windows' code page.

    Raises BadFile when it is no text, or breaks off.
    """
    with path.open("rb") as file:
        start = file.read(2)
        if start.startswith(UTF16):
            if not decodes(path, "utf-16"):
                raise BadFile(
                    _("Ce fichier est abîmé ou incomplet. Enregistrez-le de nouveau, puis réessayez.")
                )
            return "utf-16"
        file.seek(0)
        while piece := file.read(PIECE):
            if b"\x00" in piece:
                raise BadFile(
                    _("Ce fichier contient des données binaires. Enregistrez-le au format CSV ou XLSX.")
                )
    if decodes(path, "utf-8"):
        return "utf-8-sig"
    return "cp1252" if decodes(path, "cp1252") else "latin-1"


def decodes(path: Path, encoding: str) -> bool:
    """Whether the whole file is text of that encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
