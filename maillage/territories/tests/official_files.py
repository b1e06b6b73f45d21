"""QPV files as publishers make them, written without GDAL: GeoJSON, shapefile and GeoPackage in any projection."""

import json
import sqlite3
import struct
import zipfile
from pathlib import Path

import pyproj
import shapely

HOUSE = [(2.34, 48.90), (2.35, 48.90), (2.35, 48.905), (2.345, 48.91), (2.34, 48.905), (2.34, 48.90)]
BOW_TIE = [(2.34, 48.90), (2.35, 48.91), (2.35, 48.90), (2.34, 48.91), (2.34, 48.90)]
TWO_ROWS = (
    ({"code_qp": "QP093001", "nom_qp": "Les Bleuets d’été", "code_commune": "93066"}, HOUSE),
    ({"code_qp": "QP093002", "nom_qp": "Le Nœud", "code_commune": "93066"}, BOW_TIE),
)


def project(ring, epsg):
    """The ring, from longitude and latitude to another reference system."""
    if epsg == 4326:
        return [list(p) for p in ring]
    to = pyproj.Transformer.from_crs(4326, epsg, always_xy=True)
    return [list(to.transform(*p)) for p in ring]


def feature(fields, ring):
    geometry = ring if isinstance(ring, dict) or ring is None else {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": fields, "geometry": geometry}


def geojson(path: Path, rows=TWO_ROWS, *, epsg=4326, says_crs=False) -> Path:
    """A GeoJSON file; `geometry` of a row may be a ring, a whole geometry or None."""
    features = [feature(f, project(r, epsg) if isinstance(r, list) else r) for f, r in rows]
    crs = (
        {"crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}} if says_crs else {}
    )
    path.write_text(json.dumps({"type": "FeatureCollection", **crs, "features": features}), encoding="utf-8")
    return path


def zipped_shapefile(path: Path, rows=TWO_ROWS, *, epsg=2154, encoding="utf-8") -> Path:
    """A zipped shapefile inside a folder, its field names cut at ten characters, with its .prj."""
    shapes, index, table = b"", b"", b""
    names = list(rows[0][0])
    for number, (fields, ring) in enumerate(rows, 1):
        points = project(ring, epsg)
        xs, ys = zip(*points, strict=True)
        content = struct.pack("<i4d2ii", 5, min(xs), min(ys), max(xs), max(ys), 1, len(points), 0)
        content += b"".join(struct.pack("<2d", *p) for p in points)
        index += struct.pack(">2i", 50 + len(shapes) // 2, len(content) // 2)
        shapes += struct.pack(">2i", number, len(content) // 2) + content
        table += b" " + b"".join(fields[n].encode(encoding).ljust(80)[:80] for n in names)
    every = [p for _, ring in rows for p in project(ring, epsg)]
    xs, ys = zip(*every, strict=True)
    box = struct.pack("<2i8d", 1000, 5, min(xs), min(ys), max(xs), max(ys), 0, 0, 0, 0)

    def headed(body):
        return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, 50 + len(body) // 2) + box + body

    columns = b"".join(struct.pack("<11sc4xBB14x", n[:10].encode(), b"C", 80, 0) for n in names)
    head = struct.pack("<4BIHH20x", 3, 24, 1, 1, len(rows), 33 + 32 * len(names), 1 + 80 * len(names))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("qp/QP_METROPOLE.shp", headed(shapes))
        archive.writestr("qp/QP_METROPOLE.shx", headed(index))
        archive.writestr("qp/QP_METROPOLE.dbf", head + columns + b"\r" + table + b"\x1a")
        archive.writestr("qp/QP_METROPOLE.prj", pyproj.CRS.from_epsg(epsg).to_wkt("WKT1_ESRI"))
        archive.writestr("lisez-moi.txt", "Source : ANCT")
    return path


def geopackage(path: Path, rows=TWO_ROWS, *, epsg=2154) -> Path:
    """A GeoPackage of one layer."""
    names = list(rows[0][0])
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as db:
        db.executescript(
            f"""
            PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;
            CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,
                organization_coordsys_id INTEGER, definition TEXT, description TEXT);
            INSERT INTO gpkg_spatial_ref_sys VALUES ('x', {epsg}, 'EPSG', {epsg}, '{pyproj.CRS.from_epsg(epsg).to_wkt("WKT1_GDAL")}', '');
            CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, description TEXT,
                last_change DATETIME, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
            CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER,
                z TINYINT, m TINYINT);
            INSERT INTO gpkg_contents VALUES ('qp', 'features', 'qp', '', '2024-01-01T00:00:00Z', NULL, NULL, NULL, NULL, {epsg});
            INSERT INTO gpkg_geometry_columns VALUES ('qp', 'geom', 'POLYGON', {epsg}, 0, 0);
            CREATE TABLE qp (fid INTEGER PRIMARY KEY, geom BLOB, {", ".join(f'"{n}" TEXT' for n in names)});
            """
        )
        for fields, ring in rows:
            blob = b"GP\0\1" + struct.pack("<i", epsg) + shapely.to_wkb(shapely.Polygon(project(ring, epsg)))
            marks = ", ".join("?" * (len(names) + 1))
            db.execute(
                f"INSERT INTO qp (geom, {', '.join(names)}) VALUES ({marks})", [blob, *fields.values()]
            )
    return path
