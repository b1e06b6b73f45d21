"""The base map as SVG: tiles, and the first view of a page.

Colours are CSS variables with a fallback, so that an inline drawing follows the page's theme and an <img> stays
readable. Lines are drawn in quarters of a pixel, in halves inside a page; letters in pixels.
"""

import math
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from maillage.territories.models import Border
from maillage.territories.queries.basemap import (
    EARTH,
    TILE_PX,
    Box,
    View,
    drawn_lines,
    drawn_qpv,
    labels,
    tile_box,
)

LABEL_PX = 12
UNDER_MARKER_PX = 28
LABEL_MARGIN_PX = 110  # a name may start in the next tile
QPV_FROM_ZOOM = 9
ATTRIBUTION = "© Insee, IGN"

LAND = "var(--ma-land,#f1eee6)"
STROKES = {
    Border.Level.COMMUNE: ("var(--ma-border,#cfc8b8)", 0.7),
    Border.Level.EPCI: ("var(--ma-border,#cfc8b8)", 0.7),
    Border.Level.DEPARTEMENT: ("var(--ma-border-strong,#a79c86)", 1.2),
    Border.Level.REGION: ("var(--ma-border-strong,#a79c86)", 1.8),
    Border.Level.COAST: ("var(--ma-border-strong,#a79c86)", 0.9),
}
CANAL = "var(--ma-canal,#0b5563)"


