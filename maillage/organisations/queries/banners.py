"""Reads of banners: which one a place lies under, whom to call there, what its territory comes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import Point, Polygon
from django.db.models import F, Q, QuerySet

from maillage.accounts.models import User
from maillage.core.acting import Purpose, for_purpose
from maillage.organisations.models import Banner, Duty, Organisation
from maillage.organisations.models.banner import zone_kind
from maillage.territories.models import Commune, Epci, Qpv

KM_PER_DEGREE = 111.32
NARROWEST_FIRST = ("qpv", "commune", "epci")


@dataclass(frozen=True)
class Contact:
    """Whom to call for a place: the banner over it, its number (« +33… »), its hours (opening_hours), its pages."""

    name: str
    phone: str
    email: str
    hours: str
    home: str  # path of the banner's front door
    callback: str  # path of the form to be called back


@dataclass(frozen=True)
class Territory:
    """What the zones of a banner come to: a name, the middle (lon, lat in degrees) and the reach in km."""

    name: str
    lon: float | None
    lat: float | None
    radius_km: int | None


def coordinator_for(zones: Iterable[str]) -> Contact | None:
    """Whom to call where `zones` meet: codes of the commune, the EPCI and the QPV there, others are ignored.

    The narrowest banner answers: one that names the QPV before one that names the commune, then the EPCI. None where
    no published banner covers the place. One query.
    """
    found = banner_for(zones)
    return contact_of(found) if found else None


def contact_of(banner: Banner) -> Contact:
    """How to reach the people of a banner."""
    home = f"/b/{banner.slug}/"
    return Contact(banner.name, banner.telephone, banner.courriel, banner.hours, home, f"{home}rappel/")


def banner_for(zones: Iterable[str]) -> Banner | None:
    """The published banner that names one of these codes the most narrowly; None when there is none."""
    codes = set(zones)
    over = Banner.objects.filter(is_published=True, zones__overlap=list(codes)) if codes else ()
    return min(
        over,
        key=lambda one: (
            min(NARROWEST_FIRST.index(zone_kind(code)) for code in one.zones if code in codes),
            one.pk,
        ),
        default=None,
    )


def banner_of_commune(commune: Commune) -> Banner | None:
    """The published banner over a commune."""
    return banner_for(code for code in (commune.pk, commune.parent_id, commune.epci_id) if code)


def published_banner(*, slug: str = "", host: str = "") -> Banner | None:
    """The published banner of this slug, or of this host name."""
    wanted = {"slug": slug} if slug else {"host": host}
    return Banner.objects.select_related("carrier").filter(is_published=True, **wanted).first()


def banner_hosts() -> set[str]:
    """The host names that published banners have."""
    return set(Banner.objects.filter(is_published=True).exclude(host="").values_list("host", flat=True))


def published_banners() -> QuerySet[Banner]:
    """Every published banner, by name."""
    return Banner.objects.filter(is_published=True).order_by("name")


def territory_of(zones: Iterable[str]) -> Territory:
    """The name, the middle and the reach of a set of codes of EPCI, communes and QPV; unknown codes are left out."""
    codes = list(zones)
    epci = list(Epci.objects.filter(pk__in=codes).order_by("nom"))
    communes = list(Commune.objects.filter(pk__in=codes).defer("contour").order_by("nom"))
    qpv = {
        one.code: one.nom
        for one in Qpv.objects.filter(code__in=codes).defer("contour").order_by("generation")
    }
    names = [*(one.nom for one in epci), *(one.nom for one in communes), *qpv.values()]
    boxes = [
        Commune.objects.filter(epci__in=epci).aggregate(box=Extent("town_hall"))["box"],
        Commune.objects.filter(pk__in=codes).aggregate(box=Extent("town_hall"))["box"],
        Qpv.objects.filter(code__in=codes).aggregate(box=Extent("contour"))["box"],
    ]
    known = [Polygon.from_bbox(box) if box[0] < box[2] else Point(*box[:2]) for box in boxes if box]
    if not known:
        return Territory("", None, None, None)
    west, south = min(g.extent[0] for g in known), min(g.extent[1] for g in known)
    east, north = max(g.extent[2] for g in known), max(g.extent[3] for g in known)
    reach = max(east - west, north - south) / 2 * KM_PER_DEGREE
    return Territory(
        ", ".join(names)[:120], (west + east) / 2, (south + north) / 2, max(3, ceil(reach * 1.2))
    )


def main_commune(zones: Iterable[str]) -> tuple[str, str] | None:
    """The code and the name of the largest commune of a set of zones; None when they hold none. One query."""
    codes = list(zones)
    inside = Commune.objects.filter(Q(pk__in=codes) | Q(epci__in=codes) | Q(qpv__code__in=codes))
    return inside.order_by(F("population").desc(nulls_last=True), "pk").values_list("pk", "nom").first()


def zones_to_edit(zones: Iterable[str]) -> list[str]:
    """The zones as people read and write them: « Nantes Métropole (244400404) »; an unknown code alone."""
    codes = list(zones)
    names = dict(Qpv.objects.filter(code__in=codes).order_by("generation").values_list("code", "nom"))
    names |= dict(Commune.objects.filter(pk__in=codes).values_list("pk", "nom"))
    names |= dict(Epci.objects.filter(pk__in=codes).values_list("pk", "nom"))
    return [f"{names[code]} ({code})" if code in names else code for code in codes]


def on_duty(banner: Banner, day: date) -> list[Duty]:
    """Who answers that day, the first rank first, then who stands in."""
    return list(Duty.objects.filter(banner=banner, period__contains=day).order_by("rank"))


def rota_from(banner: Banner, day: date) -> list[Duty]:
    """The duties that are not over on `day`, in order of days, then of rank; `last_day` is the last one of each."""
    found = list(Duty.objects.filter(banner=banner, period__endswith__gt=day).order_by("period", "rank"))
    for duty in found:
        duty.last_day = duty.period.upper - timedelta(days=1)  # type: ignore[attr-defined]
    return found


def duty_of(banner: Banner, number: int) -> Duty | None:
    """One line of the banner's rota."""
    return Duty.objects.filter(banner=banner, pk=number).first()


def partners_of(banner: Banner) -> QuerySet[Organisation]:
    """The partners of a banner, by name, with their commune."""
    return banner.partners.select_related("commune").defer("commune__contour").order_by("name", "pk")


def names_on_rota(duties: Iterable[Duty]) -> dict[int, str]:
    """The displayed name of each person of these duties, by number: for those who run the banner."""
    with for_purpose(Purpose.ADMINISTRATION):
        people = User.objects.filter(pk__in={duty.user_id for duty in duties})
        return {person.pk: str(person) for person in people}
