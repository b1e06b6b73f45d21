"""The one meaning of « found », shared by the list, the map, the exports and the API."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point, Polygon
from django.contrib.gis.measure import D
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, FloatField, Func, Q, QuerySet, TextField, Value

from maillage.core.search import significant
from maillage.initiatives.models import PHASES, PUBLICS, Initiative, Theme
from maillage.initiatives.queries.criteria import FACETS, Criteria, UnknownCriterion
from maillage.territories.models import Commune, Departement, Qpv

__all__ = [
    "PUBLIC_STATUSES",
    "Criteria",
    "Facets",
    "UnknownCriterion",
    "exported",
    "facet_bits",
    "facets",
    "find",
    "find_part",
    "matching",
]

PUBLIC_STATUSES = (Initiative.Status.PUBLISHED.value, Initiative.Status.TO_CONFIRM.value)


def matching(criteria: Criteria) -> QuerySet[Initiative]:
    """The public initiatives that answer `criteria`, in no order, whatever its sort and page.

    Initiatives without a point (départementales, régionales, nationales) answer to words, facets and to their own
    département or région, never to a contour, a box or a radius.
    """
    return _near(_in_territory(_about(published(), criteria.text), criteria), criteria).filter(
        **{f"{facet}__overlap": list(values) for facet in FACETS if (values := getattr(criteria, facet))}
    )


def published() -> QuerySet[Initiative]:
    """Every initiative that anyone may see."""
    return Initiative.objects.filter(status__in=PUBLIC_STATUSES).defer("search", "origin_values", "facets")


def find(criteria: Criteria) -> QuerySet[Initiative]:
    """`matching(criteria)` in the order of `criteria.order`, ties broken by key, with what a list entry shows.

    With a point, each row carries `distance` in metres on the spheroid (None without a place).
    """
    return _ordering(criteria)(_shown(matching(criteria)))


def find_part(criteria: Criteria, start: int, stop: int) -> QuerySet[Initiative]:
    """`find(criteria)[start:stop]`, cheaper: keys are ranked alone, and only the rows of the part are read whole."""
    ordered = _ordering(criteria)
    keys = ordered(matching(criteria)).values("pk")[start:stop]
    return ordered(_shown(published().filter(pk__in=keys)))


def _shown(rows: QuerySet[Initiative]) -> QuerySet[Initiative]:
    return rows.select_related("commune", "carrier", "departement", "region", "qpv").defer(
        "search",
        "origin_values",
        "body",
        "commune__contour",
        "commune__town_hall",
        "qpv__contour",
    )


def _ordering(criteria: Criteria) -> Callable[[QuerySet[Initiative]], QuerySet[Initiative]]:
    """What puts rows in the order of `criteria.order`, and gives them their distance."""
    origin = _origin(criteria)
    away = {"distance": Distance("point", origin, spheroid=True)} if origin else {}
    rank: dict[str, Any] = {}
    order: list[Any] = [F("published_at").desc(), "pk"]
    if criteria.order == "distance":
        order = [F("distance").asc(nulls_last=True), "pk"]
    elif criteria.order == "pertinence":
        query = _query(criteria.text)
        rank["rank"] = (
            SearchRank(F("search"), query)
            if query is not None and _is_written(query)
            else Func(
                _plain(criteria.text), _plain_title(), function="word_similarity", output_field=FloatField()
            )
        )
        order.insert(0, "-rank")
    return lambda rows: rows.annotate(**away).alias(**rank).order_by(*order)


def exported(criteria: Criteria) -> QuerySet[Initiative]:
    """`find(criteria)` with the texts that a file holds."""
    return (
        find(criteria)
        .defer(None)
        .defer("search", "origin_values", "commune__contour", "commune__town_hall", "qpv__contour")
    )


@dataclass(frozen=True, slots=True)
class Facets:
    """How many initiatives answer, and how many would for each value of each facet.

    The counts of a facet leave its own filter out: the number beside a value not yet chosen is what choosing it
    alone would give. Every known value is there, in its order, zero included.
    """

    total: int
    themes: dict[str, int]
    publics: dict[str, int]
    phases: dict[str, int]


def facets(criteria: Criteria) -> Facets:
    """Total and counts of every facet value, from one scan of the rows that answer the rest of the search."""
    bits = facet_bits()
    rows = matching(criteria.without(*FACETS)).order_by().values("facets")
    counts = {facet: dict.fromkeys(values, 0) for facet, values in bits.items()}
    total = 0
    for facet, value_bits, passes, n in _grouped(rows, criteria, bits):
        if facet == FACETS[0] and passes:
            total += n
        for value, bit in bits[facet].items():
            if value_bits & bit:
                counts[facet][value] += n
    return Facets(total, **counts)


def facet_bits() -> dict[str, dict[str, int]]:
    """The bit of each value of each facet in `Initiative.facets`."""
    return {
        "themes": {
            code: 1 << (16 + bit) for code, bit in Theme.objects.values_list("code", "bit") if bit is not None
        },
        "publics": {value: 1 << (8 + n) for n, value in enumerate(PUBLICS)},
        "phases": {value: 1 << n for n, value in enumerate(PHASES)},
    }


def _grouped(
    rows: QuerySet[Initiative, Any], criteria: Criteria, bits: dict[str, dict[str, int]]
) -> Iterator[tuple[str, int, bool, int]]:
    """For each facet: the sets of its values that occur among the rows that pass the two other facets, as bits; whether
    they pass its own filter; how many rows have them. Nothing is read but the column of bits, from its index."""
    try:
        selected, parameters = rows.query.sql_with_params()
    except EmptyResultSet:  # a text without a word
        return
    masks = {facet: sum(values.values()) for facet, values in bits.items()}
    wanted = {
        facet: sum(values[value] for value in getattr(criteria, facet)) for facet, values in bits.items()
    }
    # the numbers are ours, so they may stand in the statement
    passes = {facet: f"m & {want} <> 0" if want else "true" for facet, want in wanted.items()}
    columns = ", ".join(f"m & {masks[facet]} AS {facet}, {passes[facet]} AS {facet}_ok" for facet in FACETS)
    names = [f"{facet}, {facet}_ok" for facet in FACETS]
    others = [", ".join(f"{other}_ok" for other in FACETS if other != facet) for facet in FACETS]
    sets = ", ".join(f"({name}, {other})" for name, other in zip(names, others, strict=True))
    statement = f"""
        WITH found (m) AS ({selected}), grouped AS (SELECT m, count(*) AS n FROM found GROUP BY m)
        SELECT grouping({", ".join(FACETS)}), {", ".join(names)}, sum(n)::bigint
        FROM (SELECT n, {columns} FROM grouped) AS seen GROUP BY GROUPING SETS ({sets})
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        for kind, *values, n in cursor.fetchall():
            # grouping() has a 1 for each facet that a line is not about
            at = {0b011: 0, 0b101: 1, 0b110: 2}[kind]
            if all(values[2 * i + 1] for i in range(3) if i != at):
                yield FACETS[at], values[2 * at], values[2 * at + 1], n


