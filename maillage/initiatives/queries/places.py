"""The places that a search is bound to."""

from maillage.initiatives.queries.criteria import PLACES, RADIUS_DEFAULT_M, TERRITORIES, Criteria
from maillage.territories.queries import PlaceFound


def named_territories(criteria: Criteria) -> dict[str, str]:
    """Field name → name of the territory, for each territory of the search; one query each."""
    return {
        field: model._default_manager.filter(code=code).values_list("nom", flat=True)[:1][0]
        for field, model in TERRITORIES.items()
        if (code := getattr(criteria, field))
    }


def bound_to(criteria: Criteria, place: PlaceFound) -> Criteria:
    """The same search at this place and nowhere else: in a territory, or around an address."""
    anywhere = criteria.without(*PLACES)
    if place.kind == "adresse":
        return anywhere.with_(lon=place.lon, lat=place.lat, radius_m=RADIUS_DEFAULT_M)
    return anywhere.with_(**{place.kind: place.code})
