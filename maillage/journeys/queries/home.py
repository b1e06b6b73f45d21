"""Where someone lives, as far as it is kept: the commune and the neighbourhood that an address lies in, never the address."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.organisations.queries.banners import banner_of_commune
from maillage.territories.queries import PlaceFound, commune, locate, place_meant


class PlaceUnclear(DomainError):
    """The words mean no place, or several."""


@dataclass(frozen=True)
class Home:
    """What is kept of where someone lives: codes, and the territory's banner."""

    commune_code: str
    commune_name: str
    qpv_code: str = ""
    qpv_generation: int | None = None
    banner_id: int | None = None


def home_of(text: str) -> Home | None:
    """The commune, QPV (of the latest generation) and banner of what was typed; None for nothing typed.

    A street gives its QPV where the instance has a geocoder; a commune alone says nothing of the QPV. Raises PlaceUnclear,
    with the places that the words may mean.
    """
    if not text.strip():
        return None
    meant = place_meant(text)
    if meant.place is None or meant.instead:
        raise PlaceUnclear(_unclear(list(meant.choices), meant.place))
    place = meant.place
    if place.kind == "commune":
        return _home(place.code)
    here = locate(place.lon, place.lat)
    code = here.commune.code if here.commune else place.code if place.kind == "adresse" else ""
    if place.kind == "qpv":
        return _home(code, place.code, place.generation)
    inside = max(here.qpv, key=lambda one: one.generation, default=None)
    return _home(code, *((inside.code, inside.generation) if inside else ("", None)))


def _home(code: str, qpv_code: str = "", generation: int | None = None) -> Home:
    found = commune(code)
    if found is None:
        raise PlaceUnclear(_("Nous ne trouvons pas cette commune. Écrivez son nom, avec son code postal."))
    banner = banner_of_commune(found)
    return Home(found.pk, found.nom, qpv_code, generation, banner.pk if banner else None)


def _unclear(choices: list[PlaceFound], town: PlaceFound | None) -> str:
    if town:
        return _(
            "Nous ne trouvons pas cette rue. Écrivez seulement la commune (%(place)s), ou le nom du quartier."
        ) % {"place": town.nom}
    if choices:
        names = " · ".join(f"{one.nom} ({one.context})" if one.context else one.nom for one in choices[:5])
        return _("Plusieurs lieux portent ce nom. Précisez : %(places)s.") % {"places": names}
    return _("Nous ne trouvons pas ce lieu. Écrivez la commune, avec son code postal.")