# --- words ---------------------------------------------------------------------------------------------------


def _about(rows: QuerySet[Initiative], text: str) -> QuerySet[Initiative]:
    """Rows that speak of `text`: all its words, the last one perhaps unfinished; if no public initiative has them,
    those whose title has words that look like each of them, so that a typo still finds."""
    if not text:
        return rows
    query = _query(text)
    if query is None:
        return rows.none()
    if _is_written(query):
        return rows.filter(search=query)
    rows = rows.alias(plain_title=_plain_title())
    for word in _words(text):
        rows = rows.filter(plain_title__trigram_word_similar=_plain(word))
    return rows


def _words(text: str) -> list[str]:
    return significant(re.findall(r"[^\W_]+", text))


def _query(text: str) -> SearchQuery | None:
    words = _words(text)
    if not words:
        return None
    *first, last = words
    query = SearchQuery(f"{last}:*", config="fr", search_type="raw")
    return SearchQuery(" ".join(first), config="fr") & query if first else query


def _is_written(query: SearchQuery) -> bool:
    """Whether the words stand anywhere in public: this depends on the text alone, so that filters never change its
    meaning and the counts of the facets add up."""
    return published().filter(search=query).exists()


def _plain_title() -> Func:
    return Func(F("title"), function="maillage_plain", output_field=TextField())


def _plain(text: str) -> Func:
    return Func(Value(text), function="maillage_plain", output_field=TextField())


