"""From what a person types or points at to the territories that a fiche needs."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Func, Q, Value
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.initiatives.models import Initiative
from maillage.territories.models import Commune, Departement, Qpv, Region
from maillage.territories.queries import locate, search_places

LATEST_QPV_FIRST = "-generation"


class NoCommuneThere(DomainError):
    """The point is at sea or abroad, or where no contour tells which commune it is."""


@dataclass(frozen=True)
class Found:
    """One territory that a text may mean."""

    kind: str  # commune, departement or region
    code: str
    name: str
    detail: str


def _plain(value: str) -> str:
    """Hyphens, apostrophes and « st » do not count."""
    words = re.sub(r"[-'’\s]+", " ", value).strip()
    return re.sub(r"\b([Ss])(te?)\b\.?", lambda m: "Saint" if m[2] == "t" else "Sainte", words)


def _plain_column(name: str) -> Func:
    spaced = Func(name, Value(r"[-''’]+"), Value(" "), Value("g"), function="regexp_replace")
    return Func(spaced, function="maillage_plain", output_field=CharField())


def communes_named(text: str, *, limit: int = 8) -> list[Found]:
    """The communes that have this name, postal code or Insee code, most peopled first; « Nom (95268) » gives the one."""
    text = text.strip()
    if coded := re.search(r"\((\d[\dAB]\d{3})\)\s*$", text):
        text = coded[1]
    rows = Commune.objects.select_related("departement")
    if re.fullmatch(r"\d[\dABab]\d{3}", text):
        # a postal code where there is one, so that 35000 is Rennes
        by_post = rows.filter(postal_codes__contains=[text]) if not coded else rows.none()
        rows = by_post if by_post.exists() else rows.filter(pk=text.upper())
    else:
        name = Func(Value(_plain(text)), function="maillage_plain", output_field=CharField())
        rows = rows.annotate(plain=_plain_column("nom")).filter(Q(plain=name))
    found = list(rows.order_by("-population", "code")[:limit])
    if not found and not coded:  # the beginning of a name, a typing mistake
        likely = [place.code for place in search_places(text, limit) if place.kind == "commune"]
        found = sorted(
            Commune.objects.select_related("departement").filter(pk__in=likely),
            key=lambda row: likely.index(row.pk),
        )
    return [
        Found("commune", row.code, row.nom, row.departement.nom if row.departement else "") for row in found
    ]


def wider_named(kind: str, text: str) -> list[Found]:
    """The départements or régions (`kind`) that have this name or code."""
    model: Any = {"departement": Departement, "region": Region}[kind]
    code = re.sub(r".*\(([\dAB]{2,3})\)\s*$", r"\1", text.strip())
    name = Func(Value(_plain(text)), function="maillage_plain", output_field=CharField())
    rows = model.objects.annotate(plain=_plain_column("nom")).filter(Q(plain=name) | Q(pk=code.upper()))
    return [Found(kind, row.code, row.nom, "") for row in rows[:8]]


def place_at(lon: float, lat: float, *, address: str = "") -> dict[str, Any]:
    """The `place` value of a precise point. Raises NoCommuneThere, or InvalidPosition when its coordinates are exchanged."""
    found = locate(lon, lat)
    commune = found.arrondissement or found.commune
    if commune is None:
        raise NoCommuneThere(
            _("Plusieurs communes partagent le contour où est ce point : écrivez seulement la commune.")
            if found.departement
            else _(
                "Ce point n’est dans aucune commune française : il est en mer ou à l’étranger. Corrigez-le, ou écrivez seulement la commune."
            )
        )
    latest = max(found.qpv, key=lambda qpv: qpv.generation, default=None)
    return {
        "scope": Initiative.Scope.ADDRESS.value,
        "lon": round(lon, 6),
        "lat": round(lat, 6),
        "address": address,
        "commune": commune.code,
        "qpv": latest and Qpv.objects.only("pk").get(code=latest.code, generation=latest.generation).pk,
        "departement": found.departement and found.departement.code,
        "region": found.region and found.region.code,
    }


def place_in(commune: Commune, *, address: str = "") -> dict[str, Any]:
    """The `place` value of something known to be in a commune: drawn at its town hall."""
    point = commune.town_hall
    return _place(Initiative.Scope.COMMUNE, commune, (point.x, point.y), address, None)


def place_of_qpv(code: str, name: str) -> dict[str, Any] | None:
    """The `place` value of something known to be in a priority neighbourhood: drawn inside it.

    None unless `code` is a neighbourhood called `name` (what the field still says: someone may have typed over it).
    """
    qpv = Qpv.objects.filter(code=code).order_by(LATEST_QPV_FIRST).first()
    if qpv is None or _plain(qpv.nom).lower() != _plain(name).lower():
        return None
    point = qpv.contour.point_on_surface
    try:
        commune = qpv.commune or Commune.objects.get(pk=place_at(point.x, point.y)["commune"])
    except NoCommuneThere:
        return None
    return _place(Initiative.Scope.QPV, commune, (point.x, point.y), "", qpv)


def place_wide(scope: str, code: str | None) -> dict[str, Any]:
    """The `place` value of a département's, a région's or a national initiative: no point."""
    departement = Departement.objects.filter(pk=code).first() if scope == "departement" else None
    region = departement.region_id if departement else (code if scope == "region" else None)
    return {
        "scope": scope,
        "lon": None,
        "lat": None,
        "address": "",
        "commune": None,
        "qpv": None,
        "departement": departement.pk if departement else None,
        "region": region,
    }


def _place(
    scope: str, commune: Commune, point: tuple[float, float], address: str, qpv: Qpv | None
) -> dict[str, Any]:
    departement = commune.departement
    return {
        "scope": str(scope),
        "lon": round(point[0], 6),
        "lat": round(point[1], 6),
        "address": address,
        "commune": commune.pk,
        "qpv": qpv.pk if qpv else None,
        "departement": departement.pk if departement else None,
        "region": departement.region_id if departement else None,
    }
