"""What is asked of the collaborative map: one search, whatever its dress (list, map, exports, API)."""

import dataclasses
import json
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from django.contrib.gis.geos import GEOSException, GEOSGeometry, Polygon
from django.http import QueryDict
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.initiatives.models import PHASES, PUBLICS, Theme
from maillage.territories.models import Commune, Departement, Epci, Qpv, Region

TEXT_MAX = 200
ZONE_MAX_VERTICES = 500
ZONE_MAX_CHARACTERS = 40_000
RADIUS_DEFAULT_M = 20_000
RADIUS_MAX_M = 300_000
PAGE_MAX = 100_000
SORTS = ("pertinence", "distance", "date")
FACETS = ("themes", "publics", "phases")
PLACES = ("commune", "epci", "departement", "region", "qpv", "around", "zone", "bbox")
TERRITORIES = {
    "commune": Commune,
    "epci": Epci,
    "departement": Departement,
    "region": Region,
    "qpv": Qpv,
}
# the French parameter of each field that repeats
_PARAMETERS = {"themes": "theme", "publics": "public", "phases": "phase"}


class UnknownCriterion(DomainError):
    """A parameter of the search that cannot be understood; the sentence names it."""

    def __init__(self, parameter: str, sentence: str) -> None:
        super().__init__(_("Paramètre « %(name)s » : %(problem)s") % {"name": parameter, "problem": sentence})
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Criteria:
    """One search. Empty fields ask nothing; values of one facet are joined by OR, fields by AND.

    `lon`, `lat` in degrees (WGS 84), `radius_m` in metres; `zone` is the WKT of a polygon and `bbox` a
    (west, south, east, north) box, both in degrees, longitude first; a box whose west is east of its east crosses
    the antimeridian.
    """

    text: str = ""
    commune: str = ""
    epci: str = ""
    departement: str = ""
    region: str = ""
    qpv: str = ""
    lon: float | None = None
    lat: float | None = None
    radius_m: int | None = None
    zone: str = ""
    bbox: tuple[float, float, float, float] | None = None
    themes: tuple[str, ...] = ()
    publics: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    sort: str = ""
    page: int = 1

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        """Read the parameters of an address. Raises UnknownCriterion on a value that means nothing."""
        lon, lat = (
            _number(query, "lon", -180, 180),
            _number(query, "lat", -90, 90),
        )
        if (lon is None) != (lat is None):
            raise UnknownCriterion(
                "lon" if lon is None else "lat", _("donnez la longitude et la latitude ensemble.")
            )
        radius_km = _number(query, "rayon", 0.05, RADIUS_MAX_M / 1000)
        around = lon is not None
        sort = query.get("tri", "").strip()
        if sort and sort not in SORTS:
            raise UnknownCriterion("tri", _("choisissez parmi %(values)s.") % {"values": ", ".join(SORTS)})
        return cls(
            text=_text(query),
            **{name: _territory(query, name) for name in TERRITORIES},
            lon=lon,
            lat=lat,
            radius_m=(round(radius_km * 1000) if radius_km else RADIUS_DEFAULT_M) if around else None,
            zone=_zone(query.get("zone", "")),
            bbox=_bbox(query.get("bbox", "")),
            themes=_values(query, "theme", None),
            publics=_values(query, "public", PUBLICS),
            phases=_values(query, "phase", PHASES),
            sort=sort,
            page=int(_number(query, "page", 1, PAGE_MAX) or 1),
        )

    @property
    def order(self) -> str:
        """The sort that applies: the one asked for when it makes sense, else the one that this search calls for."""
        if self.sort == "date" or (self.sort == "pertinence" and self.text):
            return self.sort
        if self.lon is not None and (self.sort == "distance" or not self.text):
            return "distance"
        return "pertinence" if self.text else "date"

    @property
    def sorts(self) -> list[str]:
        """The sorts that make sense for this search."""
        possible = {"pertinence": bool(self.text), "distance": self.lon is not None, "date": True}
        return [name for name in SORTS if possible[name]]

    @property
    def has_place(self) -> bool:
        """Whether the search is bound to somewhere."""
        return bool(
            self.commune
            or self.epci
            or self.departement
            or self.region
            or self.qpv
            or self.lon is not None
            or self.zone
            or self.bbox
        )

    def with_(self, **changes: Any) -> Self:
        """The same search with other values, back on its first page unless `page` is among them."""
        return dataclasses.replace(self, **{"page": 1, **changes})

    def without(self, *names: str) -> Self:
        """The same search without these fields; `around` stands for the point and its radius."""
        blank = Criteria()
        wanted = [
            part for name in names for part in (("lon", "lat", "radius_m") if name == "around" else (name,))
        ]
        return self.with_(**{name: getattr(blank, name) for name in wanted})

    def toggled(self, facet: str, value: str) -> Self:
        """The same search with `value` added to the facet, or removed from it."""
        values = getattr(self, facet)
        changed = tuple(v for v in values if v != value) if value in values else (*values, value)
        return self.with_(**{facet: changed})

    def parameters(self) -> list[tuple[str, str]]:
        """Name and value of each parameter of the address, in a fixed order; a sort that goes without saying is not said."""
        usual = dataclasses.replace(self, sort="").order
        pairs: list[tuple[str, str]] = [("q", self.text)]
        pairs += [(name, getattr(self, name)) for name in TERRITORIES]
        if self.lon is not None and self.lat is not None:
            pairs += [("lon", _short(self.lon)), ("lat", _short(self.lat))]
            pairs += [("rayon", f"{(self.radius_m or RADIUS_DEFAULT_M) / 1000:g}")]
        pairs += [("zone", self.zone), ("bbox", ",".join(_short(v) for v in self.bbox or ()))]
        pairs += [(_PARAMETERS[facet], value) for facet in FACETS for value in getattr(self, facet)]
        pairs += [
            ("tri", self.order if self.order != usual else ""),
            ("page", str(self.page) if self.page > 1 else ""),
        ]
        return [(name, value) for name, value in pairs if value]

    def to_query(self) -> str:
        """The query string that `from_query` reads back, without « ? »; empty for everything."""
        return urlencode(self.parameters())


