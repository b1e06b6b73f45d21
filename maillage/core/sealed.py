"""Files encrypted at rest: what is on the disk, or in a backup, says nothing without the key.

A sealed file is a head, then chunks of 64 KiB, each encrypted by AES-256-GCM under a key made for that file alone (HKDF of
the instance's key and a salt). Each chunk is numbered and the last one says that it is: a bit changed, a chunk moved, taken
away or brought from elsewhere, and the file does not open. The head names the key, so that keys can be renewed: the first
key seals, all of them open.

    head    "MSEAL1" · key (8 bytes) · salt (32 bytes)
    chunk   up to 64 KiB of the file, and 16 bytes of authentication; nonce: number (11 bytes) · last (1 byte)
"""

import base64
import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError

MAGIC = b"MSEAL1"
KEY_BYTES, ID_BYTES, SALT_BYTES, TAG_BYTES = 32, 8, 32, 16
HEAD_BYTES = len(MAGIC) + ID_BYTES + SALT_BYTES
CHUNK = 64 * 1024
KEY_FILE = "seal-keys"  # of the data folder: a key a line, the first one seals


class SealBroken(DomainError):
    """The file is not one of ours, was changed, or was cut."""


class SealKeyMissing(DomainError):
    """The key that sealed the file is not among the instance's keys."""


@dataclass(frozen=True)
class Keys:
    """The instance's keys by number; `current` seals."""

    current: bytes
    by_number: dict[bytes, bytes]


# --- keys ------------------------------------------------------------------------------------------------
def number_of(key: bytes) -> bytes:
    """What names a key without giving it."""
    return hashlib.sha256(b"maillage seal key" + key).digest()[:ID_BYTES]


