"""Where one territory is: a still picture of the base map with its outline, drawn by the server."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from maillage.territories.basemap import CANAL, first_view, window_around
from maillage.territories.queries.basemap import Box, View, outline, territory_box

WIDTH, HEIGHT = 400, 320
AROUND = 0.25  # of its size, on each side
EPCI_FROM = 8  # a small picture can afford its neighbours' borders
NARROWEST_M = 3_000  # a neighbourhood alone would say nothing of where it is


def territory_map(
    kind: str, code: str, nom: str, *, generation: int | None = None, dashed: bool = False
) -> SafeString | None:
    """An <svg> of a commune, EPCI or QPV among its neighbours; None when no contour is known.

    `dashed`: the outline is schematic.
    """
    box = territory_box(kind, code)
    if box is None:
        return None
    window = window_around(_widened(box), WIDTH, HEIGHT)
    view = View(window.box, window.zoom)
    px = view.units_per_px
    return format_html(
        '<svg viewBox="0 0 {w} {h}" role="img" aria-label="{label}">{base}<path d="{d}" transform="scale({k})" '
        'fill="{canal}" fill-opacity=".1" stroke="{canal}" stroke-width="{line}"{dashes} stroke-linejoin="round"/></svg>',
        w=WIDTH,
        h=HEIGHT,
        label=_("Carte : %(place)s") % {"place": nom},
        base=first_view(window, epci_from=EPCI_FROM),
        d=outline(kind, code, view, generation),
        k=1 / px,
        canal=CANAL,
        line=2 * px,
        dashes=format_html(' stroke-dasharray="{} {}"', 3 * px, 2 * px) if dashed else "",
    )


def _widened(box: Box) -> Box:
    """The box with its surroundings."""
    margin_x = max((box.xmax - box.xmin) * AROUND, NARROWEST_M)
    margin_y = max((box.ymax - box.ymin) * AROUND, NARROWEST_M)
    return Box(box.xmin - margin_x, box.ymin - margin_y, box.xmax + margin_x, box.ymax + margin_y)