def _short(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _text(query: QueryDict) -> str:
    text = unicodedata.normalize("NFC", " ".join(query.get("q", "").split()))
    text = "".join(c for c in text if unicodedata.category(c)[0] != "C")
    if len(text) > TEXT_MAX:
        raise UnknownCriterion("q", _("cherchez avec %(n)s caractères au plus.") % {"n": TEXT_MAX})
    return text


def _number(query: QueryDict, name: str, least: float, most: float) -> float | None:
    raw = query.get(name, "").strip().replace(",", ".")
    if not raw:
        return None
    try:
        value = float(raw) if len(raw) <= 30 else math.nan
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise UnknownCriterion(
            name, _("il faut un nombre entre %(least)g et %(most)g.") % {"least": least, "most": most}
        )
    return value


def _values(query: QueryDict, name: str, known: list[str] | None) -> tuple[str, ...]:
    """Values of a facet, repeated or separated by commas, each once, in the order given."""
    given = [part.strip() for raw in query.getlist(name)[:50] for part in raw.split(",")[:50]]
    values = tuple(dict.fromkeys(part for part in given if part))
    if not values:
        return ()
    if known is None:
        known = list(Theme.objects.values_list("code", flat=True))
    for value in values:
        if value not in known:
            raise UnknownCriterion(
                name,
                _("« %(value)s » n’existe pas ; choisissez parmi %(known)s.")
                % {"value": value[:40], "known": ", ".join(known)},
            )
    return values


def _territory(query: QueryDict, name: str) -> str:
    code = query.get(name, "").strip().upper()
    if not code:
        return ""
    if not re.fullmatch(r"[0-9A-Z]{1,10}", code) or not (
        TERRITORIES[name]._default_manager.filter(code=code).exists()
    ):
        raise UnknownCriterion(name, _("aucun territoire n’a le code « %(code)s ».") % {"code": code[:20]})
    return code


def _bbox(raw: str) -> tuple[float, float, float, float] | None:
    if not raw.strip():
        return None
    try:
        west, south, east, north = (float(part) for part in raw[:200].split(","))
    except ValueError:
        west = south = east = north = math.nan
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise UnknownCriterion(
            "bbox",
            _("il faut ouest,sud,est,nord en degrés, par exemple 2.2,48.8,2.5,49.0."),
        )
    return west, south, east, north


def _zone(raw: str) -> str:
    """The drawn polygon as WKT with six decimals; accepts WKT or GeoJSON, longitude first."""
    raw = raw.strip()
    if not raw:
        return ""
    if len(raw) > ZONE_MAX_CHARACTERS:
        raise UnknownCriterion("zone", _("la zone a trop de points ; dessinez-la plus simplement."))
    shape = _polygon(raw)
    if shape is None:
        raise UnknownCriterion("zone", _("il faut un polygone en WKT ou en GeoJSON, la longitude d’abord."))
    if shape.num_coords > ZONE_MAX_VERTICES:
        raise UnknownCriterion("zone", _("dessinez-la avec %(n)s points au plus.") % {"n": ZONE_MAX_VERTICES})
    rings = [[f"{_short(x)} {_short(y)}" for x, y, *_z in ring.coords] for ring in shape]
    return "POLYGON(" + ",".join(f"({','.join(ring)})" for ring in rings) + ")"


def _polygon(raw: str) -> Polygon | None:
    try:
        if raw.startswith("{"):
            geometry = json.loads(raw)
            geometry = geometry.get("geometry") or geometry
            if geometry.get("type") != "Polygon":
                return None
            shape: GEOSGeometry = Polygon(
                *(
                    [tuple(float(v) for v in position[:2]) for position in ring]
                    for ring in geometry["coordinates"]
                )
            )
        elif re.match(r"POLYGON\s*\(", raw, re.IGNORECASE):
            shape = GEOSGeometry(raw, srid=4326)
        else:
            return None
        if not isinstance(shape, Polygon) or shape.empty:
            return None
        inside = all(
            math.isfinite(x) and math.isfinite(y) and abs(x) <= 180 and abs(y) <= 90
            for ring in shape
            for x, y, *_z in ring.coords
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, GEOSException):
        return None
    return shape if inside else None
