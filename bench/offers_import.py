"""`offers import` of one file of services: seconds and memory, in a database that already holds their structures.

    ./bin/bench offers_import [services]      (100 000 by default)

3 % of the rows are invalid, as in real files. Each import runs in a process of its own, as the command does; at the end
what it brought is taken out again.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from data_inclusion.schema import v1
from django.db import connection

from bench.imports import TOWNS, WORDS
from bench.report import Figure, at_most, told

SERVICES = 100_000
ORIGIN = "bench"
THEMES, PUBLICS = [term.value for term in v1.Thematique], [term.value for term in v1.Public][1:]
HOURS = ["Mo-Fr 09:00-12:00,14:00-17:00; PH off", "Tu 14:00-17:00", "Mo-Th 08:30-12:30; Fr 08:30-11:30", ""]


def figures(*arguments: str) -> Iterator[Figure]:
    """Seconds of a first import (JSON), of the same again (Parquet), and how the memory grows with the file."""
    count = int(arguments[0]) if arguments else SERVICES
    forget()
    try:
        with tempfile.TemporaryDirectory() as folder:
            structures, few, many, again = (
                Path(folder) / name for name in ("s.json", "f.json", "m.json", "m.parquet")
            )
            structures.write_text(json.dumps([structure(n) for n in range(count // 3)]))
            few.write_text(json.dumps(services(count // 10, count)))
            rows = services(count, count)
            many.write_text(json.dumps(rows))
            pq.write_table(pa.table({name: [row.get(name) for row in rows] for name in rows[0]}), again)
            del rows
            yield told("services", count, "rows")
            yield told("file", many.stat().st_size / 2**20, "MiB")
            yield told("structures", run(structures, count // 3).seconds, "s")
            small = run(few, count // 10, "--dry-run", "--keep-missing")
            first = run(many, count)
            yield at_most("first import", first.seconds, "s", 60)
            yield told("first import, processor of Python", first.python, "s")
            yield told("first import, processor of PostgreSQL", first.database, "s")
            yield at_most("memory, growth for ten times the rows", first.peak / small.peak, "ratio", 1.25)
            yield told("memory", first.peak, "MiB")
            again_ = run(again, count)
            yield at_most("the same again", again_.seconds, "s", 60)
            yield told("the same again, processor of both", again_.python + again_.database, "s")
    finally:
        forget()


def structure(n: int) -> dict[str, Any]:
    """One structure, the same at each run."""
    return {"source": "bench", "id": f"bench--s{n}", "nom": f"Structure {n}", "date_maj": "2026-10-01", "code_insee": "95268"}  # fmt: skip


def services(count: int, of: int) -> list[dict[str, Any]]:
    """`count` services of the structures of `of` services, 3 % of them invalid; the same at each run."""
    chance = random.Random(2026)
    rows = []
    for n in range(count):
        lon, lat = chance.choice(TOWNS)
        rows.append({
            "source": "bench", "id": f"bench--{n}", "structure_id": f"bench--s{n % (of // 3)}",
            "nom": " ".join(chance.choices(WORDS, k=4)) if n % 33 else "",
            "description": " ".join(chance.choices(WORDS, k=90)), "date_maj": "2026-10-01",
            "type": chance.choice(["atelier", "formation", "accompagnement"]), "thematiques": chance.sample(THEMES, 3),
            "publics": chance.sample(PUBLICS, 2), "frais": "gratuit", "adresse": f"{n % 90} rue des Lilas",
            "code_postal": "95140", "commune": "Garges-lès-Gonesse",
            "longitude": round(lon + chance.uniform(-0.2, 0.2), 6), "latitude": round(lat + chance.uniform(-0.15, 0.15), 6),
            "telephone": f"+33199{n % 10**6:06}", "courriel": f"s{n}@example.org", "modes_accueil": ["en-presentiel"],
            "zone_eligibilite": [chance.choice(["95", "44", "13", "59", "35", "france"])],
            "modes_mobilisation": ["telephoner"], "mobilisable_par": ["usagers", "professionnels"],
            "horaires_accueil": chance.choice(HOURS), "score_qualite": round(chance.uniform(0.3, 1), 4),
        })  # fmt: skip
    return rows


class Run(NamedTuple):
    """One import in a process of its own: wall-clock seconds, processor seconds of both sides, most memory in MiB."""

    seconds: float
    python: float
    database: float
    peak: float


CHILD = f"""
import sys, json, os, time, django
django.setup()
from django.core.management import call_command
from django.db import connection
def ticks(pid):
    return sum(int(n) for n in open(f"/proc/{{pid}}/stat").read().rpartition(")")[2].split()[11:13]) / os.sysconf("SC_CLK_TCK")
connection.ensure_connection()
server = connection.connection.info.backend_pid
before = ticks(server)
try:
    call_command("offers", "import", sys.argv[1], "--json", "--source", "{ORIGIN}", *sys.argv[2:])
finally:
    peak = [l.split()[1] for l in open("/proc/self/status") if l.startswith("VmHWM")][0]
    print(time.process_time(), ticks(server) - before, int(peak) / 1024, file=sys.stderr)
"""


def run(path: Path, rows: int, *options: str) -> Run:
    """Import `path`. Raises RuntimeError when it refused the file."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), *options],
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
    )
    seconds = time.perf_counter() - start
    report = json.loads(done.stdout) if done.stdout else {}
    if report.get("read") != rows or report["rejected"] > rows * 0.04:
        raise RuntimeError(done.stderr[-2000:] + str(report)[:500])
    return Run(seconds, *(float(part) for part in done.stderr.strip().rsplit("\n", 1)[-1].split()))


def forget() -> None:
    """Take out what the benchmark brought."""
    with connection.cursor() as cursor:
        for table, column in (
            ("offers_service", "service_id"),
            ("organisations_organisation", "organisation_id"),
        ):
            cursor.execute(
                f"DELETE FROM offers_finding WHERE {column} IN (SELECT id FROM {table} WHERE origin = %s)",
                [ORIGIN],
            )
            cursor.execute(f"DELETE FROM {table} WHERE origin = %s", [ORIGIN])
