"""How long a way takes, from an OSRM server (MAILLAGE_ROUTING_URL): help that may be missing.

Format: OSRM's table service, https://project-osrm.org/docs/v5.24.0/api/#table-service
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from maillage.core import remote

BUDGET_S = 1.5
MOST_ENDS = 100
PROFILES = {"pied": "foot", "velo": "bike", "voiture": "driving"}


def travel_seconds(
    start: tuple[float, float], ends: Sequence[tuple[float, float]]
) -> list[int | None] | None:
    """Seconds from `start` to each of `ends` (MOST_ENDS at most), all (lon, lat) in degrees, SRID 4326.

    None where there is no way; None for the whole when no server is set, or it does not answer in BUDGET_S seconds.
    Points are sent rounded to 3 decimals (about 100 m): a service has no need of a door.
    """
    base = settings.ROUTING_URL
    if not base or not ends:
        return None
    points = ";".join(f"{lon:.3f},{lat:.3f}" for lon, lat in (start, *ends[:MOST_ENDS]))
    path = f"/table/v1/{PROFILES[settings.ROUTING_MODE]}/{points}"
    try:
        answer = remote.ask(base, path, {"sources": 0, "annotations": "duration"}, budget_s=BUDGET_S)
        try:
            return _seconds(answer, len(points.split(";")) - 1)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise remote.unusable(base, error) from error
    except remote.RemoteUnavailable:
        return None


def _seconds(answer: dict[str, Any], expected: int) -> list[int | None]:
    if answer["code"] != "Ok":
        raise ValueError(answer["code"])
    _itself, *found = answer["durations"][0]
    if len(found) != expected:
        raise ValueError("another number of points")
    return [None if seconds is None else round(float(seconds)) for seconds in found]
