"""The world of the finder's tests."""

import pytest
from django.db import transaction

from maillage.offers.tests.finder_world import make_world


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The world of finder_world.py, made once for a module and undone at its end."""
    whole = transaction.atomic()
    whole._from_testcase = True  # requests may open their own transaction in it, as in any test
    with django_db_blocker.unblock(), whole:
        make_world()
        yield
        transaction.set_rollback(True)
