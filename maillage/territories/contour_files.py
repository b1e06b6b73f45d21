"""Polygons from the files that publishers give: GeoJSON, shapefile (also zipped), GeoPackage or KML, any projection.

Everything comes out in longitude, latitude (SRID 4326). What cannot be read as polygons says why, in French.
"""

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import shapely
from django.contrib.gis.gdal import DataSource, GDALException
from django.contrib.gis.gdal.feature import Feature
from django.contrib.gis.gdal.layer import Layer
from django.utils.encoding import DjangoUnicodeDecodeError
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from maillage.core.errors import DomainError

WGS84, LAMBERT_93 = "EPSG:4326", "EPSG:2154"
# where Lambert-93 coordinates of metropolitan France are, in metres
LAMBERT_BOX = (0, 6_000_000, 1_300_000, 7_200_000)
# in the order of preference inside an archive, which may give the same contours several times
FORMATS = ({".shp"}, {".gpkg"}, {".geojson", ".json"}, {".kml"})
SUFFIXES = {".zip"}.union(*FORMATS)
LARGEST_BYTES = 500_000_000


class UnreadableContours(DomainError):
    """The file as a whole cannot be used; the message says what to give instead."""


@dataclass(frozen=True)
class ContourRow:
    """One feature: its rank in the file (from 1), its fields by plain lower-case name, its polygons or why there are none.

    `shape` is a MultiPolygon, valid, (lon, lat) in SRID 4326; `repaired` says that the file's own was not valid.
    """

    line: int
    fields: dict[str, str]
    shape: BaseGeometry | None
    repaired: bool
    fault: str


def read_contours(path: Path) -> Iterator[ContourRow]:
    """Every feature of the file, in its order.

    Raises UnreadableContours for a missing, foreign, too large or empty file, or coordinates that no reference
    system explains.
    """
    line = 0
    for source in _sources(path):
        data = _open(source)
        for layer in (data[rank] for rank in range(len(data))):
            to_degrees = _to_degrees(layer)
            for feature in layer:
                line += 1
                yield _row(line, feature, to_degrees)
    if not line:
        raise UnreadableContours(_("{file} ne contient aucun contour.").format(file=path.name))


def plain_name(name: str) -> str:
    """A field name as it is compared: lower case, without accents or the marks that publishers vary."""
    return re.sub("[^a-z0-9]", "", unicodedata.normalize("NFKD", name.lower()))


def _sources(path: Path) -> list[str]:
    """What GDAL is to open: the file, or each shapefile (else GeoPackage, GeoJSON, KML) inside the archive."""
    if not path.is_file():
        raise UnreadableContours(_("{file} n’existe pas.").format(file=path))
    if path.suffix.lower() not in SUFFIXES:
        raise UnreadableContours(
            _(
                "{file} : donnez un fichier GeoJSON, shapefile (ou son archive .zip), GeoPackage ou KML."
            ).format(file=path.name)
        )
    if path.suffix.lower() != ".zip":
        _refuse_large(path.name, path.stat().st_size)
        return [str(path.absolute())]
    try:
        with zipfile.ZipFile(path) as archive:
            # macOS adds a hidden « ._ » double to each file
            names = sorted(n for n in archive.namelist() if not Path(n).name.startswith("."))
            _refuse_large(path.name, sum(m.file_size for m in archive.infolist()))
    except (zipfile.BadZipFile, OSError) as error:
        raise UnreadableContours(
            _("{file} n’est pas une archive .zip lisible.").format(file=path.name)
        ) from error
    kept = next(filter(None, ([n for n in names if Path(n).suffix.lower() in f] for f in FORMATS)), None)
    if kept is None:
        raise UnreadableContours(_("{file} ne contient pas de fichier de contours.").format(file=path.name))
    return [f"/vsizip/{{{path.absolute()}}}/{name}" for name in kept]