def read_key(text: str) -> bytes:
    """The 32 bytes of a key written in URL-safe base64, padded or not. Raises ValueError."""
    try:
        key = base64.b64decode(text.strip().rstrip("=") + "=", altchars=b"-_", validate=True)
    except ValueError as error:
        raise ValueError("not base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError("not 32 bytes")
    return key


def new_key() -> str:
    """A new key, as MAILLAGE_SEAL_KEY and the file of keys write it."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")


def keys() -> Keys:
    """MAILLAGE_SEAL_KEY (several: separated by commas), then those of the data folder, where one is made if there is none."""
    return _keys(tuple(written_keys()))


@lru_cache(maxsize=4)
def _keys(texts: tuple[str, ...]) -> Keys:
    found = [read_key(text) for text in texts]
    return Keys(found[0], {number_of(key): key for key in found})


def key_file() -> Path:
    """Where the keys are kept that the environment does not give."""
    return Path(settings.DATA_DIR) / KEY_FILE


def written_keys() -> list[str]:
    """The keys as they are written, the one that seals first."""
    if not settings.SEAL_KEYS and not key_file().exists():
        write_keys([new_key()], replace=False)
    return list(dict.fromkeys([*settings.SEAL_KEYS, *_kept_keys()]))


def _kept_keys() -> list[str]:
    return key_file().read_text().split() if key_file().exists() else []


def add_keys(texts: list[str]) -> None:
    """Keep these keys after those of the data folder, to open what they sealed. Those already there stay first."""
    write_keys(list(dict.fromkeys([*_kept_keys(), *texts])), replace=True)


def write_keys(texts: list[str], *, replace: bool) -> None:
    """Keep these keys in the data folder, readable by its owner alone, whole or not at all.

    Without `replace`, a file that came there meanwhile stays: two servers that start together have one key.
    """
    path = key_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{KEY_FILE}-{secrets.token_hex(4)}")
    with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(texts) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        if replace:
            made.replace(path)
        else:
            with contextlib.suppress(FileExistsError):
                os.link(made, path)
    finally:
        made.unlink(missing_ok=True)


# --- files -----------------------------------------------------------------------------------------------
def folder() -> Path:
    """Where sealed files are."""
    return Path(settings.SEALED_ROOT)


def storage() -> FileSystemStorage:
    """Sealed files as Django's storage, to be deleted with their rows (core.files.only_with_commit)."""
    return FileSystemStorage(location=str(folder()))


def new_name() -> str:
    """A name that nobody guesses, in one of 256 folders."""
    name = secrets.token_hex(20)
    return f"{name[:2]}/{name}"


def seal(source: IO[bytes], name: str) -> int:
    """Encrypt what is left to read of `source` to the sealed file `name`; the bytes read.

    Written whole or not at all, and never over another. Memory holds two chunks.
    """
    path = folder() / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.part")
    try:
        with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            read = 0
            for part, length in _encrypted(source, name):
                file.write(part)
                read += length
            file.flush()
            os.fsync(file.fileno())
        os.link(made, path)  # unlike a renaming, refuses a name already taken
    finally:
        made.unlink(missing_ok=True)
    return read


def unseal(name: str) -> Iterator[bytes]:
    """The chunks of the sealed file `name`, each authenticated before it is given; an empty file has one, empty.

    Raises SealBroken (after the good chunks, when a later one is not: who must not send a half reads all first),
    SealKeyMissing.
    """
    try:
        with (folder() / name).open("rb") as file:
            yield from _decrypted(file, name)
    except OSError as error:
        raise SealBroken(_("Ce document n’est plus là, ou ne se lit plus.")) from error


def whole(name: str) -> bytes:
    """The whole content of a sealed file. Raises SealBroken, SealKeyMissing."""
    return b"".join(unseal(name))


def _encrypted(source: IO[bytes], name: str) -> Iterator[tuple[bytes, int]]:
    """The parts of the sealed file, each with the number of bytes of `source` that it holds."""
    used = keys()
    salt = secrets.token_bytes(SALT_BYTES)
    head = MAGIC + number_of(used.current) + salt
    cipher = _cipher(used.current, salt, name)
    yield head, 0
    count, chunk = 0, _read(source)
    while True:
        following = _read(source) if len(chunk) == CHUNK else b""
        last = not following
        yield cipher.encrypt(_nonce(count, last), chunk, head), len(chunk)
        if last:
            return
        count, chunk = count + 1, following


def _decrypted(file: IO[bytes], name: str) -> Iterator[bytes]:
    head = file.read(HEAD_BYTES)
    if len(head) != HEAD_BYTES or not head.startswith(MAGIC):
        raise SealBroken(_("Ce document est abîmé : il ne s’ouvre pas."))
    number, salt = head[len(MAGIC) : len(MAGIC) + ID_BYTES], head[-SALT_BYTES:]
    key = keys().by_number.get(number)
    if key is None:
        raise SealKeyMissing(
            _("La clé de ce document n’est pas sur ce serveur : prévenez qui administre le site.")
        )
    cipher = _cipher(key, salt, name)
    count, chunk = 0, file.read(CHUNK + TAG_BYTES)
    while True:
        following = file.read(CHUNK + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(count, not following), chunk, head)
        except (InvalidTag, ValueError) as error:
            raise SealBroken(_("Ce document est abîmé : il ne s’ouvre pas.")) from error
        if not following:
            return
        count, chunk = count + 1, following


def _read(source: IO[bytes]) -> bytes:
    """CHUNK bytes of `source`, fewer at its end only, even from a source that gives little at a time."""
    parts, missing = [], CHUNK
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _cipher(key: bytes, salt: bytes, name: str) -> AESGCM:
    """The cipher of one file, bound to its name: a file put in another's place does not open."""
    derived = HKDF(
        algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"maillage sealed file\0" + name.encode()
    )
    return AESGCM(derived.derive(key))


def _nonce(count: int, last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([last])


# --- the state of what is there --------------------------------------------------------------------------
@dataclass(frozen=True)
class State:
    """What the head of every sealed file says: how many, how many of an older key, how many that no key opens."""

    files: int
    older: int
    closed: int


def state() -> State:
    """Read the head of every sealed file."""
    known, current = keys().by_number, number_of(keys().current)
    total = older = closed = 0
    for path in names():
        with contextlib.suppress(FileNotFoundError), (folder() / path).open("rb") as file:
            head = file.read(HEAD_BYTES)
            number = head[len(MAGIC) : len(MAGIC) + ID_BYTES]
            total += 1
            closed += not head.startswith(MAGIC) or number not in known
            older += number in known and number != current
    return State(total, older, closed)


def unfinished() -> Iterator[Path]:
    """What processes killed while they sealed have left, and what is being sealed now."""
    yield from folder().rglob(".*.part")


def names() -> Iterator[str]:
    """The names of the sealed files."""
    root = folder()
    for path in root.rglob("*") if root.is_dir() else ():
        if path.is_file() and not path.name.startswith("."):
            yield str(path.relative_to(root))
