"""Where one fiche is: a still picture of the base map with its mark, drawn by the server."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from maillage.initiatives import themes as looks
from maillage.initiatives.models import Initiative, Theme
from maillage.initiatives.places import place_name
from maillage.territories.basemap import Window, first_view, mercator

WIDTH, HEIGHT = 400, 300
# a position « à la commune » is shown from farther: it says no more than the commune
ZOOMS = {"address": 13, "qpv": 13, "commune": 11}


def fiche_map(initiative: Initiative, theme: Theme | None) -> SafeString | None:
    """An <svg> around the initiative's point; None for one without a point."""
    if initiative.point is None:
        return None
    window = Window(
        *mercator(initiative.point.x, initiative.point.y), ZOOMS.get(initiative.scope, 11), WIDTH, HEIGHT
    )
    return format_html(
        '<svg viewBox="0 0 {w} {h}" role="img" aria-label="{label}">{base}'
        '<g transform="translate({x} {y})"><path d="{d}" fill="{colour}" stroke="#fff" stroke-width="2.5"/></g></svg>',
        w=WIDTH,
        h=HEIGHT,
        label=_("Carte : %(place)s") % {"place": place_name(initiative)},
        base=first_view(window),
        x=WIDTH / 2 - 16,
        y=HEIGHT / 2 - 16,
        d=looks.outline(theme) if theme else looks.SHAPES["circle"],
        colour=theme.colour if theme else "#51606e",
    )