def _refuse_large(name: str, size: int) -> None:
    if size > LARGEST_BYTES:
        raise UnreadableContours(
            _(
                "{file} pèse {size} Mo une fois ouvert, plus que les {most} Mo acceptés : découpez-le par région."
            ).format(file=name, size=size // 10**6, most=LARGEST_BYTES // 10**6)
        )


def _open(source: str) -> DataSource:
    try:
        return DataSource(source)
    except GDALException as error:
        raise UnreadableContours(
            _(
                "{file} n’est pas lisible comme fichier de contours : il est abîmé ou d’un autre format."
            ).format(file=Path(source).name)
        ) from error


def _to_degrees(layer: Layer) -> pyproj.Transformer | None:
    """From the layer's coordinates to longitude and latitude; None when they already are.

    A GeoJSON file without `crs` says WGS 84 whatever it holds: metres give Lambert-93 away.
    """
    box = layer.extent.tuple if len(layer) else (0, 0, 0, 0)
    in_degrees = abs(box[0]) <= 180 and abs(box[2]) <= 180 and abs(box[1]) <= 90 and abs(box[3]) <= 90
    declared = pyproj.CRS.from_wkt(layer.srs.wkt) if layer.srs else None
    if declared is None or (declared.is_geographic and not in_degrees):
        if in_degrees:
            return None
        west, south, east, north = LAMBERT_BOX
        if not (west <= box[0] and south <= box[1] and box[2] <= east and box[3] <= north):
            raise UnreadableContours(
                _(
                    "Les coordonnées ne sont ni des degrés ni du Lambert-93 : ajoutez le système de référence au fichier "
                    "(.prj, ou « crs » du GeoJSON)."
                )
            )
        declared = pyproj.CRS.from_user_input(LAMBERT_93)
    if declared.is_geographic and declared.ellipsoid and declared.ellipsoid.name in {"WGS 84", "GRS 1980"}:
        return None
    return pyproj.Transformer.from_crs(declared, WGS84, always_xy=True)


def _row(line: int, feature: Feature, to_degrees: pyproj.Transformer | None) -> ContourRow:
    fields = {plain_name(name): _text(feature, name) for name in feature.fields}
    try:
        geometry = feature.geom
    except GDALException:
        return ContourRow(line, fields, None, False, _("Le contour manque."))
    try:
        geometry.close_rings()
        shape = shapely.force_2d(shapely.from_wkb(bytes(geometry.wkb)))
    except (GDALException, shapely.errors.GEOSException):
        return ContourRow(line, fields, None, False, _("Le contour n’est pas un polygone lisible."))
    if shape.is_empty:  # older GDAL gives none
        return ContourRow(line, fields, None, False, _("Le contour manque."))
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return ContourRow(
            line, fields, None, False, _("Le contour a des coordonnées qui ne sont pas des nombres.")
        )
    if to_degrees is not None:
        shape = shapely.transform(shape, lambda xy: np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1])))
    # one by one: where two of its polygons overlap, a repair of the whole would leave a hole
    parts = [part for polygon in _polygons(shape) for part in _polygons(shapely.make_valid(polygon))]
    if not parts:
        return ContourRow(line, fields, None, False, _("Il faut un polygone, pas un point ni une ligne."))
    polygons = shapely.MultiPolygon(_polygons(shapely.union_all(parts)))
    return ContourRow(line, fields, polygons, not shapely.is_valid(shape), "")


def _polygons(shape: BaseGeometry) -> list[shapely.Polygon]:
    """The polygons of a geometry, however deep in its collections; lines and points are dropped."""
    if isinstance(shape, shapely.Polygon):
        return [shape]
    return [polygon for part in getattr(shape, "geoms", ()) for polygon in _polygons(part)]


def _text(feature: Feature, name: str) -> str:
    try:
        value = feature.get(name)
    except DjangoUnicodeDecodeError as error:  # a shapefile in the old Western encoding
        value = error.object.decode("cp1252", "replace")
    text = "" if value is None else str(value).strip()
    if "Ã" in text:  # UTF-8 in a shapefile that does not say so
        try:
            return text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return text
    return text
