"""The finder: whom to contact, and why. Its rules in words: docs/finder.md."""

from maillage.offers.queries.finder.finding import find
from maillage.offers.queries.finder.whereabouts import NoPlace, whereabouts

__all__ = ["NoPlace", "find", "whereabouts"]
