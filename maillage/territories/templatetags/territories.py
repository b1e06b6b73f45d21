"""How a distance is said."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def away(metres: float) -> str:
    """« à 650 m », « à 3,4 km », « à 26 km »."""
    if metres < 1_000:
        return _("à %(n)s m") % {"n": round(metres)}
    km = metres / 1_000
    return _("à %(n)s km") % {"n": number_format(km, 1 if km < 10 else 0)}
