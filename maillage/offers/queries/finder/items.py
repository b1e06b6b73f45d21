"""The lines of an answer, made from the few services that are shown: records are read last."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db import connection

from maillage.offers.answer import Item
from maillage.offers.queries.finder.asked import codes
from maillage.offers.queries.finder.candidates import FLAGS, Candidates
from maillage.offers.queries.finder.places import Door
from maillage.offers.queries.finder.ranking import FRESH_DAYS, Ranked
from maillage.offers.queries.finder.reasons import Facts, Question, reasons
from maillage.offers.queries.finder.wording import in_data
from maillage.offers.sql import statement


def records(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What is shown of these services, by id. One query."""
    with connection.cursor() as cursor:
        cursor.execute(statement("finder_records"), {"ids": " ".join(map(str, ids))})
        names = [column.name for column in cursor.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in cursor}


def facts(found: Candidates, rank: Ranked, at: int, record: dict[str, Any], door: Door) -> Facts:
    """What the ranking knows of the candidate number `at`."""
    row, flags = found.rows[at], int(found.rows["flags"][at])
    away = found.distance_m[at]
    placed = door.is_placed if door.place else record["is_placed"]
    return Facts(
        phases=int(row["phases"]),
        kinds=int(row["kinds"]),
        brakes=int(row["brakes"]),
        publics=int(row["publics"]),
        languages=int(row["languages"]),
        distance_m=None if np.isnan(away) else round(away),
        approximate=not placed,
        misses=int(rank.misses[at]),
        on_site=bool(flags & FLAGS["on_site"]),
        remote=bool(flags & FLAGS["remote"]),
        by_person=bool(flags & FLAGS["by_person"]),
        has_phone=bool(flags & FLAGS["has_phone"]),
        qpv_only=bool(flags & FLAGS["qpv_only"]),
        opening=door.opening,
    )


def item(record: dict[str, Any], known: Facts, door: Door, question: Question) -> Item:
    """One line of the answer, with its reasons."""
    state = door.opening
    return Item(
        id=record["id"],
        slug=record["slug"],
        nom=record["nom"],
        structure=record["structure"],
        structure_slug=record["structure_slug"],
        reasons=reasons(record, known, question),
        kind=next(iter(codes("kind", known.kinds)), ""),
        phases=codes("phase", known.phases),
        brakes=codes("brake", known.brakes),
        place=door.place or _address(record),
        lon=door.lon if door.place else record["lon"],
        lat=door.lat if door.place else record["lat"],
        distance_m=known.distance_m,
        approximate=known.approximate or question.situation.lon is None,
        on_site=known.on_site,
        remote=known.remote,
        open_now=state.open_now,
        closes_at=state.closes_at,
        next_opening=state.next_opening,
        hours=door.hours,
        by_appointment=door.by_appointment,
        phone=record["telephone"],
        email=record["courriel"],
        link=record["lien_mobilisation"],
        by_person=known.by_person,
        free=record["free"],
        languages=tuple(record["languages"]),
        delay_days=record["delay_days"],
        places_left=record["places_left"],
        confirmed_on=record["confirmed_on"],
        is_fresh=(question.at.date() - record["confirmed_on"]).days <= FRESH_DAYS,
        is_example=record["is_example"],
        in_data=in_data(record["structure"]) if record["is_example"] else record["structure"],
    )


def _address(record: dict[str, Any]) -> str:
    commune = record["commune"] or record["nom_commune"]
    return ", ".join(part for part in (record["adresse"], commune) if part)
