"""Pictures people send: checked by content, turned upright, re-encoded (no EXIF, no position)."""

import secrets
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from maillage.core.errors import DomainError

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000  # a 24-megapixel phone passes; a small file that unfolds into gigabytes does not
LARGE, SMALL = 1600, 480  # the longest side, in pixels
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


class PhotoRefused(DomainError):
    """The file is not a photo that can be shown; the sentence says what to send."""


@dataclass(frozen=True)
class Encoded:
    """One picture ready to keep: two WebP files and the size in pixels of the large one."""

    large: bytes
    small: bytes
    width: int
    height: int

    def files(self) -> "tuple[ContentFile[bytes], ContentFile[bytes]]":
        """Both files under a random name, so that an address cannot be guessed."""
        name = secrets.token_urlsafe(16)
        return ContentFile(self.large, f"{name}.webp"), ContentFile(self.small, f"{name}-s.webp")


def _refuse_other_kinds(start: bytes) -> None:
    if start.startswith(b"%PDF"):
        raise PhotoRefused(
            _(
                "Ce fichier est un PDF, pas une photo, même si son nom dit autre chose. Joignez-le comme document, ou choisissez une photo."
            )
        )
    if start[4:8] == b"ftyp" and start[8:12] in {
        b"heic",
        b"heix",
        b"heif",
        b"mif1",
        b"msf1",
        b"hevc",
        b"avif",
    }:
        raise PhotoRefused(
            _(
                "Ce format de photo (HEIC) n’est pas lisible par tous. Sur iPhone : Réglages, Appareil photo, Formats, « Le plus compatible » ; ou envoyez une capture d’écran."
            )
        )


def encode(file: IO[bytes], *, size: int) -> Encoded:
    """The picture of `file` (`size` in bytes) in two sizes. Raises PhotoRefused."""
    flat = _checked(file, size)
    large, small = flat.copy(), flat
    large.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
    small.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    return Encoded(_webp(large, 82), _webp(small, 78), *large.size)


def encode_logo(file: IO[bytes], *, size: int) -> "ContentFile[bytes]":
    """The picture of `file` (`size` in bytes) on white, SMALL pixels at most, without loss, under a random name.

    Raises PhotoRefused.
    """
    logo = _checked(file, size)
    logo.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    return ContentFile(_webp(logo, 80, lossless=True), f"{secrets.token_urlsafe(16)}.webp")


def _checked(file: IO[bytes], size: int) -> Image.Image:
    """The picture, upright, without transparency."""
    if size > MAX_BYTES:
        raise PhotoRefused(
            _("Cette photo dépasse 10 Mo. Envoyez-la en plus petit, par exemple en taille « moyenne ».")
        )
    start = file.read(32)
    file.seek(0)
    _refuse_other_kinds(start)
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # weasyprint, once loaded, asks for the contrary
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit follows
            picture = Image.open(file, formats=FORMATS)
        width, height = picture.size
        if width * height > MAX_PIXELS:
            raise PhotoRefused(
                _(
                    "Cette photo a %(millions)s millions de pixels ; la limite est de 40. Réduisez-la (par exemple à 4000 × 3000) et envoyez-la de nouveau."
                )
                % {"millions": round(width * height / 1e6)}
            )
        # a JPEG can be decoded at a fraction of its size: less memory, less time
        picture.draft("RGB", (LARGE * 2, LARGE * 2))
        upright = ImageOps.exif_transpose(picture)
        return _without_transparency(upright)
    except Image.DecompressionBombError as error:
        raise PhotoRefused(
            _(
                "Cette photo a bien trop de pixels ; la limite est de 40 millions. Réduisez-la (par exemple à 4000 × 3000) et envoyez-la de nouveau."
            )
        ) from error
    except UnidentifiedImageError as error:
        raise PhotoRefused(
            _("Ce fichier n’est pas une photo lisible. Envoyez un JPEG, un PNG ou un WebP.")
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise PhotoRefused(
            _("Cette photo est abîmée ou incomplète. Choisissez-la à nouveau, ou une autre.")
        ) from error


def _without_transparency(picture: Image.Image) -> Image.Image:
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        rgba = picture.convert("RGBA")
        white = Image.new("RGB", rgba.size, "white")
        white.paste(rgba, mask=rgba.getchannel("A"))
        return white
    return picture.convert("RGB")


def _webp(picture: Image.Image, quality: int, *, lossless: bool = False) -> bytes:
    out = BytesIO()
    # a new image carries no EXIF, no comment, no colour profile of the sender's
    clean: Any = Image.new("RGB", picture.size)
    clean.paste(picture)
    clean.save(out, "WEBP", quality=quality, method=4, lossless=lossless)
    return out.getvalue()
