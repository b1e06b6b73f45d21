"""How an initiative is said: its place, its distance, its themes."""

from django import template
from django.contrib.gis.measure import Distance
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from maillage.initiatives.models import Initiative, Theme
from maillage.initiatives.places import place_name
from maillage.initiatives.themes import mark

register = template.Library()


@register.filter
def place(initiative: Initiative) -> str:
    """Where it is, in words."""
    return place_name(initiative)


@register.filter
def away(distance: Distance | None) -> str:
    """« à 650 m », « à 3,4 km », « à 26 km »; empty without a distance."""
    if distance is None:
        return ""
    metres = distance.m
    if metres < 50:
        return _("sur place")
    if metres < 1_000:
        return _("à %(n)s m") % {"n": round(metres / 10) * 10}
    km = metres / 1_000
    return _("à %(n)s km") % {"n": number_format(km, 1 if km < 10 else 0)}


@register.simple_tag
def theme_mark(theme: Theme, size: int = 28) -> SafeString:
    """The theme's coloured shape with its icon."""
    return mark(theme, size)
