"""A database made step by step is up to date; one that stopped on the way is told which version to pass by."""

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.recorder import MigrationRecorder

from maillage.core import health, upgrade
from maillage.core.doctor import Status, database
from maillage.core.upgrade import DatabaseTooOld, halfway, waiting


def standing_for(app: str, *steps: str) -> Migration:
    migration = Migration("0001_schema", app)
    migration.replaces = [(app, step) for step in steps]
    return migration


@pytest.mark.parametrize(
    ("applied", "expected"),
    [
        (set(), []),
        ({("places", "0001_initial"), ("places", "0002_units")}, []),
        ({("places", "0001_initial")}, ["places"]),
        ({("stays", "0001_initial"), ("places", "0002_units")}, ["places"]),
    ],
)
def test_only_an_app_that_took_some_steps_is_halfway(applied, expected):
    replacements = [
        standing_for("places", "0001_initial", "0002_units"),
        standing_for("stays", "0001_initial"),
    ]

    assert halfway(replacements, applied) == expected


@pytest.fixture
def forget(bare_database):
    """Take migrations out of the list of those that the database saw."""
    seen = MigrationRecorder(connections["owner"]).migration_qs

    def forget(**which: object) -> None:
        assert seen.filter(**which).delete()[0]

    return forget


def test_a_database_that_took_every_step_has_nothing_to_do(forget):
    forget(name="0001_schema")
    forget(app="accounts", name="0002_sign_in_row_security")

    assert waiting() == []

    call_command("migrate", verbosity=0)
    assert ("journeys", "0001_schema") in MigrationRecorder(connections["owner"]).applied_migrations()


def test_a_database_that_stopped_halfway_is_refused_by_name(forget, monkeypatch):
    forget(app="journeys", name__in=["0001_schema", "0008_agreement_given_twice", "0009_own_door"])

    with pytest.raises(DatabaseTooOld, match=rf"\(journeys\).*git checkout {upgrade.LAST_WITH_STEPS}"):
        call_command("migrate", verbosity=0)
    with pytest.raises(DatabaseTooOld):
        waiting()
    (found,) = database.migrations()
    assert (found.status, upgrade.LAST_WITH_STEPS in found.mend) == (Status.ERROR, True)
    monkeypatch.setattr(health, "_migrated", False)
    assert not health.is_migrated()
