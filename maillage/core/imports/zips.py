"""Compressed files, looked at before anything opens them."""

import zipfile
from typing import BinaryIO

from django.utils.translation import gettext as _

from maillage.core.imports.errors import BadFile

MAX_UNPACKED = 400 * 2**20
MAX_RATIO = 200  # text packs 10 to 30 times; beyond, it was made to fill a disk
RATIO_FROM = 20 * 2**20
MAX_ENTRIES = 2_000


def open_zip(file: BinaryIO) -> zipfile.ZipFile:
    """The archive in `file`, once its declared and its real sizes are known to be reasonable.

    Raises BadFile on a damaged, encrypted or bomb-like archive. Reading to the end also checks the sums.
    """
    try:
        archive = zipfile.ZipFile(file)
        entries = archive.infolist()
        declared = sum(entry.file_size for entry in entries)
        packed = sum(entry.compress_size for entry in entries) or 1
        if len(entries) > MAX_ENTRIES or declared > MAX_UNPACKED or too_dense(declared, packed):
            raise bomb()
        if any(entry.flag_bits & 1 for entry in entries):
            raise BadFile(_("Ce fichier est protégé par un mot de passe. Enregistrez-le sans mot de passe."))
        real = 0
        for entry in entries:
            with archive.open(entry) as content:
                while piece := content.read(2**20):
                    real += len(piece)
                    if real > MAX_UNPACKED or too_dense(real, packed):
                        raise bomb()
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError, RuntimeError) as error:
        raise BadFile(
            _("Ce fichier est abîmé ou incomplet. Enregistrez-le de nouveau, puis réessayez.")
        ) from error
    return archive


def too_dense(unpacked: int, packed: int) -> bool:
    return unpacked > RATIO_FROM and unpacked > packed * MAX_RATIO


def bomb() -> BadFile:
    return BadFile(
        _(
            "Une fois décompressé, ce fichier serait anormalement gros : il n’a pas été ouvert. "
            "Enregistrez vos données en CSV, ou en plusieurs fichiers."
        )
    )
