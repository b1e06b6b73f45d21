"""Where a line of a file says an initiative is."""

from collections import defaultdict
from collections.abc import Container
from functools import cached_property
from typing import Any, NamedTuple

import shapely
import shapely.errors
from django.utils.translation import gettext as _

from maillage.core.imports.values import plain
from maillage.initiatives.models import Initiative
from maillage.territories.models import Commune, Departement, Region

Scope = Initiative.Scope
# west, south, east, north of the lands of France: outside these boxes, no need to ask PostGIS
LANDS = (
    (-5.6, 41.2, 9.9, 51.3),  # Hexagone and Corse
    (-63.4, 14.2, -60.6, 18.3),  # Guadeloupe, Martinique, Saint-Martin, Saint-Barthélemy
    (-54.8, 2.0, -51.4, 6.0),  # Guyane
    (55.0, -21.6, 56.0, -20.7),  # La Réunion
    (44.8, -13.2, 45.5, -12.4),  # Mayotte
    (-56.7, 46.6, -56.0, 47.3),  # Saint-Pierre-et-Miquelon
    (-155.0, -28.2, -134.0, -7.7),  # Polynésie française
    (163.0, -23.2, 168.5, -17.8),  # Nouvelle-Calédonie
    (-178.5, -14.7, -175.8, -12.9),  # Wallis-et-Futuna
)
SURFACES = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")
SEVERAL = ("MultiPoint", "GeometryCollection")
SCOPES = {
    plain(word): scope
    for scope, words in {
        Scope.ADDRESS: ("adresse", "à une adresse", "point", "address"),
        Scope.QPV: ("quartier", "qpv", "dans un quartier"),
        Scope.COMMUNE: ("commune", "position à la commune", "ville", "mairie"),
        Scope.DEPARTEMENT: ("département", "départementale", "départemental"),
        Scope.REGION: ("région", "régionale", "régional"),
        Scope.NATIONAL: ("national", "nationale", "france", "france entière"),
    }.items()
    for word in (*words, scope.value, str(scope.label))
}


class Refused(Exception):
    """One field of one line cannot be taken; the message is in French and says what to change."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


class PointRead(NamedTuple):
    """Longitude, latitude in degrees (SRID 4326), rounded to a centimetre; whether it was computed from a surface."""

    lon: float
    lat: float
    computed: bool = False


def in_lands(lon: float, lat: float) -> bool:
    """Whether the point is near a land of France; abroad is possible too, PostGIS says."""
    return any(west <= lon <= east and south <= lat <= north for west, south, east, north in LANDS)


def checked(lon: float, lat: float) -> PointRead:
    """The point, if it may be in France. Raises Refused, with a suggestion when the two numbers are swapped."""
    if abs(lon) < 1e-6 and abs(lat) < 1e-6:
        raise Refused(
            "lat", _("la position (0, 0) n’est pas un lieu : donnez les coordonnées, ou la commune")
        )
    if in_lands(lon, lat):
        return PointRead(round(lon, 7), round(lat, 7))
    if in_lands(lat, lon):
        raise Refused(
            "lat",
            _(
                "latitude et longitude semblent inversées : vérifiez les colonnes (ici, longitude %(lon)s et latitude %(lat)s)"
            )
            % {"lon": shown(lat), "lat": shown(lon)},
        )
    if abs(lon) > 180 or abs(lat) > 90:
        raise Refused(
            "lat",
            _(
                "%(lon)s, %(lat)s ne sont pas des degrés (des mètres, en Lambert 93 ?) : donnez longitude et latitude WGS 84"
            )
            % {"lon": shown(lon), "lat": shown(lat)},
        )
    raise Refused("lat", outside(lon, lat))


def outside(lon: float, lat: float) -> str:
    return _(
        "hors de France (longitude %(lon)s, latitude %(lat)s) : corrigez la position, ou retirez la ligne"
    ) % {
        "lon": shown(lon),
        "lat": shown(lat),
    }


def shown(degrees: float) -> str:
    return f"{degrees:.5f}".rstrip("0").rstrip(".").replace(".", ",")


def point_of(geometry: dict[str, Any], *, centroid: bool) -> PointRead:
    """The point of a GeoJSON geometry; of a surface, a point inside it when `centroid` asks for one. Raises Refused."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    members = geometry.get("geometries")
    if (
        kind == "GeometryCollection"
        and isinstance(members, list)
        and len(members) == 1
        and is_shape(members[0])
    ):
        geometry = members[0]
        kind, coordinates = geometry["type"], geometry.get("coordinates")
    if kind == "MultiPoint" and isinstance(coordinates, list) and len(coordinates) == 1:
        kind, coordinates = "Point", coordinates[0]
    if kind != "GeometryCollection" and are_empty(coordinates):
        raise Refused(
            "geometry", _("les coordonnées sont vides : placez le point sur la carte, ou retirez l’objet")
        )
    if kind == "Point":
        try:
            lon, lat = (float(number) for number in coordinates[:2])  # type: ignore[index]
        except (TypeError, ValueError, LookupError) as error:
            raise Refused(
                "geometry", _("les coordonnées ne sont pas deux nombres : replacez le point")
            ) from error
        return checked(lon, lat)
    if kind in SURFACES and centroid:
        try:
            inside = shapely.geometry.shape(geometry).representative_point()
        except (ValueError, TypeError, LookupError, AttributeError, shapely.errors.ShapelyError) as error:
            raise Refused(
                "geometry", _("la surface ne se lit pas : redessinez-la, ou donnez un point")
            ) from error
        return checked(inside.x, inside.y)._replace(computed=True)
    if kind in SURFACES:
        raise Refused(
            "geometry",
            _("une surface est donnée, il faut un point : placez-en un, ou demandez le centre des surfaces"),
        )
    if kind in LINES:
        raise Refused(
            "geometry", _("une ligne est donnée, il faut un point : placez-en un, ou retirez l’objet")
        )
    if kind in SEVERAL:
        raise Refused(
            "geometry",
            _("plusieurs formes sont données, il faut un point : placez-en un, ou retirez l’objet"),
        )
    raise Refused("geometry", _("la forme ne se comprend pas : placez un point, ou retirez l’objet"))


