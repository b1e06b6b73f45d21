"""The figures that were published: of one territory, and of the structures that answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from maillage.core.disclosure import note
from maillage.core.errors import DomainError
from maillage.journeys.models import Publication
from maillage.journeys.queries.figures import EVERYWHERE
from maillage.organisations.models import Banner, Organisation
from maillage.territories.models import Commune, Epci, Qpv


class NoSuchTerritory(DomainError):
    """Neither a banner nor an EPCI that we know."""


@dataclass(frozen=True)
class Territory:
    """A territory of the figures; `code` as they name it: "" everywhere, « epci:… », « banner:… »."""

    code: str
    kind: str
    public_code: str  # the banner's slug, the EPCI's code
    name: str


def territory_of(*, banner: str = "", epci: str = "") -> Territory:
    """The territory asked for: a published banner's slug, else an EPCI's code, else everywhere. Raises NoSuchTerritory."""
    if banner:
        found = Banner.objects.filter(slug=banner, is_published=True).first()
        if found is None:
            raise NoSuchTerritory(_("Cette bannière n’existe pas."))
        return Territory(f"banner:{found.pk}", "banner", found.slug, found.name)
    if epci:
        place = Epci.objects.filter(pk=epci).first()
        if place is None:
            raise NoSuchTerritory(_("Cette intercommunalité n’existe pas."))
        return Territory(f"epci:{place.pk}", "epci", place.pk, place.nom)
    return Territory(EVERYWHERE, "", "", _("Tout le territoire"))


def territories_in(made: Publication) -> list[Territory]:
    """The territories that a publication names, everywhere first. Two queries."""
    codes = made.figures["territories"]
    epci = Epci.objects.filter(pk__in=_of(codes, "epci")).order_by("nom")
    banners = Banner.objects.filter(pk__in=_of(codes, "banner"), is_published=True).order_by("name")
    return [
        territory_of(),
        *(Territory(f"banner:{one.pk}", "banner", one.slug, one.name) for one in banners),
        *(Territory(f"epci:{one.pk}", "epci", one.pk, one.nom) for one in epci),
    ]


def publications() -> list[Publication]:
    """The latest publication of each year, the last year first. One query."""
    rows = Publication.objects.order_by("-year", "-closed_on").distinct("year")
    return list(rows)


def document_of(made: Iterable[Publication], territory: Territory) -> dict[str, Any]:
    """What `journeys stats --json` says: the territory, the note to write beside, the figures of each year."""
    years = [
        {
            "year": one.year,
            "closed_on": one.closed_on.isoformat(),
            "has_examples": one.figures["has_examples"],
            "figures": one.figures["territories"].get(territory.code),
        }
        for one in made
    ]
    return {
        "territory": {"kind": territory.kind, "code": territory.public_code, "nom": territory.name},
        "note": note(),
        "years": years,
    }


def place_names(figures: dict[str, Any]) -> dict[str, str]:
    """The names of the communes and QPV of some figures, by code. Two queries."""
    communes = Commune.objects.filter(pk__in=figures["commune"]).values_list("pk", "nom")
    quartiers = Qpv.objects.filter(code__in=figures["qpv"]).order_by("generation").values_list("code", "nom")
    return {**dict(communes), **dict(quartiers)}


@dataclass(frozen=True)
class Answering:
    """How one structure, or one network, answers the referrals that it receives."""

    name: str
    path_slug: str
    answers: dict[str, Any]


def answering(made: Publication, kind: str) -> list[Answering]:
    """The `structures` or `networks` of a publication, by name. One query."""
    found = made.figures[kind]
    rows = Organisation.objects.filter(pk__in=[int(number) for number in found]).order_by("name", "pk")
    return [Answering(row.name, row.slug, found[str(row.pk)]) for row in rows.only("name", "slug")]


def _of(codes: Iterable[str], kind: str) -> list[str]:
    return [code.partition(":")[2] for code in codes if code.startswith(f"{kind}:")]
