from pathlib import Path

from django.utils.translation import gettext as _

from maillage.core.imports.errors import BadFile
from maillage.core.imports.maps import GeoJsonSource, KmlSource, UmapSource
from maillage.core.imports.sniffing import FORMATS, sniff
from maillage.core.imports.source import Source
from maillage.core.imports.tables import CsvSource, XlsxSource

SOURCES: dict[str, type[Source]] = {
    "umap": UmapSource,
    "geojson": GeoJsonSource,
    "csv": CsvSource,
    "xlsx": XlsxSource,
    "kml": KmlSource,
}


def open_source(path: Path, format: str = "auto") -> Source:
    """The reader of the file at `path`, by its content, or as `format` says. Raises BadFile, in words for its owner."""
    found = sniff(path)
    if format not in ("auto", *FORMATS):
        raise BadFile(
            _("Le format « %(format)s » est inconnu. Formats possibles : %(formats)s.")
            % {"format": format, "formats": "auto, " + ", ".join(FORMATS)}
        )
    if format not in ("auto", found) and {format, found} != {"umap", "geojson"}:
        raise BadFile(
            _(
                "Le fichier est en %(found)s, pas en %(format)s. Laissez le format « auto » ou donnez l’autre fichier."
            )
            % {"found": found, "format": format}
        )
    return SOURCES[found if format == "auto" else format](path)
