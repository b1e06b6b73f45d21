"""The world of the finder's tests."""

import pytest
from django.db import transaction

from maillage.offers.tests.finder_world import make_world


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The world of finder_world.py, made once for a module and undone at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_world()
        yield
        transaction.set_rollback(True)