# --- places --------------------------------------------------------------------------------------------------


def _in_territory(rows: QuerySet[Initiative], criteria: Criteria) -> QuerySet[Initiative]:
    if code := criteria.commune:
        rows = rows.filter(_in_communes(pk=code))
    if code := criteria.epci:
        rows = rows.filter(_in_communes(epci=code))
    if code := criteria.departement:
        rows = rows.filter(Q(departement=code) | Q(_in_communes(departement=code)))
    if code := criteria.region:
        departements = list(Departement.objects.filter(region=code).values_list("pk", flat=True))
        inside = Q(departement__in=departements) | Q(_in_communes(departement__in=departements))
        rows = rows.filter(Q(region=code) | inside)
    if code := criteria.qpv:
        # a town hall that happens to stand inside says nothing about the place: only true positions count
        inside_contour = Q()
        for contour in Qpv.objects.filter(code=code).values_list("contour", flat=True):
            inside_contour |= Q(point__coveredby=contour)
        rows = rows.filter(
            Q(qpv__in=Qpv.objects.filter(code=code).values("pk")) | Q(inside_contour, scope="address")
        )
    return rows


def _in_communes(**territory: Any) -> Func:
    """In one of the communes of a territory, or of their arrondissements. As an array, which PostgreSQL makes first: it then
    uses the indexes of each side of an OR, where IN would make it read every fiche."""
    communes = Commune.objects.filter(**territory).values("pk")
    arrondissements = Commune.objects.filter(parent__in=communes).values("pk")
    codes = ArraySubquery(communes.union(arrondissements))
    return Func(
        F("commune"), codes, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField()
    )


def _near(rows: QuerySet[Initiative], criteria: Criteria) -> QuerySet[Initiative]:
    if (origin := _origin(criteria)) and criteria.radius_m:
        rows = (
            rows.filter(_in_boxes(_boxes_around(origin, criteria.radius_m)))
            .alias(away=Distance("point", origin, spheroid=True))
            .filter(away__lte=D(m=criteria.radius_m))
        )
    if criteria.zone:
        rows = rows.filter(point__coveredby=_valid(criteria.zone))
    if criteria.bbox:
        west, south, east, north = criteria.bbox
        rows = rows.filter(_in_boxes(_split(west, south, east, north)))
    return rows


def _origin(criteria: Criteria) -> Point | None:
    if criteria.lon is None or criteria.lat is None:
        return None
    return Point(criteria.lon, criteria.lat, srid=4326)


def _boxes_around(origin: Point, radius_m: float) -> list[Polygon]:
    """Boxes that hold the whole disc, for the index; two when it crosses the antimeridian."""
    height = 1.01 * radius_m / 110_574
    widest = min(abs(origin.y) + height, 89.9)
    width = 1.01 * radius_m / (111_320 * math.cos(math.radians(widest)))
    if width >= 180 or abs(origin.y) + height >= 89.9:
        west, east = -180.0, 180.0
    else:
        west, east = ((origin.x + side * width + 180) % 360 - 180 for side in (-1, 1))
    return _split(west, max(origin.y - height, -90), east, min(origin.y + height, 90))


def _split(west: float, south: float, east: float, north: float) -> list[Polygon]:
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    return [Polygon.from_bbox((left, south, right, north)) for left, right in spans]


def _in_boxes(boxes: list[Polygon]) -> Q:
    condition = Q()
    for box in boxes:
        box.srid = 4326
        condition |= Q(point__bboverlaps=box)
    return condition


def _valid(wkt: str) -> GEOSGeometry:
    """The drawn polygon, mended when its line crosses itself."""
    shape = GEOSGeometry(wkt, srid=4326)
    if shape.valid:
        return shape
    mended = shape.make_valid()
    parts = [mended] if isinstance(mended, Polygon) else [p for p in _flat(mended) if isinstance(p, Polygon)]
    return MultiPolygon(*parts, srid=4326)


def _flat(shape: GEOSGeometry) -> list[GEOSGeometry]:
    if hasattr(shape, "geom_type") and shape.geom_type.startswith(("Multi", "GeometryCollection")):
        return [part for member in shape for part in _flat(member)]  # type: ignore[attr-defined]
    return [shape]
