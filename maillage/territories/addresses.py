"""Street addresses from a BAN / Géoplateforme geocoder (MAILLAGE_GEOCODER_URL): help that may be missing, never a wait.

What is typed goes to that service and nowhere else: it is neither logged nor kept.
"""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from typing import Any

import httpx
import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError

log = structlog.get_logger()

BUDGET_S = 2.0
# after a failure, the next keystrokes do not wait for the same silence
SILENCE_S = 30.0
LARGEST_BYTES = 1_000_000
LIKE_AN_ADDRESS = re.compile(r"\d+\s*(bis|ter|quater)?,?\s+\D{3,}|\D{3,}\s+\D{2,}", re.IGNORECASE)

_workers = ThreadPoolExecutor(max_workers=8, thread_name_prefix="geocoder")
_silent_until: dict[str, float] = {}


class GeocoderUnavailable(DomainError):
    """The geocoder is not set, is down, late or answers nonsense. Communes are still found without it."""

    status = 503


@dataclass(frozen=True)
class Address:
    """One street address; `code_insee` is its commune's; degrees, SRID 4326."""

    label: str
    code_insee: str
    context: str
    lon: float
    lat: float


def looks_like_address(text: str) -> bool:
    """Whether `text` has the shape of a street rather than of a town: « 12 rue », « place du marché »."""
    return LIKE_AN_ADDRESS.search(text) is not None


def find_addresses(text: str, limit: int = 5) -> list[Address]:
    """Addresses that begin like `text`, the likeliest first, within BUDGET_S seconds.

    Raises GeocoderUnavailable for whatever the service does wrong; for SILENCE_S after a failure it is not asked.
    """
    base = settings.GEOCODER_URL
    if not base:
        raise GeocoderUnavailable(_("La recherche d’adresses n’est pas réglée sur ce site."))
    if time.monotonic() < _silent_until.get(base, 0):
        raise GeocoderUnavailable(_("Le service d’adresses ne répond pas. Cherchez par commune."))
    try:
        # the whole answer, not each of its bytes, has to come in time
        return _workers.submit(_ask, base, text, limit).result(timeout=BUDGET_S)
    except (TooLate, httpx.HTTPError, ValueError, KeyError, TypeError, IndexError) as error:
        _silent_until[base] = time.monotonic() + SILENCE_S
        log.warning("territories.geocoder_unavailable", reason=type(error).__name__)
        raise GeocoderUnavailable(_("Le service d’adresses ne répond pas. Cherchez par commune.")) from error


def _ask(base: str, text: str, limit: int) -> list[Address]:
    deadline = time.monotonic() + BUDGET_S
    query: dict[str, str | int] = {"q": text[:200], "limit": limit, "autocomplete": 1}
    body = b""
    with httpx.stream(
        "GET", f"{base}/search", params=query, timeout=BUDGET_S, follow_redirects=False
    ) as answer:
        if answer.status_code != 200:
            raise httpx.HTTPStatusError("refused", request=answer.request, response=answer)
        for part in answer.iter_bytes():
            body += part
            if len(body) > LARGEST_BYTES or time.monotonic() > deadline:
                raise ValueError("too large or too late")
    return [_address(feature) for feature in json.loads(body)["features"]][:limit]


def _address(feature: dict[str, Any]) -> Address:
    facts = feature["properties"]
    lon, lat = feature["geometry"]["coordinates"][:2]
    return Address(
        label=str(facts["label"])[:300],
        code_insee=str(facts.get("citycode", ""))[:5],
        context=str(facts.get("context", ""))[:300],
        lon=float(lon),
        lat=float(lat),
    )
