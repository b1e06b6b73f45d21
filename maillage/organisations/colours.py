"""The colours of a banner: readable on every paper of the site, in light and in dark, or refused.

Colours are « #rrggbb » in lower case; contrasts are WCAG 2 ratios, from 1 to 21.
"""

import colorsys
import re
from dataclasses import dataclass

LEAST = 4.5  # WCAG AA for text
# of ui/tokens.css: paper, sand, card. A test holds them alike; a migration has them too
LIGHT_PAPERS = ("#fbfaf6", "#efebe1", "#ffffff")
DARK_PAPERS = ("#12181f", "#1a222b", "#182029")
COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Palette:
    """The four colours that a banner changes: the two of the site, for light and for dark papers."""

    canal: str = "#0b5563"
    brick: str = "#a8432a"
    canal_dark: str = "#7cc7d6"
    brick_dark: str = "#f0a48e"


def contrast(one: str, other: str) -> float:
    """The contrast of two colours."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def least_contrast(colour: str, papers: tuple[str, ...]) -> float:
    """The contrast of a colour with the paper on which it reads worst."""
    return min(contrast(colour, paper) for paper in papers)


def readable(colour: str, papers: tuple[str, ...], least: float = LEAST) -> str:
    """`colour`, or the nearest of its hue that reads on every one of `papers`: darker on light ones, lighter on dark."""
    dark = _luminance(papers[0]) < 0.5
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    end, step = (1.0, 0.005) if dark else (0.0, -0.005)
    while least_contrast(colour, papers) < least and lightness != end:
        lightness = min(1.0, max(0.0, lightness + step))
        colour = _hex(colorsys.hls_to_rgb(hue, lightness, saturation))
    return colour


def mixed(colour: str, other: str, share: float) -> str:
    """`share` (0 to 1) of `colour`, the rest of `other`."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return _hex(tuple(a * share + b * (1 - share) for a, b in pairs))


def stylesheet(palette: Palette) -> str:
    """The rules that put `palette` in place of the site's own colours; to be loaded after site.css."""
    light = _tokens(palette.canal, palette.brick, LIGHT_PAPERS[0], "#000000")
    dark = _tokens(palette.canal_dark, palette.brick_dark, DARK_PAPERS[0], "#ffffff")
    return (
        f':root,[data-bs-theme="light"]{{{light}}}\n'
        f'[data-bs-theme="dark"]{{{dark}}}\n'
        f"@media (prefers-color-scheme:dark){{:root:not([data-bs-theme]){{{dark}}}}}\n"
    )


def _tokens(canal: str, brick: str, paper: str, away: str) -> str:
    found = {}
    for name, colour in (("canal", canal), ("brick", brick)):
        found[f"--ma-{name}"] = colour
        found[f"--ma-{name}-deep"] = mixed(colour, away, 0.75)
        found[f"--ma-{name}-soft"] = _soft(colour, paper)
    found["--bs-link-color-rgb"] = _rgb(canal)
    found["--bs-link-hover-color-rgb"] = _rgb(found["--ma-canal-deep"])
    return "".join(f"{name}:{value};" for name, value in found.items())


def _soft(colour: str, paper: str) -> str:
    """A breath of `colour` on `paper`, on which `colour` itself still reads."""
    for share in (0.12, 0.09, 0.06, 0.03):
        if contrast(colour, soft := mixed(colour, paper, share)) >= LEAST:
            return soft
    return paper


def _luminance(colour: str) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(channels: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _rgb(colour: str) -> str:
    return ",".join(str(round(channel * 255)) for channel in _channels(colour))
