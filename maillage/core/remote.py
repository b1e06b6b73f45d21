"""Asking another server for help that may be missing: within a budget, never twice in a row of a silent one.

What is asked goes to that service and nowhere else: it is neither logged nor kept.
"""

import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from typing import Any
from urllib.parse import urlsplit

import structlog

log = structlog.get_logger()

# after a failure, the next questions do not wait for the same silence
SILENCE_S = 30.0
LARGEST_BYTES = 1_000_000

_workers = ThreadPoolExecutor(max_workers=8, thread_name_prefix="remote")
_silent_until: dict[str, float] = {}


class RemoteUnavailable(Exception):
    """The service is down, late or answers nonsense; the message is the kind of failure, never what was asked."""


def ask(base: str, path: str, query: Mapping[str, str | int], *, budget_s: float) -> Any:
    """The JSON at `base` + `path`, whole within `budget_s` seconds.

    Raises RemoteUnavailable for whatever the service does wrong; for SILENCE_S after a failure it is not asked.
    """
    if time.monotonic() < _silent_until.get(base, 0):
        raise RemoteUnavailable("silent")
    import httpx  # slow import

    try:
        # the whole answer, not each of its bytes, has to come in time
        return _workers.submit(_read, base + path, query, budget_s).result(timeout=budget_s)
    except (TooLate, httpx.HTTPError, ValueError) as error:
        raise unusable(base, error) from error


def unusable(base: str, error: Exception) -> RemoteUnavailable:
    """The error to raise for an answer of `base` that makes no sense; the service is left alone for a while."""
    _silent_until[base] = time.monotonic() + SILENCE_S
    log.warning("remote.unavailable", server=urlsplit(base).hostname, reason=type(error).__name__)
    return RemoteUnavailable(type(error).__name__)


def _read(url: str, query: Mapping[str, str | int], budget_s: float) -> Any:
    import httpx  # slow import

    deadline = time.monotonic() + budget_s
    body = b""
    with httpx.stream("GET", url, params=dict(query), timeout=budget_s, follow_redirects=False) as answer:
        if answer.status_code != 200:
            raise httpx.HTTPStatusError("refused", request=answer.request, response=answer)
        for part in answer.iter_bytes():
            body += part
            if len(body) > LARGEST_BYTES or time.monotonic() > deadline:
                raise ValueError("too large or too late")
    return json.loads(body)
