"""What a map draws, read from the generalised contours."""

from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform
from django.db import connection

from maillage.territories.models import Border, Commune, Contour, Drawing, Qpv
from maillage.territories.sql import statement

EARTH = 20037508.342789244  # half the side of the Web Mercator square, in metres
TILE_PX = 256
LAST_ZOOM = 18
# two hexadecimal digits; raise them when the same data is drawn otherwise: what browsers and disks have is kept for good
LOOK = "02"
DEPARTEMENTS_FROM = 6


class Box(NamedTuple):
    """A rectangle in Web Mercator metres (EPSG:3857)."""

    xmin: float
    ymin: float
    xmax: float
    ymax: float


class Label(NamedTuple):
    """A commune's name on a drawing, with its town hall in drawing units."""

    nom: str
    x: int
    y: int
    min_zoom: int
    population: int | None


class Neighbourhoods(NamedTuple):
    """The QPV of one generation and one nature (official or schematic) on a drawing."""

    generation: int
    is_schematic: bool
    is_latest: bool
    d: str


@dataclass(frozen=True)
class View:
    """A drawing to make: a box, its zoom, drawing units a pixel, pixels drawn around it, and from which zoom the borders
    of EPCI and of communes are drawn."""

    box: Box
    zoom: int
    units_per_px: int = 4
    margin_px: float = 8
    epci_from: int = 8
    communes_from: int = 9

    @property
    def parameters(self) -> dict[str, float]:
        px_per_m = TILE_PX * 2**self.zoom / (2 * EARTH)
        return {
            **self.box._asdict(),
            "scale": px_per_m * self.units_per_px,
            "margin_m": self.margin_px / px_per_m,
            "zoom": self.zoom,
            "level": int(self.smallest_level),
        }

    @property
    def smallest_level(self) -> Border.Level:
        """The smallest territories whose borders are drawn."""
        if self.zoom >= self.communes_from:
            return Border.Level.COMMUNE
        if self.zoom >= self.epci_from:
            return Border.Level.EPCI
        return Border.Level.DEPARTEMENT if self.zoom >= DEPARTEMENTS_FROM else Border.Level.REGION


def tile_box(z: int, x: int, y: int) -> Box:
    """The square of the tile x, y (from the north-west) at zoom z."""
    side = 2 * EARTH / 2**z
    return Box(-EARTH + x * side, EARTH - (y + 1) * side, -EARTH + (x + 1) * side, EARTH - y * side)


def drawn_lines(view: View) -> dict[str, str]:
    """SVG path data by what it draws: 'land', or a border's level as text, from the smallest to the coast."""
    with connection.cursor() as cursor:
        cursor.execute(statement("drawing"), view.parameters)
        return dict(cursor.fetchall())


def labels(view: View) -> list[Label]:
    """The names that find room in the view, the most populated communes first."""
    with connection.cursor() as cursor:
        cursor.execute(statement("labels"), view.parameters)
        return [Label(*row) for row in cursor.fetchall()]


def drawn_qpv(view: View, generation: int | None = None) -> list[Neighbourhoods]:
    """The QPV in the view, of one generation or of all, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(statement("qpv_drawing"), {**view.parameters, "generation": generation})
        return [Neighbourhoods(*row) for row in cursor.fetchall()]


def drawing_versions() -> dict[str, str]:
    """The version of each layer, 'contours' and 'qpv', its data and its LOOK: an address with another version is stale."""
    return {layer: version + LOOK for layer, version in Drawing.objects.values_list("layer", "version")}


class Overseas(NamedTuple):
    """An overseas département: its box (EPSG:3857) and its outline in a small square, in quarters of a pixel."""

    code: str
    nom: str
    box: Box
    d: str


def overseas(size_px: int) -> list[Overseas]:
    """The overseas départements, to be reached from a map of mainland France."""
    with connection.cursor() as cursor:
        cursor.execute(statement("overseas"), {"size": size_px})
        return [Overseas(code, nom, Box(*box), d) for code, nom, *box, d in cursor.fetchall()]


def outline(kind: str, code: str, view: View, generation: int | None = None) -> str:
    """SVG path data of a commune, EPCI or QPV (of one generation) on a drawing; '' when it has no contour."""
    with connection.cursor() as cursor:
        asked = {"kind": kind, "code": code, "generation": generation}
        cursor.execute(statement("outline"), {**view.parameters, **asked})
        row = cursor.fetchone()
    return row[0] if row else ""


def territory_box(kind: str, code: str) -> Box | None:
    """The box (EPSG:3857) of a commune, EPCI, département, région or QPV; None when it has no contour."""
    if kind == "qpv":
        extent = Qpv.objects.filter(code=code).aggregate(extent=Extent(Transform("contour", 3857)))
    elif kind == "commune":
        extent = Commune.objects.filter(code=code).aggregate(extent=Extent(Transform("contour", 3857)))
    else:
        extent = Contour.objects.filter(kind=kind, code=code).aggregate(extent=Extent("shape"))
    return Box(*extent["extent"]) if extent["extent"] else None
