"""Maps: GeoJSON, uMap, KML and KMZ."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import ijson
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _

from maillage.core.imports.encodings import decodes
from maillage.core.imports.errors import BadFile
from maillage.core.imports.source import Row, Source
from maillage.core.imports.zips import open_zip

LAYER = "calque"  # the column in which the layer or the folder of an object comes
LOOKED_AT = 200  # objects, to know the columns
LONGEST_PEEK = 4096
LONGEST_LINE = 2**20
NOT_A_NUMBER = re.compile(rb"[\[,:]\s*-?(?:NaN|Infinity)\b")
SHAPES = ("Point", "LineString", "Polygon", "MultiGeometry")


class MapSource(Source):
    """A file of objects with a geometry each; the columns are the properties of the first ones."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._file: BinaryIO | None = None
        names: dict[str, None] = {}
        some = False
        for row in islice(self.rows(), LOOKED_AT):
            some = True
            names.update(dict.fromkeys(row.values))
        if not some:
            raise BadFile(_("Cette carte ne contient aucun objet. Exportez-la de nouveau avec ses données."))
        self._columns = list(names)

    @property
    def columns(self) -> list[str]:
        return self._columns

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        with self.path.open("rb") as file:
            self._file = file
            try:
                yield skip_mark(file)
            finally:
                self._file = None

    def read_share(self) -> float:
        return self._file.tell() / self.size if self._file and self.size else 1.0


def skip_mark(file: BinaryIO) -> BinaryIO:
    """`file` after its byte-order mark, if it has one."""
    if file.read(3) != b"\xef\xbb\xbf":
        file.seek(0)
    return file


class JsonSource(MapSource):
    """A map in JSON."""

    _options: dict[str, Any] = {"use_float": True}

    def _events(self, file: BinaryIO) -> Any:
        return file

    def _objects(self, prefix: str) -> Iterator[Any]:
        with self._opened() as file:
            try:
                yield from ijson.items(self._events(file), prefix, **self._options)
            except (ijson.JSONError, UnicodeDecodeError, RecursionError, ValueError) as error:
                raise BadFile(wrong_in_json(self.path)) from error


class GeoJsonSource(JsonSource):
    """A FeatureCollection, a lone Feature, or a plain list of them (RFC 7946: longitude first, degrees)."""

    format = "geojson"

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            start = skip_mark(file).read(LONGEST_PEEK)
        if start.lstrip()[:1] == b"[":
            self._prefix = "item"
        else:
            # a lone Feature says « features » nowhere
            self._prefix = (
                ""
                if re.search(rb'"type"\s*:\s*"Feature"', start) and not has_features(path)
                else "features.item"
            )
        crs = re.search(rb'"crs"\s*:\s*\{[^{}]*\{[^{}]*"name"\s*:\s*"([^"]*)"', start)
        if crs and not re.search(rb"CRS84|4326", crs[1]):
            raise BadFile(
                _("Les coordonnées sont en %(crs)s. Exportez la couche en WGS 84 (EPSG:4326), en degrés.")
                % {"crs": crs[1].decode("ascii", "replace")[:60]}
            )
        super().__init__(path)

    def rows(self) -> Iterator[Row]:
        for rank, feature in enumerate(self._objects(self._prefix), 1):
            yield feature_row(rank, feature)


def wrong_in_json(path: Path) -> str:
    """Why a file is no JSON, in words for its owner."""
    if not decodes(path, "utf-8"):
        return _("Ce fichier JSON n’est pas en UTF-8. Enregistrez-le en UTF-8, puis réessayez.")
    with path.open("rb") as file:
        if any(NOT_A_NUMBER.search(line) for line in iter(lambda: file.readline(LONGEST_LINE), b"")):
            return _(
                "Ce fichier contient « NaN » ou « Infinity », que JSON ne connaît pas. Remplacez-les par « null »."
            )
    return _("Ce fichier JSON est abîmé ou incomplet. Exportez-le de nouveau, puis réessayez.")


def has_features(path: Path) -> bool:
    """Whether the file's outermost object has a member « features »."""
    with path.open("rb") as file:
        try:
            return any(
                event == "map_key" and value == "features" and prefix == ""
                for prefix, event, value in ijson.parse(skip_mark(file))
            )
        except ijson.JSONError:
            return True  # the reader says what is wrong


class UmapSource(JsonSource):
    """A whole uMap map (.umap): the objects of every layer, in the file's order."""

    format = "umap"
    _options: dict[str, Any] = {}  # given to the parser of events

    def __init__(self, path: Path) -> None:
        self._layers: dict[int, str] = {}
        uri, rank = "", -1
        with path.open("rb") as file:
            try:
                for prefix, event, value in ijson.parse(skip_mark(file)):
                    if prefix == "uri" and isinstance(value, str):
                        uri = value
                    elif prefix == "layers.item" and event == "start_map":
                        rank += 1
                    elif prefix in (
                        "layers.item.properties.name",
                        "layers.item._umap_options.name",
                    ) and isinstance(value, str):
                        self._layers[rank] = value
            except ijson.JSONError:
                pass  # the reader says what is wrong
        self.origin = re.sub(r"[#?].*", "", uri)
        super().__init__(path)

    def rows(self) -> Iterator[Row]:
        self._rank = -1
        for line, feature in enumerate(self._objects("layers.item.features.item"), 1):
            row = feature_row(line, feature)
            if not row.problem and self._layers.get(self._rank):
                row.values.setdefault(LAYER, self._layers[self._rank])
            yield row

    def _events(self, file: BinaryIO) -> Iterator[tuple[str, str, Any]]:
        """The parser's events, noting on the way which layer they are in."""
        for event in ijson.parse(file, use_float=True):
            if event[0] == "layers.item" and event[1] == "start_map":
                self._rank += 1
            yield event


