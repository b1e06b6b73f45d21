"""Maps: GeoJSON (RFC 7946) and uMap's own file, one layer a theme."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from maillage.initiatives.exports.records import address, record
from maillage.initiatives.models import Initiative, Theme

ROWS_AT_ONCE = 500


def feature(row: Initiative) -> dict[str, Any]:
    """One GeoJSON feature; its geometry is null for an initiative without a point."""
    point = row.point
    return {
        "type": "Feature",
        "id": row.pk,
        "geometry": point and {"type": "Point", "coordinates": [round(point.x, 7), round(point.y, 7)]},
        "properties": record(row),
    }


def geojson(rows: QuerySet[Initiative]) -> Iterator[bytes]:
    """A FeatureCollection, one feature a line."""
    yield b'{"type":"FeatureCollection","name":"initiatives","features":[\n'
    yield from _joined(feature(row) for row in rows.iterator(ROWS_AT_ONCE))
    yield b"]}\n"


def umap(rows: QuerySet[Initiative]) -> Iterator[bytes]:
    """A uMap map: each initiative with a point stands in the layer of its first theme, in that theme's colour."""
    head = {
        "type": "umap",
        "properties": {"name": _("Initiatives"), "licence": "", "zoom": 6, "slideshow": {}},
        "geometry": {"type": "Point", "coordinates": [2.5, 46.6]},
    }
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b',"layers":[\n'
    placed = rows.filter(point__isnull=False)
    layers = [
        (theme.name, theme.colour, placed.filter(themes__0=theme.code)) for theme in Theme.objects.all()
    ]
    layers.append((_("Sans thème"), "#51606E", placed.filter(themes=[])))
    for n, (name, colour, members) in enumerate(layers):
        options = {"name": name, "color": colour, "displayOnLoad": True, "browsable": True, "inCaption": True}
        # older instances read _umap_options, newer ones properties
        layer = {"type": "FeatureCollection", "_umap_options": options, "properties": options}
        yield (
            (b",\n" if n else b"") + json.dumps(layer, ensure_ascii=False)[:-1].encode() + b',"features":[\n'
        )
        yield from _joined(_umap_feature(row) for row in members.iterator(ROWS_AT_ONCE))
        yield b"]}"
    yield b"]}\n"


def _umap_feature(row: Initiative) -> dict[str, Any]:
    drawn = feature(row)
    drawn["properties"] = {
        "name": row.title,
        "description": f"{row.summary}\n\n[[{address(row)}|{_('Lire la fiche')}]]",
        "identifiant": row.slug,
        "themes": ";".join(row.themes),
        "commune": row.commune.nom if row.commune else "",
        "source": row.source_name,
        "licence": row.licence,
        "exemple": _("oui") if row.is_example else "",
    }
    return drawn


def _joined(features: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    lines: list[str] = []
    first = True
    for drawn in features:
        lines.append(("" if first else ",\n") + json.dumps(drawn, ensure_ascii=False))
        first = False
        if len(lines) == ROWS_AT_ONCE:
            yield "".join(lines).encode()
            lines = []
    yield "".join(lines).encode()
