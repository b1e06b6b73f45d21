"""Where a service receives, and when: its own door, or the nearest of its permanences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from maillage.offers.queries.finder.opening import Opening, opening, permanence_opening
from maillage.offers.sql import statement


@dataclass(frozen=True, slots=True)
class Door:
    """One place of reception: `place` is empty for the service's own address."""

    hours: str
    opening: Opening
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    is_placed: bool = True
    by_appointment: bool = False


def doors(service_ids: Iterable[int], place_of: dict[int, int], at: datetime) -> dict[int, Door]:
    """The door of each service: that of the permanence `place_of` names, else its own. One query, or two."""
    with connection.cursor() as cursor:
        cursor.execute(statement("finder_hours"), {"ids": " ".join(map(str, service_ids))})
        own = dict(cursor.fetchall())
    held = permanences({place_of[pk] for pk in own if pk in place_of}, at)
    return {
        pk: held[place_of[pk]] if pk in place_of else Door(hours, opening(hours, at))
        for pk, hours in own.items()
    }


def permanences(ids: Iterable[int], at: datetime) -> dict[int, Door]:
    """The doors of these permanences. One query, or none."""
    if not (wanted := " ".join(map(str, ids))):
        return {}
    today = at.date()
    with connection.cursor() as cursor:
        cursor.execute(statement("finder_places"), {"ids": wanted, "today": today})
        names = [column.name for column in cursor.description]
        return {row["id"]: _door(row, at) for row in (dict(zip(names, row, strict=True)) for row in cursor)}


def _door(row: dict[str, Any], at: datetime) -> Door:
    found = permanence_opening(row["hours"], row["exceptions"], row["starts_on"], row["ends_on"], at)
    address = ", ".join(part for part in (row["place"], row["adresse"], row["commune"]) if part)
    return Door(row["hours"], found, address, row["lon"], row["lat"], row["is_placed"], row["by_appointment"])


def day_number(on: date) -> int:
    """Days since 1970."""
    return (on - date(1970, 1, 1)).days
