"""Valid, plain objects for the tests of this app and of those above."""

from typing import Any

from django.contrib.gis.geos import MultiPolygon, Polygon

from maillage.territories.models import Qpv


def square(lon: float, lat: float, half_side: float = 0.005) -> MultiPolygon:
    """A square around (lon, lat), SRID 4326; half_side in degrees."""
    box = Polygon.from_bbox((lon - half_side, lat - half_side, lon + half_side, lat + half_side))
    return MultiPolygon(box, srid=4326)


def make_qpv(*, schematic: bool = False, **values: Any) -> Qpv:
    """A QPV of 2024 in the centre of Nantes; `schematic` gives it a code of the demo."""
    values.setdefault("generation", 2024)
    prefix = "EX" if schematic else {2015: "QP0440", 2024: "QN0440"}[values["generation"]]
    values.setdefault("code", f"{prefix}{Qpv.objects.count() + 1:02d}")
    values.setdefault("nom", "Quartier")
    values.setdefault("contour", square(-1.5536, 47.2184))
    return Qpv.objects.create(is_schematic=schematic, **values)
