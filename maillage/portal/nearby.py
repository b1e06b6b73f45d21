"""What the finder shows around a person besides the offers (settings.FINDER_NEARBY)."""

from django.urls import reverse

from maillage.initiatives.places import place_name
from maillage.initiatives.queries.search import Criteria, find
from maillage.offers.answer import Answer
from maillage.offers.nearby import Nearby

WITHIN_M = 30_000
SHOWN = 3


def initiatives_around(answer: Answer) -> list[Nearby]:
    """The nearest public initiatives at the phase of the answer, or at any when it says none. One query."""
    here, phase = answer.whereabouts, answer.situation.phase
    around = Criteria(
        lon=here.lon,
        lat=here.lat,
        radius_m=WITHIN_M,
        phases=(phase,) if phase else (),
        sort="distance",
    )
    return [
        Nearby(
            title=row.title,
            href=reverse("initiatives:fiche", args=[row.slug]),
            place=place_name(row),
            summary=row.summary,
            distance_m=round(row.distance.m),  # type: ignore[attr-defined] # annotated
            is_example=row.is_example,
        )
        for row in find(around)[:SHOWN]
    ]
