"""How far a database is from this code: the migrations that wait, and those that it can no longer be given.

Each app's first migration stands for the steps that made it (`replaces`). A database that took all of them has taken it;
one that took some is to be finished by the version that still had them.
"""

from collections.abc import Iterable

from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError

# the last commit where every step was a file of its own
LAST_WITH_STEPS = "37bd147"


class DatabaseTooOld(DomainError):
    """The database took some of the steps that became one migration, and not the others."""


def waiting(using: str = "owner") -> list[Migration]:
    """The migrations of this code that the database has not seen, in their order. Raises DatabaseTooOld."""
    refuse_halfway(using)
    executor = MigrationExecutor(connections[using])
    return [migration for migration, _back in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def refuse_halfway(using: str = "owner") -> None:
    """Raise DatabaseTooOld when the database stopped among steps that this code no longer has."""
    applied = MigrationRecorder(connections[using]).applied_migrations()
    apps = halfway(MigrationLoader(None).replacements.values(), set(applied))
    if apps:
        raise DatabaseTooOld(
            _(
                "Cette base est restée à une version trop ancienne (%(apps)s) : rien n'y a été changé. Passez d'abord par la "
                "version %(version)s (« git checkout %(version)s », puis ./bin/maillage migrate), revenez à celle-ci et recommencez."
            )
            % {"apps": ", ".join(apps), "version": LAST_WITH_STEPS}
        )


def halfway(replacements: Iterable[Migration], applied: set[tuple[str, str]]) -> list[str]:
    """The apps of the `replacements` of which some steps are `applied`, not all."""
    return sorted(
        {
            migration.app_label
            for migration in replacements
            if 0 < len(applied.intersection(migration.replaces)) < len(migration.replaces)
        }
    )
