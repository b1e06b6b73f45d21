"""Keys of links: who holds one acts. The database keeps its SHA-256 only, so that a copy of it opens nothing.

A key is 128 bits drawn at random: nobody tries them all, so that its digest needs neither salt nor slowness, as a password's
would, and the row of a key is found by an ordinary index. `row.key` is there for whoever has just saved the row, to write the
link; a row that is read has none, and asking for it is an AttributeError.
"""

import hashlib
import secrets
from typing import Any
from uuid import UUID

from django.db import models


def new_key() -> UUID:
    """A key that nobody can guess."""
    return UUID(bytes=secrets.token_bytes(16))


def hash_of(key: UUID) -> bytes:
    """What the database keeps of a key: 32 bytes."""
    return hashlib.sha256(key.bytes).digest()


class KeyHashField(models.BinaryField):
    """The digest of a key, drawn when the row is first saved, alone or in bulk; the key itself is left on `row.key`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 32, "unique": True, "editable": False} | options)

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        if add and not getattr(model_instance, self.attname):
            renew_key(model_instance)
        return super().pre_save(model_instance, add)


class Keyed(models.Model):
    """A row that a link opens."""

    key: UUID  # of who has just saved the row, and of nobody else
    key_hash = KeyHashField()

    class Meta:
        abstract = True


def renew_key(row: Keyed) -> None:
    """Give a row another key, to be saved by the caller: the links of the one before open nothing any more."""
    row.key = new_key()
    row.key_hash = hash_of(row.key)
