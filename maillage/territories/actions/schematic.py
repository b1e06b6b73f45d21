"""The QPV that the demo names, drawn as small schematic outlines: never to be taken for official ones."""

import math

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import transaction

from maillage.core.imports import Report
from maillage.territories.actions.names import refresh_search_names
from maillage.territories.models import Qpv

GENERATION = 2024
# code, name, commune, longitude and latitude near the middle. Named by « L'ÉCO des quartiers n° 2 » (RNCRPV, 2019)
NAMED = (
    ("EX1305501", "La Bricarde", "13055", 5.3583, 43.3686),
    ("EX1730001", "Villeneuve-les-Salines", "17300", -1.1197, 46.1544),
    ("EX3523801", "Maurepas", "35238", -1.6597, 48.1277),
    ("EX4418401", "La Bouletterie", "44184", -2.2412, 47.2742),
)
# the outline's corners, as shares of its radius: plainly not a survey
CORNERS = (1, 0.82, 0.95, 0.74, 0.9, 0.8, 1, 0.7)
RADIUS_M = 330
METRES_A_DEGREE = 111_320


@transaction.atomic
def load_schematic_qpv() -> Report:
    """Draw the demo's QPV that are missing, as « périmètre schématique (exemple) ». Doing it again changes nothing.

    Their codes start with EX, which the database keeps apart from official codes; an official import leaves them.
    Expects the communes of `territories load`.
    """
    report = Report()
    for code, nom, commune, lon, lat in NAMED:
        report.read += 1
        _qpv, created = Qpv.objects.get_or_create(
            code=code,
            generation=GENERATION,
            defaults={
                "nom": nom,
                "commune_id": commune,
                "contour": _outline(lon, lat),
                "is_schematic": True,
            },
        )
        report.created += created
        report.unchanged += not created
    if report.created:
        refresh_search_names("qpv")
    return report


@transaction.atomic
def forget_schematic_qpv() -> int:
    """Delete every schematic outline, for an instance that has the official ones; says how many."""
    count, _by_model = Qpv.objects.filter(is_schematic=True).delete()
    refresh_search_names("qpv")
    return count


def _outline(lon: float, lat: float) -> MultiPolygon:
    """An eight-cornered outline around (lon, lat), SRID 4326."""
    corners = []
    for rank, share in enumerate(CORNERS):
        angle = 2 * math.pi * rank / len(CORNERS)
        radius = share * RADIUS_M / METRES_A_DEGREE
        corners.append(
            (
                round(lon + radius * math.cos(angle) / math.cos(math.radians(lat)), 6),
                round(lat + radius * math.sin(angle), 6),
            )
        )
    return MultiPolygon(Polygon([*corners, corners[0]]), srid=4326)
