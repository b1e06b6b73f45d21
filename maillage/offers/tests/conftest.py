"""What the tests of a module share."""

import pytest
from django.db import transaction

from maillage.offers.tests.finder_world import make_world


@pytest.fixture(scope="module")
def for_the_module(django_db_setup, django_db_blocker):
    """What is written in it is there for all of a module's tests, each undone by itself, and undone at its end."""
    whole = transaction.atomic()
    whole._from_testcase = True  # requests may open their own transaction in it, as in any test
    with django_db_blocker.unblock(), whole:
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(for_the_module):
    """The world of finder_world.py, made once for a module."""
    make_world()
