"""The map of a search as the server draws it: readable with no script, in print, before any script on a slow phone."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.initiatives import themes as looks
from maillage.initiatives.models import Theme
from maillage.initiatives.queries.clusters import LAST_ZOOM, Cluster, Clusters, clusters
from maillage.initiatives.queries.criteria import Criteria
from maillage.initiatives.queries.frames import FRANCE, frame
from maillage.territories.basemap import ATTRIBUTION, Window, first_view, lonlat, mercator, window_around
from maillage.territories.queries.basemap import Box, drawing_versions, overseas

WIDTH, HEIGHT = 800, 720
MARGIN_PX = (
    240  # drawn around, for a frame wider or taller than 10:9: from 2:3 (a phone, in carte.css) to 16:9
)
INSET_PX = 34
VIEW = re.compile(r"(-?\d{1,3}(?:\.\d{1,7})?),(-?\d{1,2}(?:\.\d{1,7})?),(\d{1,2})")
RING_PX = 5
Drawn = TypeVar("Drawn")
Themes = dict[str, Theme]
Versions = dict[str, str]
KEPT_S = 24 * 3600


@dataclass(frozen=True)
class FirstView:
    """A map's first view: its window, its drawing (an <svg>), and where its links lead."""

    window: Window
    found: Clusters
    svg: SafeString
    links: list[dict[str, str]]  # zoom and pan: {"name", "label", "href"}
    overseas: list[dict[str, Any]]
    layers: dict[str, Any]  # as base_layers()

    @property
    def note(self) -> str:
        """What the map cannot show."""
        return unplaced_said(self.found)

    @property
    def data(self) -> dict[str, Any]:
        """What the interactive map needs to take the first view's place."""
        lon, lat = self.window.lonlat
        return {"lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "zoom": self.window.zoom, "width": WIDTH}


def unplaced_said(found: Clusters) -> str:
    """That some of what the list holds has no place on any map; '' when all of it has one."""
    if not found.unplaced:
        return ""
    return ngettext(
        "%(n)d initiative sans position sur la carte (nationale, régionale ou départementale) : elle est dans la liste.",
        "%(n)d initiatives sans position sur la carte (nationales, régionales ou départementales) : elles sont dans la liste.",
        found.unplaced,
    ) % {"n": found.unplaced}


def window_of(criteria: Criteria, asked: str = "") -> Window:
    """What the map shows: what `asked` says ('lon,lat,zoom'), else the place of the search, else mainland France."""
    if match := VIEW.fullmatch(asked):
        lon, lat, zoom = float(match[1]), float(match[2]), int(match[3])
        return Window(*mercator(max(-180, min(180, lon)), lat), max(2, min(zoom, LAST_ZOOM)), WIDTH, HEIGHT)
    return window_around(frame(criteria) or FRANCE, WIDTH, HEIGHT)


def map_of(criteria: Criteria, *, path: str, themes: Themes, asked: str = "") -> FirstView:
    """The first view of the map of `criteria`, with links under `path`; `themes` by code."""
    window = window_of(criteria, asked)
    found = clusters(criteria, zoom=window.zoom, box=window.widened(MARGIN_PX))
    versions = drawing_versions()
    query = criteria.with_(page=1).to_query()
    marks = "".join(_mark(group, window, criteria, path, themes) for group in reversed(found.groups))
    label = ngettext(
        "Carte : %(n)d initiative, la liste est à côté",
        "Carte : %(n)d initiatives, la liste est à côté",
        found.total,
    ) % {"n": found.total}
    svg = (
        f'<svg class="first-view" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMidYMid meet" role="group" '
        f'aria-label="{escape(label)}">{_base_map(window, MARGIN_PX, versions)}<g class="marks">{marks}</g></svg>'
    )
    return FirstView(
        window,
        found,
        mark_safe(svg),  # noqa: S308 our own drawing
        _links(window, query, path),
        _overseas(query, path, versions),
        _layers(versions),
    )


def small_map(criteria: Criteria, *, path: str, width: int = 420, height: int = 480) -> SafeString:
    """A small picture of the map for another page: mainland France or the place of the search, its groups as links."""
    window = window_around(frame(criteria) or FRANCE, width, height)
    found = clusters(criteria, zoom=window.zoom, box=window.box)
    themes = {theme.code: theme for theme in Theme.objects.all()}
    marks = "".join(_mark(group, window, criteria, path, themes) for group in reversed(found.groups))
    return mark_safe(  # noqa: S308 our own drawing
        f'<svg class="small-view" viewBox="0 0 {width} {height}" '
        f'preserveAspectRatio="xMidYMid slice" role="group" aria-label="{escape(_("Carte des initiatives"))}">'
        f"<defs>{_symbols(themes.values())}</defs>"
        f'{_base_map(window, 40, drawing_versions())}<g class="marks">{marks}</g></svg>'
    )


def _base_map(window: Window, margin_px: int, versions: Versions) -> SafeString:
    """What lies under the markers."""
    name = f"{window.x:.2f},{window.y:.2f},{window.zoom},{window.width}x{window.height}+{margin_px}"
    return _kept(name, versions, lambda: first_view(window, margin_px=margin_px))


def _kept(name: str, versions: Versions, draw: Callable[[], Drawn]) -> Drawn:
    """A drawing of the territories alone, kept in memory: the same for everyone until the territories change."""
    key = f"drawn:{name}:{'-'.join(sorted(versions.values()))}"
    drawn: Drawn | None = cache.get(key)
    if drawn is None:
        drawn = draw()
        cache.set(key, drawn, KEPT_S)
    return drawn


def symbols(themes: Any) -> SafeString:
    """A hidden <svg> with the marker of each theme, to be used by `<use href="#mk-…">` anywhere in the page."""
    return mark_safe(  # noqa: S308 our own drawing
        f'<svg class="map-symbols" width="0" height="0" aria-hidden="true">{_symbols(themes)}</svg>'
    )


def _symbols(themes: Any) -> str:
    """The marker of each theme: its shape, its colour and its icon."""
    return "".join(
        f'<symbol id="mk-{escape(theme.code)}" viewBox="-4 -4 40 40" overflow="visible">'
        f'<path d="{looks.outline(theme)}" fill="{escape(theme.colour)}" stroke="#fff" stroke-width="2.5" '
        f'stroke-linejoin="round" paint-order="stroke"/><g transform="translate(8 8)" color="#fff">'
        f"{looks.glyph(theme.icon)}</g></symbol>"
        for theme in themes
    )


def group_name(group: Cluster, themes: dict[str, Theme]) -> str:
    """What a group says to who cannot see it: how many, and mostly what."""
    if group.count == 1:
        return group.title
    first = themes.get(next(iter(group.themes), ""))
    return ngettext("%(n)d initiative", "%(n)d initiatives", group.count) % {"n": group.count} + (
        _(", surtout « %(theme)s »") % {"theme": first.name} if first else ""
    )


def group_query(group: Cluster, criteria: Criteria) -> str:
    """The search bound to the bounds of a group, as a query string."""
    west, south = lonlat(group.bounds.xmin - 20, group.bounds.ymin - 20)
    east, north = lonlat(group.bounds.xmax + 20, group.bounds.ymax + 20)
    return criteria.with_(bbox=(west, south, east, north)).to_query()


def short_count(n: int) -> str:
    """A count that fits its disc: 950, « 1,2 k », « 12 k »."""
    if n < 1000:
        return str(n)
    return f"{n / 1000:.1f}".replace(".", ",").removesuffix(",0") + " k" if n < 10_000 else f"{n // 1000} k"


def _mark(group: Cluster, window: Window, criteria: Criteria, path: str, themes: dict[str, Theme]) -> str:
    x, y = window.pixel(group.x, group.y)
    name = escape(group_name(group, themes))
    if group.count == 1:
        href = reverse("initiatives:fiche", args=[group.slug])
        code = next(iter(group.themes), "")
        body = (
            f'<use href="#mk-{escape(code)}" x="-17" y="-17" width="34" height="34"/>'
            if code in themes
            else '<circle r="9" fill="#51606e" stroke="#fff" stroke-width="2.5"/>'
        )
    else:
        href = f"{path}?{group_query(group, criteria)}"
        body = _ring(group, themes)
    return (
        f'<a href="{escape(href)}" aria-label="{name}"><g transform="translate({x:.1f} {y:.1f})"><g class="mk">'
        f"<title>{name}</title>{body}</g></g></a>"
    )


def _ring(group: Cluster, themes: dict[str, Theme]) -> str:
    """A white disc, a ring whose arcs are the shares of the themes, and the number."""
    radius = group.radius_px
    arcs, start = [], 0.0
    for code, n in group.themes.items():
        share = 100 * n / group.count
        colour = escape(themes[code].colour) if code in themes else "#51606e"
        arcs.append(
            f'<circle r="{radius - RING_PX / 2:g}" pathLength="100" stroke="{colour}" '
            f'stroke-dasharray="{share:.2f} 100" stroke-dashoffset="{-start:.2f}"/>'
        )
        start += share
    size = 15 if group.count < 100 else 13 if group.count < 1000 else 11.5
    return (
        f'<circle r="{radius + 2}" fill="#fff"/>'
        f'<g fill="none" stroke-width="{RING_PX}" transform="rotate(-90)">{"".join(arcs)}</g>'
        f'<text text-anchor="middle" dy=".35em" font-size="{size}" font-weight="700" fill="#1b2430">{short_count(group.count)}</text>'
    )


def _links(window: Window, query: str, path: str) -> list[dict[str, str]]:
    step_x, step_y = window.width * window.m_per_px / 2, window.height * window.m_per_px / 2
    moves = [
        ("in", _("Agrandir"), 0.0, 0.0, 1),
        ("out", _("Réduire"), 0.0, 0.0, -1),
        ("north", _("Vers le nord"), 0.0, step_y, 0),
        ("west", _("Vers l’ouest"), -step_x, 0.0, 0),
        ("east", _("Vers l’est"), step_x, 0.0, 0),
        ("south", _("Vers le sud"), 0.0, -step_y, 0),
    ]
    return [
        {
            "name": name,
            "label": label,
            "href": _address(path, query, window.x + dx, window.y + dy, window.zoom + dz),
        }
        for name, label, dx, dy, dz in moves
        if 2 <= window.zoom + dz <= LAST_ZOOM
    ]


def _overseas(query: str, path: str, versions: Versions) -> list[dict[str, Any]]:
    """Links that move the map to each overseas département, and back to the mainland."""
    found = [{"nom": _("Métropole"), "d": "", **_place(FRANCE, query, path)}]
    return found + [
        {"nom": o.nom, "d": o.d, **_place(o.box, query, path)}
        for o in _kept("overseas", versions, lambda: overseas(INSET_PX))
    ]


def _place(box: Box, query: str, path: str) -> dict[str, str]:
    window = window_around(box, WIDTH, HEIGHT)
    west, south = lonlat(box.xmin, box.ymin)
    east, north = lonlat(box.xmax, box.ymax)
    return {
        "href": _address(path, query, window.x, window.y, window.zoom),
        "box": f"{west:.4f},{south:.4f},{east:.4f},{north:.4f}",
    }


def _address(path: str, query: str, x: float, y: float, zoom: int) -> str:
    lon, lat = lonlat(max(-2.0037e7, min(2.0037e7, x)), max(-2.0037e7, min(2.0037e7, y)))
    view = urlencode({"vue": f"{lon:.5f},{lat:.5f},{zoom}"}, safe=",")
    return f"{path}?{query}&{view}" if query else f"{path}?{view}"


def base_layers() -> dict[str, Any]:
    """What lies under an interactive map: "tiles" (the addresses of ours, with the version of their data), "raster" (the
    instance's own, if it has one) and "attribution"."""
    return _layers(drawing_versions())


def _layers(versions: Versions) -> dict[str, Any]:
    return {
        "tiles": {
            layer: f"/tuiles/{layer}/{{z}}/{{x}}/{{y}}.svg?v={versions.get(layer, '')}"
            for layer in ("contours", "qpv")
        },
        "raster": {"url": settings.TILE_URL, "attribution": settings.TILE_ATTRIBUTION},
        "attribution": ATTRIBUTION,
    }


def as_json(found: Clusters, criteria: Criteria) -> dict[str, Any]:
    """The groups for the interactive map: n, centre and bounds in degrees, themes with their counts."""
    themes = {theme.code: theme for theme in Theme.objects.all()}
    place = frame(criteria)
    return {
        "total": found.total,
        "unplaced": found.unplaced,
        "note": unplaced_said(found),
        "frame": _degrees(place) if place else None,
        "groups": [
            {
                "n": group.count,
                "short": short_count(group.count),
                "r": group.radius_px,
                "at": [round(v, 5) for v in lonlat(group.x, group.y)],
                "box": _degrees(group.bounds),
                "themes": list(group.themes.items()),
                "name": group_name(group, themes),
                **({"id": group.initiative, "slug": group.slug} if group.count == 1 else {}),
            }
            for group in found.groups
        ],
    }


def _degrees(box: Box) -> list[float]:
    return [round(v, 5) for v in (*lonlat(box.xmin, box.ymin), *lonlat(box.xmax, box.ymax))]


def zoom_of(value: str) -> float:
    """A zoom given in an address. Raises ValueError."""
    zoom = float(value)
    if not (math.isfinite(zoom) and 0 <= zoom <= LAST_ZOOM):
        raise ValueError(value)
    return zoom
