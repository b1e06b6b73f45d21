"""What the rest of the site knows around an answer of the finder: the offers know no other app, the portal does."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from maillage.offers.answer import Answer


@dataclass(frozen=True, slots=True)
class Nearby:
    """One thing that exists near the person, with its page."""

    title: str
    href: str
    place: str
    summary: str
    distance_m: int
    is_example: bool = False


def around(answer: Answer) -> list[Nearby]:
    """What `settings.FINDER_NEARBY` (a function of the answer) finds; nothing without it, or without a place."""
    if not settings.FINDER_NEARBY or answer.whereabouts.lon is None:
        return []
    found: list[Nearby] = import_string(settings.FINDER_NEARBY)(answer)
    return found
