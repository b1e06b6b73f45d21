"""How the finder's pages and sheet tell distances, hours and telephones."""

from datetime import datetime
from functools import lru_cache

from django import template

from maillage.core.phones import dialled_phone, readable_phone
from maillage.offers import wording
from maillage.offers.answer import FinancingItem, Item

register = template.Library()


@register.filter
def distance(item: Item) -> str:
    """How far an item is, and how long it takes when that is known; "" when neither is."""
    away = wording.distance_words(item.distance_m, approximate=item.approximate)
    return f"{away}, {wording.travel_words(item.travel_s)}" if away and item.travel_s is not None else away


@register.filter
def metres(number: int) -> str:
    """A distance in metres, in words."""
    return wording.distance_words(number)


@register.filter
def doors(item: Item, now: datetime) -> wording.Doors:
    """Whether the doors of an item are open at `now`."""
    return wording.doors(item, now)


# public numbers, the same on every page: reading one costs more than showing it
@register.filter
@lru_cache(maxsize=4096)
def telephone(number: str) -> str:
    """A telephone number in pairs."""
    return readable_phone(number)


@register.filter
@lru_cache(maxsize=4096)
def dialled(number: str) -> str:
    """A telephone number for a `tel:` link."""
    return dialled_phone(number)


@register.filter
def amounts(item: FinancingItem) -> str:
    """The amounts of a financing."""
    return wording.amounts(item)


@register.filter
def need(code: str) -> str:
    """A need or a brake in plain words."""
    return wording.need_words(code)


@register.filter
def need_image(code: str) -> str:
    """The icon of a brake."""
    return wording.BRAKES[code].image
