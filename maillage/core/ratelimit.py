"""How often one key may act: a counter a window in PostgreSQL, shared by every server.

Keys are kept as keyed hashes: neither an e-mail nor a network address is stored in clear.
"""

import hashlib
import hmac
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.core.errors import DomainError

View = TypeVar("View", bound=Callable[..., Any])

# one statement, so that concurrent requests are all counted; the clock is the database's, one for all servers
COUNT = """
INSERT INTO core_ratelimit AS r (key, window_ends_at, count)
VALUES (%(key)s, clock_timestamp() + make_interval(secs => %(seconds)s), 1)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN r.window_ends_at <= clock_timestamp() THEN 1 ELSE LEAST(r.count + 1, 1000000) END,
    window_ends_at = CASE WHEN r.window_ends_at <= clock_timestamp() THEN EXCLUDED.window_ends_at ELSE r.window_ends_at END
RETURNING count, extract(epoch FROM window_ends_at - clock_timestamp())
"""
LOOK = """
SELECT count + 1, extract(epoch FROM window_ends_at - clock_timestamp()) FROM core_ratelimit
WHERE key = %(key)s AND window_ends_at > clock_timestamp()
"""


class TooMany(DomainError):
    """The key acted too often; `retry_after` is in seconds."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        minutes = ceil(retry_after / 60)
        wait = (
            ngettext("%(n)s seconde", "%(n)s secondes", retry_after) % {"n": retry_after}
            if retry_after < 90
            else ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
        )
        super().__init__(_("Trop d’essais à la suite. Réessayez dans %(wait)s.") % {"wait": wait})


@dataclass(frozen=True)
class Rate:
    """At most `times` in a window of `per_seconds` seconds, which starts with the first."""

    times: int
    per_seconds: int


@dataclass
class Hits:
    """What one request counted, to count it again if its transaction is undone, or could not write."""

    read_only: bool
    kept: list[tuple[str, int]]


_hits: ContextVar[Hits | None] = ContextVar("rate_limit_hits", default=None)


def limit(*parts: object, times: int, per_seconds: int) -> None:
    """Count one more act of the key made of `parts`; raise TooMany past `times` in `per_seconds`.

    Inside a request, the count outlives a refusal (a rolled-back transaction); in a read-only one (GET, HEAD) it is
    written once the transaction has ended.
    """
    key, hits = hashed(parts), _hits.get()
    if hits is not None:
        hits.kept.append((key, per_seconds))
    waiting = hits is not None and hits.read_only
    with connection.cursor() as cursor:
        cursor.execute(LOOK if waiting else COUNT, {"key": key, "seconds": per_seconds})
        row = cursor.fetchone()
    if row and row[0] > times:
        raise TooMany(max(1, ceil(row[1])))


def limited(*, times: int, per_seconds: int) -> Callable[[View], View]:
    """Mark a view: one network address may call its route `times` in `per_seconds`, whatever its arguments.

    ActingMiddleware counts before the view's transaction opens: no lock is held meanwhile, GET works too.
    """

    def mark(view: View) -> View:
        view.rate = Rate(times, per_seconds)  # type: ignore[attr-defined]
        return view

    return mark


def check_view(view: Callable[..., Any], route: str, request: HttpRequest) -> None:
    """Count one call of a view marked by `limited`. Raises TooMany."""
    rate: Rate | None = getattr(view, "rate", None)
    if rate is not None:
        limit("route", route, client_address(request), times=rate.times, per_seconds=rate.per_seconds)


class counting:
    """Context of one request's transaction: what it counted is kept even when it writes nothing."""

    def __init__(self, *, read_only: bool) -> None:
        self.hits = Hits(read_only, [])
        self.undone = False

    def __enter__(self) -> "counting":
        self._token = _hits.set(self.hits)
        return self

    def __exit__(self, *failure: object) -> None:
        _hits.reset(self._token)
        if self.hits.kept and (self.undone or self.hits.read_only or failure[0] is not None):
            with connection.cursor() as cursor:
                for key, seconds in self.hits.kept:
                    cursor.execute(COUNT, {"key": key, "seconds": seconds})


def forget_ended_windows() -> int:
    """Delete the counters that say nothing any more; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_ratelimit WHERE window_ends_at < clock_timestamp()")
        return cursor.rowcount


def client_address(request: HttpRequest) -> str:
    """The caller's network address; an IPv6 one by its /64, which is what one household holds.

    X-Forwarded-For is believed only from settings.TRUSTED_PROXIES, and read from its end: what stands before the
    first proxy of ours may be invented.
    """
    address = request.META.get("REMOTE_ADDR", "")
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    while _is_trusted(address) and forwarded and (before := forwarded.pop()):
        address = before
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return str(parsed)


def _is_trusted(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in settings.TRUSTED_PROXIES)


def hashed(parts: tuple[object, ...]) -> str:
    """A keyed hash (64 hexadecimal digits) of what must not be kept in clear."""
    message = "\x1f".join(str(part) for part in parts)
    return hmac.new(settings.SECRET_KEY.encode(), message.encode(), hashlib.sha256).hexdigest()
