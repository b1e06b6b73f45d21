"""The cache: in each process's memory, except what all processes must agree on, which is in PostgreSQL."""

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.locmem import LocMemCache

from maillage.core.ratelimit import hashed

SHARED = ("allauth", "jwt:")  # attempts at signing in, codes used once


class SplitCache(BaseCache):
    """Keys beginning with one of SHARED go to the table `core_cache`, hashed: they may hold a network address.

    The others stay in memory: they are lost with the process and differ from one to the other.
    """

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._memory = LocMemCache(location, params)
        self._table = DatabaseCache("core_cache", params)

    def _of(self, key: str) -> tuple[BaseCache, str]:
        return (self._table, hashed((key,))) if str(key).startswith(SHARED) else (self._memory, key)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        cache, own = self._of(key)
        return cache.add(own, value, timeout, version)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        cache, own = self._of(key)
        return cache.get(own, default, version)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        cache, own = self._of(key)
        cache.set(own, value, timeout, version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        cache, own = self._of(key)
        return cache.touch(own, timeout, version)

    def delete(self, key: str, version: int | None = None) -> bool:
        cache, own = self._of(key)
        return cache.delete(own, version)

    def clear(self) -> None:
        self._memory.clear()
        self._table.clear()
