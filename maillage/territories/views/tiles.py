"""Tiles of the base map. They bypass the acting middleware: a kept tile never opens a transaction."""

import re

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maillage.core.acting import acting_as
from maillage.core.tiles import TileOutside, check_tile, drawn_tile, kept_tile
from maillage.territories import basemap
from maillage.territories.queries.basemap import LAST_ZOOM, drawing_versions

LAYER = re.compile(r"contours|qpv(?:-(?P<generation>\d{4}))?")


@login_not_required
@require_safe
def tile(request: HttpRequest, layer: str, z: int, x: int, y: int) -> HttpResponse:
    """One tile of `contours`, of `qpv` or of one generation of them (`qpv-2015`), as SVG."""
    asked = LAYER.fullmatch(layer)
    try:
        check_tile(z, x, y, last_zoom=LAST_ZOOM)
    except TileOutside:
        asked = None
    if asked is None:
        return HttpResponse(
            _("Cette tuile n’existe pas : vérifiez la couche, le zoom et les numéros de la tuile."),
            status=400,
            content_type="text/plain; charset=utf-8",
        )
    if kept := kept_tile(request, layer, z, x, y):
        return kept
    with acting_as(None, read_only=True):
        version = drawing_versions()["contours" if layer == "contours" else "qpv"]
        if layer == "contours":
            return drawn_tile(request, layer, version, (z, x, y), lambda: basemap.contours_tile(z, x, y))
        generation = int(asked["generation"]) if asked["generation"] else None
        return drawn_tile(request, layer, version, (z, x, y), lambda: basemap.qpv_tile(z, x, y, generation))
