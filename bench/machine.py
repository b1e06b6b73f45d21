"""The machine a benchmark ran on, and how fast it was just then: shared machines are compared as ratios."""

import hashlib
import os
import platform
import sys
import time
from importlib.metadata import version
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections

LOOPS = 200_000
SQL = "SELECT sum(sqrt(n) * ln(n)) FROM generate_series(1, 400000) AS n"
RUNS = 3


def describe() -> dict[str, Any]:
    """Processors, memory and versions."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), postgis_lib_version()")
        postgresql, postgis = cursor.fetchone()
    return {
        "cpu": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3, 1),
        "load": [round(value, 2) for value in os.getloadavg()],
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "postgresql": postgresql,
        "postgis": postgis,
        "django": version("django"),
        "psycopg": psycopg.__version__,
        "embedded_database": settings.EMBEDDED,
    }


def calibrate() -> dict[str, float]:
    """Milliseconds of a fixed loop of Python and of a fixed SQL query, the best of three."""
    return {"cpu_ms": _best(_loop), "sql_ms": _best(_query)}


def _best(work: Any) -> float:
    found = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    return round(min(found), 2)


def _loop() -> None:
    digest = b""
    for number in range(LOOPS):
        digest = hashlib.blake2b(digest + number.to_bytes(4, "big"), digest_size=16).digest()


def _query() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(SQL)
        cursor.fetchone()


def _processor() -> str:
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
