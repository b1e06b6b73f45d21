"""Any selection as a file: GeoJSON, CSV, XLSX, uMap. The same records as the API, streamed."""

from maillage.initiatives.exports.geo import geojson, umap
from maillage.initiatives.exports.tables import csv_file, xlsx_file

FORMATS = {
    "geojson": (geojson, "application/geo+json"),
    "csv": (csv_file, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_file, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "umap": (umap, "application/json"),
}

__all__ = ["FORMATS", "csv_file", "geojson", "umap", "xlsx_file"]
