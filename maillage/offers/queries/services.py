"""The public services: found by words, by territory, by structure; one of them with all that its page shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.core.search import significant
from maillage.offers.inclusion import OURS
from maillage.offers.models import PermanenceException, SearchRow, Service, ServiceEvent
from maillage.offers.models.permanence import Permanence
from maillage.offers.queries.areas import KINDS, area, located, served
from maillage.organisations.models import Organisation
from maillage.territories.models import Commune, Departement, Epci

LONGEST_TEXT = 200
# what a list shows needs neither contours nor long texts
HEAVY = (
    "commune__contour",
    "commune__town_hall",
    "structure__commune__contour",
    "structure__commune__town_hall",
)


class UnknownSelection(DomainError):
    """A parameter of the list means nothing."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which services are asked for: words, one territory (a kind of areas.KINDS, its code and its name), one structure (slug)."""

    text: str = ""
    kind: str = ""
    code: str = ""
    structure: str = ""
    territory_name: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "Selection":
        """From the parameters q, commune, epci, departement, region, qpv, territoire, structure. Raises UnknownSelection."""
        text = " ".join(query.get("q", "").replace("\x00", "").split())[:LONGEST_TEXT]
        asked = [(kind, query.get(kind, "").replace("\x00", "").strip()[:60]) for kind in KINDS]
        given = [(kind, code) for kind, code in asked if code]
        if len(given) > 1:
            raise UnknownSelection(_("Choisissez un seul territoire."))
        found = area(*given[0]) if given else None
        if given and found is None:
            raise UnknownSelection(
                _("Le territoire « %(code)s » est inconnu : donnez son code officiel.")
                % {"code": given[0][1][:20]}
            )
        kind, code, name = (found.kind, found.code, found.nom) if found else ("", "", "")
        return cls(text, kind, code, query.get("structure", "").replace("\x00", "")[:220], name)

    def parameters(self) -> list[tuple[str, str]]:
        """The parameters that `from_query` reads, nothing empty."""
        pairs = [("q", self.text), (self.kind, self.code), ("structure", self.structure)]
        return [(name, value) for name, value in pairs if name and value]


def matching(selection: Selection) -> QuerySet[Service]:
    """The public services of a selection, in no order: those that have a row to be found (SearchRow)."""
    rows = SearchRow.objects.filter(served(selection.kind, selection.code))
    if (query := _query(selection.text)) is not None:
        rows = rows.filter(search=query)
    elif selection.text:
        return Service.objects.none()
    services = Service.objects.filter(
        status=Service.Status.PUBLISHED, gone_on__isnull=True, structure__closed_on__isnull=True
    )
    if selection.text or selection.kind:
        services = services.filter(pk__in=rows.values("service_id"))
    if selection.structure:
        services = services.filter(structure__slug=selection.structure)
    return services


def count(selection: Selection) -> int:
    """How many services `matching(selection)` holds; of all of them, read from the narrow table."""
    if selection == Selection():
        return SearchRow.objects.count()
    return matching(selection).count()


def listed(selection: Selection) -> QuerySet[Service]:
    """`matching(selection)` with what a list shows: by relevance when words are sought, else by name."""
    rows = matching(selection).select_related("structure", "commune").defer("description", *HEAVY[:2])
    query = _query(selection.text)
    if query is None:
        return rows.order_by("nom", "pk")
    ranked = SearchRow.objects.filter(service=OuterRef("pk")).annotate(rank=SearchRank(F("search"), query))
    return rows.alias(rank=Subquery(ranked.values("rank"))).order_by("-rank", "nom", "pk")


def latest(selection: Selection, *, limit: int) -> QuerySet[Service]:
    """The services of a selection that came last, newest first, with their structure and commune."""
    return (
        matching(selection)
        .select_related("structure", "commune")
        .defer(*HEAVY[:2])
        .order_by("-created_at", "-pk")[:limit]
    )


def _query(text: str) -> SearchQuery | None:
    """Every significant word, the last one as it begins; None when there is no word."""
    words = significant(["".join(c for c in word if c.isalnum()) for word in text.split()])
    words = [word for word in words if word]
    if not words:
        return None
    *whole, last = words
    return SearchQuery(
        " & ".join([*(f"'{word}'" for word in whole), f"'{last}':*"]), config="fr", search_type="raw"
    )


# --- one service -------------------------------------------------------------------------------------------------------


def service(slug: str) -> Service | None:
    """The service of this address whatever its status, with its structure, communes, permanences and their exceptions."""
    return (
        Service.objects.filter(slug=slug)
        .select_related("structure__commune", "commune__departement")
        .defer(*HEAVY)
        .prefetch_related(
            Prefetch(
                "permanences",
                Permanence.objects.select_related("commune")
                .defer("commune__contour", "commune__town_hall")
                .order_by("place", "pk"),
            ),
            Prefetch("permanences__exceptions", PermanenceException.objects.order_by("day")),
        )
        .first()
    )


def was_public(slug: str) -> bool:
    """Whether a service that no longer exists was once shown at this address."""
    return ServiceEvent.objects.filter(slug=slug, status=Service.Status.PUBLISHED).exists()


def others_of(row: Service, limit: int = 5) -> list[Service]:
    """Other public services of the same structure, by name."""
    return list(
        matching(Selection()).filter(structure=row.structure_id).exclude(pk=row.pk).order_by("nom", "pk")[:limit]
    )  # fmt: skip


def zone_names(codes: Iterable[str]) -> list[str]:
    """The names of the territories of `zone_eligibilite`, the largest first; « toute la France » for france."""
    codes = list(codes)
    if not codes:
        return []
    names: dict[str, str] = {}
    for model in (Departement, Epci, Commune):
        names |= dict(model._default_manager.filter(pk__in=codes).values_list("pk", "nom"))
    ordered = [_("toute la France")] if "france" in codes else []
    by_size = sorted(
        (code for code in codes if code in names), key=lambda c: ({2: 0, 3: 0, 9: 1}.get(len(c), 2), c)
    )
    return ordered + [names[code] for code in by_size]


# --- as data -----------------------------------------------------------------------------------------------------------


def exported_services(selection: Selection) -> QuerySet[Service]:
    """`matching(selection)` with what a v1 record holds."""
    return matching(selection).select_related("commune", "structure").defer(*HEAVY[:2])


def exported_structures(selection: Selection) -> QuerySet[Organisation]:
    """The structures of a selection: those of its territory that have a public service, or are not gone from their source.

    Words are sought in the name.
    """
    rows = Organisation.objects.filter(gone_on__isnull=True, closed_on__isnull=True).select_related("commune")
    if selection.kind:
        rows = rows.filter(located(selection.kind, selection.code))
    if selection.text:
        rows = rows.filter(name__icontains=selection.text)
    if selection.structure:
        rows = rows.filter(slug=selection.structure)
    return rows.defer("commune__contour", "commune__town_hall")


def exported_service(key: str) -> Service | None:
    """The public service of this id of data·inclusion, with what a v1 record holds."""
    return exported_services(Selection()).filter(_of_key(key)).order_by("pk").first()


def exported_structure(key: str) -> Organisation | None:
    """The structure of this id of data·inclusion."""
    return exported_structures(Selection()).filter(_of_key(key)).order_by("pk").first()


def _of_key(key: str) -> Q:
    key = key.replace("\x00", "")[:300]
    ours, _dashes, number = key.partition("--")
    if ours == OURS and number.isascii() and number.isdecimal() and len(number) < 19:
        return Q(source_key=key) | Q(source_key="", pk=int(number))
    return Q(source_key=key) if key else Q(pk__in=[])