@dataclass(frozen=True)
class Window:
    """What a map shows: its centre (EPSG:3857 metres), a whole zoom, and its size in pixels."""

    x: float
    y: float
    zoom: int
    width: int
    height: int

    @property
    def m_per_px(self) -> float:
        return 2 * EARTH / TILE_PX / 2**self.zoom

    @property
    def box(self) -> Box:
        half_x, half_y = self.width * self.m_per_px / 2, self.height * self.m_per_px / 2
        return Box(self.x - half_x, self.y - half_y, self.x + half_x, self.y + half_y)

    def widened(self, margin_px: float) -> Box:
        """The box with a margin around it."""
        margin = margin_px * self.m_per_px
        box = self.box
        return Box(box.xmin - margin, box.ymin - margin, box.xmax + margin, box.ymax + margin)

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Where a point (EPSG:3857) is drawn, in pixels from the top left corner."""
        box = self.box
        return (x - box.xmin) / self.m_per_px, (box.ymax - y) / self.m_per_px

    @property
    def lonlat(self) -> tuple[float, float]:
        """The centre in degrees."""
        return lonlat(self.x, self.y)


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """Web Mercator metres of degrees; latitudes beyond the map's edge are brought to it."""
    lat = max(-85.05, min(85.05, lat))
    return lon * EARTH / 180, math.log(math.tan(math.radians(45 + lat / 2))) * EARTH / math.pi


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Degrees of Web Mercator metres."""
    return x * 180 / EARTH, math.degrees(2 * math.atan(math.exp(y * math.pi / EARTH)) - math.pi / 2)


def window_around(box: Box, width: int, height: int, *, last_zoom: int = 13) -> Window:
    """The closest window of a whole zoom that shows all of `box` (EPSG:3857)."""
    m_per_px = max((box.xmax - box.xmin) / width, (box.ymax - box.ymin) / height, 1e-6)
    zoom = math.floor(math.log2(2 * EARTH / TILE_PX / m_per_px) + 1e-9)
    return Window(
        (box.xmin + box.xmax) / 2, (box.ymin + box.ymax) / 2, max(2, min(zoom, last_zoom)), width, height
    )


# further out, these borders are two thirds of what comes inside the page; the tiles bring them
EPCI_FROM, COMMUNES_FROM = 10, 11


def first_view(window: Window, *, margin_px: int = 0, epci_from: int = EPCI_FROM) -> SafeString:
    """The base map of a window as SVG content: land, borders, QPV and names, in pixels from its top left corner.

    `margin_px` draws as much again around it, for a frame of other proportions; borders of EPCI are drawn from `epci_from`.
    """
    view = View(
        window.box,
        window.zoom,
        units_per_px=2,
        margin_px=margin_px,
        epci_from=epci_from,
        communes_from=COMMUNES_FROM,
    )
    parts = [_lines(view)]
    if window.zoom >= QPV_FROM_ZOOM:
        parts.append(_qpv(view))
    parts.append(_names(view))
    return mark_safe("".join(parts))  # noqa: S308 names are escaped, the rest is numbers


def contours_tile(z: int, x: int, y: int) -> str | None:
    """The SVG of one tile of land, borders and names; None where there is nothing."""
    box = tile_box(z, x, y)
    lines = _lines(View(box, z))
    names = _names(View(box, z, margin_px=LABEL_MARGIN_PX), inside_px=TILE_PX)
    return _tile(lines + names) if lines or names else None


def qpv_tile(z: int, x: int, y: int, generation: int | None = None) -> str | None:
    """The SVG of one tile of QPV, of one generation or of all; None where there is none."""
    if z < QPV_FROM_ZOOM:
        return None
    drawn = _qpv(View(tile_box(z, x, y), z), generation)
    return _tile(drawn) if drawn else None


def _tile(content: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{TILE_PX}" height="{TILE_PX}" '
        f'viewBox="0 0 {TILE_PX} {TILE_PX}">{content}</svg>'
    )


def _lines(view: View) -> str:
    found = drawn_lines(view)
    paths = []
    if land := found.pop("land", ""):
        paths.append(f'<path d="{land}" fill="{LAND}" stroke="none"/>')
    for level, d in found.items():
        colour, width = STROKES[Border.Level(int(level))]
        if view.zoom < 6:
            width = min(width, 0.9)
        paths.append(f'<path d="{d}" stroke="{colour}" stroke-width="{width * view.units_per_px:g}"/>')
    if not paths:
        return ""
    return f'<g transform="scale({1 / view.units_per_px:g})" fill="none" stroke-linejoin="round">{"".join(paths)}</g>'


def _qpv(view: View, generation: int | None = None) -> str:
    paths = []
    px = view.units_per_px
    for found in drawn_qpv(view, generation):
        dashes = f' stroke-dasharray="{3 * px} {2 * px}"' if found.is_schematic else ""
        latest = generation is not None or found.is_latest
        look = (
            f'fill="{CANAL}" fill-opacity=".14" stroke-width="{1.2 * px:g}"'
            if latest
            else f'fill="none" stroke-opacity=".55" stroke-width="{0.8 * px:g}"'
        )
        paths.append(f'<path d="{found.d}" {look} stroke="{CANAL}"{dashes}/>')
    if not paths:
        return ""
    return f'<g transform="scale({1 / view.units_per_px:g})" stroke-linejoin="round">{"".join(paths)}</g>'


def _names(view: View, *, inside_px: float | None = None) -> str:
    """Names at their town hall, larger for larger towns. With `inside_px`, only those that reach the tile.

    The class `far` marks those that would not find room one zoom further out: a small screen leaves them out.
    """
    texts = []
    for name in labels(view):
        size = LABEL_PX + (
            3 if (name.population or 0) > 100_000 else 1 if (name.population or 0) > 20_000 else 0
        )
        # a marker at the town hall must not hide the name; further out, the name would leave its place
        x = name.x / view.units_per_px
        y = name.y / view.units_per_px + (UNDER_MARKER_PX if view.zoom >= 10 else size / 3)
        half = len(name.nom) * size * 0.32
        if inside_px is not None and not (
            -half < x < inside_px + half and -2 * size < y < inside_px + 2 * size
        ):
            continue
        far = ' class="far"' if name.min_zoom >= view.zoom else ""
        texts.append(f'<text x="{x:g}" y="{y:g}" font-size="{size}"{far}>{escape(name.nom)}</text>')
    if not texts:
        return ""
    return (
        '<g text-anchor="middle" font-family="var(--bs-font-sans-serif,system-ui,sans-serif)" '
        f'fill="var(--ma-slate,#51606e)" paint-order="stroke" stroke="{LAND}" stroke-width="3" '
        f'stroke-linejoin="round" class="map-names" aria-hidden="true">{"".join(texts)}</g>'
    )
