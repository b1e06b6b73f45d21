"""Fixtures of the whole suite. Tests run under the web role, so that what passes is what production may do."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import hypothesis
import pytest
from django.conf import settings
from hypothesis import HealthCheck

from tests import databases

# how fast a machine is proves nothing: what takes time is measured in bench/
hypothesis.settings.register_profile(
    "maillage",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def pytest_configure() -> None:
    """Pages made in a test name static files as they are: nothing was collected."""
    hypothesis.settings.load_profile("maillage")
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a missing folder


@pytest.fixture(scope="session")
def cluster() -> Iterator[databases.Cluster]:
    """The tests' PostgreSQL, running."""
    with databases.CLUSTER.using():
        databases.drop_what_dead_runs_left()
        yield databases.CLUSTER


@pytest.fixture(scope="session")
def templates(cluster, django_test_environment, django_db_blocker) -> databases.Templates:
    with django_db_blocker.unblock():
        return databases.templates()


@pytest.fixture(scope="session")
def template_database(templates: databases.Templates) -> str:
    return templates.whole


@pytest.fixture(scope="session")
def django_db_setup(template_database: str, django_db_blocker) -> Iterator[None]:
    """Replaces pytest-django's: a copy of the template a worker. A test that names no database is kept out of it."""
    with databases.copy_of(template_database, f"test_{os.getpid()}") as name:
        with django_db_blocker.unblock():
            databases.point_at(name)
        yield
        with django_db_blocker.unblock():
            databases.connections.close_all()


@pytest.fixture
def own_database(django_db_setup, templates: databases.Templates, django_db_blocker) -> Iterator[str]:
    """A database of the test's own, where transactions really commit: for concurrency, triggers at commit, servers.

    Never use pytest-django's transactional_db: it would empty the reference tables.
    """
    with _own(templates.whole, django_db_blocker) as name:
        yield name


@pytest.fixture
def bare_database(django_db_setup, templates: databases.Templates, django_db_blocker) -> Iterator[str]:
    """`own_database` without a single territory, for tests that need no place: six times lighter to copy."""
    with _own(templates.bare, django_db_blocker) as name:
        yield name


@contextmanager
def _own(source: str, django_db_blocker) -> Iterator[str]:
    before = databases.connections["default"].settings_dict["NAME"]
    with (
        django_db_blocker.unblock(),
        databases.copy_of(source, f"test_{os.getpid()}_{uuid.uuid4().hex[:8]}") as name,
    ):
        databases.point_at(name)
        yield name
        databases.point_at(before)
