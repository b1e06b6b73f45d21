"""The codes of every territory around a place: less than `locate`, for those who ask often."""

from dataclasses import dataclass

from django.db import connection

from maillage.territories.sql import statement


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a point or a commune is. `codes`: commune, its parent when it is an arrondissement, EPCI, département,
    without those that it lacks (no région: « 84 » is one, and Vaucluse). `qpv`: the codes, in the newest generation loaded, of those that hold the point;
    None for a commune, or when no contour is loaded. `town_hall`: lon, lat in degrees."""

    commune: str
    nom: str
    codes: tuple[str, ...]
    qpv: tuple[str, ...] | None
    town_hall: tuple[float, float]


def around_point(lon: float, lat: float) -> Surroundings | None:
    """What is around (lon, lat), degrees, SRID 4326; None at sea and abroad. One query.

    Just off every contour (a quay, a generalised coast, a former commune whose contour is no longer published), the
    nearest commune within two kilometres: whoever looks for help there is not sent away. `locate` is strict.
    """
    return _found({"lon": lon, "lat": lat, "code": None})


def around_commune(code: str) -> Surroundings | None:
    """What is around the commune or arrondissement of this Insee code; None when there is none. One query."""
    return _found({"lon": None, "lat": None, "code": code})


def is_near(code: str, lon: float, lat: float, within_m: float) -> bool:
    """Whether (lon, lat), degrees, SRID 4326, is in the commune of this Insee code or within `within_m` metres of it. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("near_commune"), {"code": code, "lon": lon, "lat": lat, "within_m": within_m}
        )
        return cursor.fetchone() is not None


def _found(parameters: dict[str, str | float | None]) -> Surroundings | None:
    with connection.cursor() as cursor:
        cursor.execute(statement("surroundings"), parameters)
        row = cursor.fetchone()
    if row is None:
        return None
    commune, nom, departement, parent, epci, qpv, lon, lat = row
    codes = tuple(code for code in (commune, parent, epci, departement) if code)
    return Surroundings(commune, nom, codes, None if qpv is None else tuple(qpv), (lon, lat))
