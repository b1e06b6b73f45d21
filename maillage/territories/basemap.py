"""The base map as SVG: tiles, and the first view of a page.

Colours are CSS variables with a fallback, so that an inline drawing follows the page's theme and an <img> stays
readable. Lines are drawn in quarters of a pixel; letters in pixels.
"""

from html import escape

from maillage.territories.models import Border
from maillage.territories.queries.basemap import (
    TILE_PX,
    Label,
    View,
    drawn_lines,
    drawn_qpv,
    labels,
    tile_box,
)

UNITS = 4  # a pixel
LABEL_PX = 12
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


def contours_tile(z: int, x: int, y: int) -> str | None:
    """The SVG of one tile of land, borders and names; None where there is nothing."""
    box = tile_box(z, x, y)
    lines = _lines(View(box, z), z)
    names = _names(labels(View(box, z, margin_px=LABEL_MARGIN_PX)), inside_px=TILE_PX)
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


def _lines(view: View, zoom: int) -> str:
    found = drawn_lines(view)
    paths = []
    if land := found.pop("land", ""):
        paths.append(f'<path d="{land}" fill="{LAND}" stroke="none"/>')
    for level, d in found.items():
        colour, width = STROKES[Border.Level(int(level))]
        if zoom < 6:
            width = min(width, 0.9)
        paths.append(f'<path d="{d}" stroke="{colour}" stroke-width="{width * UNITS:g}"/>')
    if not paths:
        return ""
    return f'<g transform="scale({1 / UNITS:g})" fill="none" stroke-linejoin="round">{"".join(paths)}</g>'


def _qpv(view: View, generation: int | None = None) -> str:
    paths = []
    for found in drawn_qpv(view, generation):
        dashes = f' stroke-dasharray="{3 * UNITS} {2 * UNITS}"' if found.is_schematic else ""
        latest = generation is not None or found.is_latest
        look = (
            f'fill="{CANAL}" fill-opacity=".14" stroke-width="{1.2 * UNITS:g}"'
            if latest
            else f'fill="none" stroke-opacity=".55" stroke-width="{0.8 * UNITS:g}"'
        )
        paths.append(f'<path d="{found.d}" {look} stroke="{CANAL}"{dashes}/>')
    if not paths:
        return ""
    return f'<g transform="scale({1 / UNITS:g})" stroke-linejoin="round">{"".join(paths)}</g>'


def _names(found: list[Label], *, inside_px: float | None = None) -> str:
    """Names under their town hall, larger for larger towns. With `inside_px`, only those that reach the tile."""
    texts = []
    for name in found:
        x, y = name.x / UNITS, name.y / UNITS
        size = LABEL_PX + (
            3 if (name.population or 0) > 100_000 else 1 if (name.population or 0) > 20_000 else 0
        )
        half = len(name.nom) * size * 0.32
        if inside_px is not None and not (
            -half < x < inside_px + half and -2 * size < y < inside_px + 2 * size
        ):
            continue
        texts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size}" class="z{name.min_zoom}">{escape(name.nom)}</text>'
        )
    if not texts:
        return ""
    return (
        '<g text-anchor="middle" font-family="var(--bs-font-sans-serif,system-ui,sans-serif)" '
        f'fill="var(--ma-slate,#51606e)" paint-order="stroke" stroke="{LAND}" stroke-width="3" '
        f'stroke-linejoin="round" class="map-names">{"".join(texts)}</g>'
    )
