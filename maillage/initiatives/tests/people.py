"""People of the tests: everyone's."""

from maillage.accounts.tests.people import everyone, person, signed_in

__all__ = ["everyone", "person", "signed_in"]
