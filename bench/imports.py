"""`initiatives import` of one CSV file: lines a second and memory, in a database that already holds fiches.

    ./bin/bench imports [lines]      (1 000 000 by default)

The file says what real ones say: identifier, name, description, themes, publics, position, structure. The import
runs in a process of its own, as the command does, then is undone (a dry run does all the work, then rolls it back).
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

from django.db import connections

from bench.report import Figure, at_least, at_most, told
from maillage.initiatives.models import Initiative
from maillage.organisations.models import Organisation

LINES = 1_000_000
WORDS = [
    "atelier",
    "boutique",
    "café",
    "chantier",
    "coopérative",
    "école",
    "fabrique",
    "forum",
    "jardin",
    "marché",
    "réseau",
    "tiers-lieu",
]
THEMES = ["jeunes", "adultes", "aller-vers", "amorcage", "cooperatif", "lieux", "financement", "marches"]
# communes of the Hexagone: where most QPV are, as longitude, latitude
TOWNS = [(2.35, 48.95), (3.06, 50.63), (5.38, 43.33), (4.87, 45.77), (1.44, 43.6), (-1.68, 48.11), (-1.55, 47.22), (7.75, 48.58), (6.18, 48.69), (-0.58, 44.85)]  # fmt: skip


def figures(*arguments: str) -> Iterator[Figure]:
    """Lines a second, and the memory of the importing process at a tenth of the lines and at all of them."""
    lines = int(arguments[0]) if arguments else LINES
    with tempfile.TemporaryDirectory() as folder:
        small, large = (write(Path(folder) / f"{n}.csv", n) for n in (lines // 10, lines))
        yield told("lines", lines, "lines")
        yield told("file", large.stat().st_size / 2**20, "MiB")
        _, small_peak = run(small, lines // 10)
        seconds, peak = run(large, lines)
        settle()  # the next benchmark of this database starts from live rows too
        yield at_least("speed", lines / seconds, "lines/s", 10_000)
        yield told("memory at a tenth", small_peak, "MiB")
        yield at_most("memory, growth for ten times the lines", peak / small_peak, "ratio", 1.25)


def settle() -> None:
    """Clear what runs that were undone have left, as autovacuum does on a site within a minute: their dead keys cost each line
    a look at a dead row."""
    with connections["owner"].cursor() as cursor:
        for model in (Initiative, Organisation):
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")


def write(path: Path, lines: int) -> Path:
    """A file of `lines` initiatives, the same at each run."""
    chance = random.Random(2026)
    with path.open("w", encoding="utf-8") as file:
        file.write("identifiant;nom;description;thèmes;publics;lat;lon;structure\n")
        for n in range(lines):
            lon, lat = chance.choice(TOWNS)
            name = " ".join(chance.choices(WORDS, k=3))
            file.write(
                f"{n};{name} {n % 5000};{' '.join(chance.choices(WORDS, k=18))};{chance.choice(THEMES)};habitants;"
                f"{lat + chance.uniform(-0.15, 0.15):.6f};{lon + chance.uniform(-0.2, 0.2):.6f};Structure {n % 300}\n"
            )
    return path


def run(path: Path, lines: int) -> tuple[float, float]:
    """Seconds of the import, and the most memory of its process in MiB. Raises RuntimeError when it refused the file."""
    code = (
        "import sys, django; django.setup()\n"
        "from django.core.management import call_command\n"
        "try: call_command('initiatives', 'import', sys.argv[1], '--dry-run', '--partial', '--json')\n"
        # not getrusage: it remembers the process that started this one
        "finally: print([l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')][0], file=sys.stderr)\n"
    )
    settle()
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, env=os.environ, check=False
    )
    seconds = time.perf_counter() - start
    report = json.loads(done.stdout) if done.stdout else {}
    if report.get("read") != lines:
        raise RuntimeError(done.stderr[-2000:])
    return seconds, int(done.stderr.strip().rsplit("\n", 1)[-1]) / 1024
