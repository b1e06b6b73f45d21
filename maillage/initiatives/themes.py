"""How a theme looks: a colour, an icon and a shape, so that none of them speaks alone."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from maillage.initiatives.models import Theme
from maillage.ui.templatetags.ui import icon

# outlines in a square of 32, each with room for an icon of 16 in its middle
SHAPES = {
    "circle": "M16 1a15 15 0 1 1 0 30 15 15 0 0 1 0-30z",
    "square": "M6 2h20a4 4 0 0 1 4 4v20a4 4 0 0 1-4 4H6a4 4 0 0 1-4-4V6a4 4 0 0 1 4-4z",
    "pill": "M11 4h10a11 12 0 0 1 0 24H11a11 12 0 0 1 0-24z",
    "drop": "M16 0q3 3 8.500 6.500a13.500 13.500 0 1 1-17 0Q13 3 16 0z",
    "hexagon": "M16 0l14 8v16l-14 8-14-8V8z",
    "house": "M16 0l15 11v18a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V11z",
    "diamond": "M16-2l18 18-18 18L-2 16z",
    "octagon": "M10 1h12l9 9v12l-9 9H10l-9-9V10z",
    "pentagon": "M16 0l16 12-6 19H6L0 12z",
    "shield": "M16 0l14 5v12c0 8-7 12-14 15C9 29 2 25 2 17V5z",
}


def outline(theme: Theme) -> str:
    """SVG path data of the theme's shape in a square of 32; a circle when an instance names an unknown one."""
    return SHAPES.get(theme.shape, SHAPES["circle"])


def mark(theme: Theme, size: int = 28) -> SafeString:
    """The theme's mark as inline SVG, hidden from assistive technology: the word beside it speaks."""
    return format_html(
        '<svg class="theme-mark" aria-hidden="true" width="{}" height="{}" viewBox="-2 -2 36 36">'
        '<path d="{}" fill="{}"/><g transform="translate(8 8)" color="#fff">{}</g></svg>',
        size,
        size,
        outline(theme),
        theme.colour,
        glyph(theme.icon),
    )


def glyph(name: str) -> SafeString:
    """The icon of a theme, 16 pixels, in the colour of its surroundings; nothing when an instance names an unknown one."""
    try:
        return icon(name, 16)
    except (OSError, ValueError):  # an instance's theme may name an icon that does not exist
        return mark_safe("")
