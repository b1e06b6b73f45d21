"""Street addresses from a BAN / Géoplateforme geocoder (MAILLAGE_GEOCODER_URL): help that may be missing."""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from maillage.core import remote
from maillage.core.errors import DomainError

BUDGET_S = 2.0
LIKE_AN_ADDRESS = re.compile(r"\d+\s*(bis|ter|quater)?,?\s+\D{3,}|\D{3,}\s+\D{2,}", re.IGNORECASE)


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

    Raises GeocoderUnavailable for whatever the service does wrong; after a failure it is not asked for a while.
    """
    base = settings.GEOCODER_URL
    if not base:
        raise GeocoderUnavailable(_("La recherche d’adresses n’est pas réglée sur ce site."))
    query: dict[str, str | int] = {"q": text[:200], "limit": limit, "autocomplete": 1}
    try:
        answer = remote.ask(base, "/search", query, budget_s=BUDGET_S)
        try:
            return [_address(feature) for feature in answer["features"]][:limit]
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise remote.unusable(base, error) from error
    except remote.RemoteUnavailable as error:
        raise GeocoderUnavailable(_("Le service d’adresses ne répond pas. Cherchez par commune.")) from error


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