def is_shape(member: Any) -> bool:
    """Whether a member of a collection is one shape, and no collection again."""
    return isinstance(member, dict) and member.get("type") in ("Point", "MultiPoint", *SURFACES, *LINES)


def are_empty(coordinates: Any, deepest: int = 5) -> bool:
    """Whether nested coordinates hold no number; no geometry nests them more than `deepest` times."""
    if not isinstance(coordinates, list):
        return coordinates is None
    return deepest == 0 or all(are_empty(part, deepest - 1) for part in coordinates[:4])


class Territories:
    """Communes, départements and régions by what people write, read once a file."""

    def prepare(self, fields: Container[str]) -> None:
        """Read what lines with these fields will ask for: during a COPY the connection answers nothing else."""
        needed = [
            ("code_insee", "communes"),
            ("commune", "communes"),
            ("commune", "by_name"),
            ("commune", "postal_codes"),
        ]
        for field, table in needed:
            if field in fields:
                getattr(self, table)
        for table in ("departements", "regions"):
            getattr(self, table)

    @cached_property
    def communes(self) -> dict[str, str]:
        """Name by Insee code, arrondissements included."""
        return dict(Commune.objects.values_list("code", "nom"))

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for code, name in Commune.objects.filter(kind="COM").order_by("code").values_list("code", "nom"):
            found[self.name(name)].append(code)
        return found

    @cached_property
    def postal_codes(self) -> dict[str, set[str]]:
        return {
            code: set(postal)
            for code, postal in Commune.objects.filter(kind="COM").values_list("code", "postal_codes")
        }

    @staticmethod
    def name(written: str) -> str:
        """« St-Étienne » is « saint etienne »."""
        words = plain(written).split()
        return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)

    @cached_property
    def departements(self) -> dict[str, str]:
        return coded(Departement.objects.values_list("code", "nom"))

    @cached_property
    def regions(self) -> dict[str, str]:
        return coded(Region.objects.values_list("code", "nom"))

    def commune(self, code: str, name: str, postal_code: str) -> str:
        """The Insee code of the commune meant, or nothing when none is. Raises Refused when it is unknown or several."""
        if code:
            code = code.upper().zfill(5)
            if code not in self.communes:
                raise Refused(
                    "code_insee",
                    _(
                        "le code Insee « %(code)s » est inconnu : vérifiez-le (un code postal n’est pas un code Insee)"
                    )
                    % {"code": code[:20]},
                )
            return code
        if not name:
            return ""
        if name.upper() in self.communes:
            return name.upper()
        found = self.by_name.get(self.name(name), [])
        if len(found) > 1 and postal_code:
            found = [code for code in found if postal_code in self.postal_codes[code]]
        if len(found) == 1:
            return found[0]
        if found:
            raise Refused(
                "commune",
                _("plusieurs communes s’appellent « %(name)s » : ajoutez la colonne code_insee (%(codes)s)")
                % {"name": name[:60], "codes": ", ".join(found[:8])},
            )
        raise Refused(
            "commune",
            _("la commune « %(name)s » est inconnue : vérifiez son nom, ou donnez code_insee")
            % {"name": name[:60]},
        )


def coded(rows: Any) -> dict[str, str]:
    """Code by code and by name."""
    found = {}
    for code, name in rows:
        found[plain(code)] = found[plain(name)] = code
    return found