def feature_row(rank: int, feature: Any) -> Row:
    """One GeoJSON feature as a row; its own identifier, when it has one, is the value « id »."""
    if not isinstance(feature, dict) or feature.get("type", "Feature") != "Feature":
        return Row(rank, {}, None, _("ce n’est pas un objet de carte (« Feature »)"))
    properties = feature.get("properties")
    values = {}
    if isinstance(properties, dict):
        values = flattened({name: value for name, value in properties.items() if not name.startswith("_")})
    if feature.get("id") not in (None, ""):
        values.setdefault("id", feature["id"])
    geometry = feature.get("geometry")
    return Row(rank, values, geometry if isinstance(geometry, dict) else None)


def flattened(properties: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Objects within objects as one level: {"lieu": {"code": 1}} gives the column « lieu.code »."""
    found: dict[str, Any] = {}
    for name, value in properties.items():
        if isinstance(value, dict) and before.count(".") < 3:
            found.update(flattened(value, f"{before}{name}."))
        else:
            found[f"{before}{name}"] = value
    return found


class KmlSource(MapSource):
    """A KML file, or a KMZ: its Placemarks, with the folder that holds each as its layer."""

    format = "kml"

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        with super()._opened() as file:
            if file.read(2) != b"PK":
                file.seek(0)
                yield file
                return
            archive = open_zip(file)
            with archive.open(kml_in(archive.namelist())) as inner:
                yield inner  # type: ignore[misc]

    def rows(self) -> Iterator[Row]:
        rank = 0
        folders: list[str] = []
        path: list[Any] = []
        with self._opened() as file:
            try:
                for event, element in ElementTree.iterparse(file, events=("start", "end"), forbid_dtd=True):
                    tag = local(element.tag)
                    if event == "start":
                        path.append(element)
                        if tag in ("Folder", "Document"):
                            folders.append("")
                        continue
                    path.pop()
                    if tag == "Placemark":
                        rank += 1
                        yield placemark_row(rank, element, folders[-1] if folders else "")
                    elif tag in ("Folder", "Document"):
                        folders.pop()
                    elif tag == "name" and path and local(path[-1].tag) == "Folder":
                        folders[-1] = element.text or ""
                    if path and tag in ("Placemark", "Folder", "Style", "StyleMap"):
                        path[-1].remove(element)  # so that memory stays flat
            except DefusedXmlException as error:
                raise BadFile(
                    _("Ce fichier KML contient des entités interdites. Exportez-le de nouveau.")
                ) from error
            # an encoding that does not exist, or that the parser cannot read
            except (ElementTree.ParseError, LookupError, ValueError) as error:
                raise BadFile(
                    _("Ce fichier KML est abîmé ou incomplet. Exportez-le de nouveau, puis réessayez.")
                ) from error


def kml_in(names: list[str]) -> str:
    """Of the files of a KMZ, the one to read: « doc.kml » when there is one. A Mac's own copies are no maps."""
    found = [name for name in names if name.lower().endswith(".kml") and not name.startswith("__MACOSX/")]
    return next((name for name in found if name.lower() == "doc.kml"), found[0])


def local(tag: str) -> str:
    return tag.rpartition("}")[2]


def placemark_row(rank: int, placemark: Any, folder: str) -> Row:
    values: dict[str, Any] = {}
    geometry: dict[str, Any] | None = None
    if placemark.get("id"):
        values["id"] = placemark.get("id")
    for element in placemark.iter():
        tag = local(element.tag)
        if tag in ("name", "description", "address", "phoneNumber") and tag not in values:
            values[tag] = element.text or ""
        elif tag == "Data" and element.get("name"):
            values[element.get("name")] = next((c.text or "" for c in element if local(c.tag) == "value"), "")
        elif tag == "SimpleData" and element.get("name"):
            values[element.get("name")] = element.text or ""
        elif tag in SHAPES and geometry is None:
            geometry = kml_geometry(element, tag)
    if folder:
        values.setdefault(LAYER, folder)
    return Row(rank, values, geometry)


def kml_geometry(element: Any, tag: str) -> dict[str, Any]:
    """GeoJSON of a KML geometry; of a polygon its first ring, of several shapes only that they are several."""
    if tag == "MultiGeometry":
        shapes = [child for child in element if local(child.tag) in SHAPES]
        if len(shapes) == 1 and local(shapes[0].tag) != tag:
            return kml_geometry(shapes[0], local(shapes[0].tag))
        return {"type": "GeometryCollection"}
    written = next((child.text or "" for child in element.iter() if local(child.tag) == "coordinates"), "")
    points: list[list[float]] = []
    # « 2.35, 48.85 » is often written by hand
    for part in re.sub(r"\s*,\s*", ",", written).split():
        try:
            points.append([float(number) for number in part.split(",")[:2]])
        except ValueError:
            return {"type": tag, "coordinates": []}
    if tag == "Point":
        return {"type": tag, "coordinates": points[0] if points else []}
    return {"type": tag, "coordinates": points if tag == "LineString" else [points]}
