"""A small world where the right contact is known beforehand: five towns and the whole country.

Every service stands some kilometres east of a town hall. What each is there to show is said beside it; the situations
of cases.csv are worked out from this page and from docs/finder.md, not from the answers.
"""

from datetime import date, datetime
from math import cos, radians
from typing import Any
from zoneinfo import ZoneInfo

from maillage.offers.models import PermanenceException
from maillage.offers.tests.factories import make_permanence, make_service
from maillage.territories.models import Commune
from maillage.territories.tests.factories import make_qpv, square

PARIS = ZoneInfo("Europe/Paris")
GARGES, SARCELLES, CERGY = "95268", "95585", "95127"  # 3.3 km between the first two
NANTES, MARSEILLE, LILLE, RENNES = "44109", "13055", "59350", "35238"
ROISSY, NANTES_METROPOLE, AIX_MARSEILLE, MEL, RENNES_METROPOLE = (
    "200055655", "244400404", "200054807", "200093201", "243500139",
)  # fmt: skip
TOWNS = {"garges": GARGES, "sarcelles": SARCELLES, "nantes": NANTES, "marseille": MARSEILLE, "lille": LILLE, "rennes": RENNES}  # fmt: skip
MOMENTS = {
    "tu10": datetime(2026, 11, 24, 10, tzinfo=PARIS),
    "tu15": datetime(2026, 11, 24, 15, tzinfo=PARIS),
    "we10": datetime(2026, 11, 25, 10, tzinfo=PARIS),
    "we13": datetime(2026, 11, 25, 13, tzinfo=PARIS),
    "we15": datetime(2026, 11, 25, 15, tzinfo=PARIS),
    "we20": datetime(2026, 11, 25, 20, tzinfo=PARIS),
    "th10": datetime(2026, 11, 26, 10, tzinfo=PARIS),
    "fr20": datetime(2026, 11, 27, 20, tzinfo=PARIS),
    "sa10": datetime(2026, 11, 28, 10, tzinfo=PARIS),
    "su10": datetime(2026, 11, 29, 10, tzinfo=PARIS),
    "de01": datetime(2026, 12, 1, 15, tzinfo=PARIS),  # a Tuesday, the permanence of Garges is closed
    "noel": datetime(2026, 12, 25, 10, tzinfo=PARIS),  # a Friday
}
OFFICE = "Mo-Fr 09:00-17:00"
DEFINE, SHAPE = (
    "creer-une-entreprise--definir-son-projet-de-creation-dentreprise",
    "creer-une-entreprise--structurer-son-projet-de-creation-dentreprise",
)
BEFORE = ["idee", "amorcage", "creation"]


def town_hall(code: str) -> tuple[float, float]:
    point = Commune.objects.get(pk=code).town_hall
    return point.x, point.y


def east(code: str, km: float) -> dict[str, float]:
    """A point so many kilometres east of a town hall."""
    lon, lat = town_hall(code)
    return {"lon": lon + km / (111.195 * cos(radians(lat))), "lat": lat}


def make_world() -> None:
    """Every service of the world, under its slug."""
    make_qpv(code="QN09501M", contour=square(*town_hall(GARGES), half_side=0.004), commune_id=GARGES)
    _garges()
    _sarcelles()
    _nantes()
    _marseille()
    _lille()
    _rennes()
    # for everyone, from afar: comes after what is within 20 km
    add("nat-ligne", LILLE, None, kind="accueil", phases=[*BEFORE, "developpement"], zones=["france"],
        modes_accueil=["a-distance"], hours="Mo-Fr 08:00-20:00")  # fmt: skip
    add("nat-credit", LILLE, None, kind="financement", phases=["creation", "developpement"], zones=["france"],
        modes_accueil=["a-distance"])  # fmt: skip


def add(
    slug: str, town: str, km: float | None, *, zones: list[str], hours: str = "", phone: str = "01 30 00 00 00", **more: Any
) -> Any:  # fmt: skip
    """One service, confirmed eight weeks ago unless told otherwise."""
    more.setdefault("confirmed_on", date(2026, 10, 1))
    place = east(town, km) if km is not None else {}
    return make_service(
        slug=slug, nom=f"Service {slug}", commune_id=town, zone_eligibilite=zones, horaires_accueil=hours,
        telephone=phone, **place, **more,
    )  # fmt: skip


def _garges() -> None:
    add("g-accueil", GARGES, 0.3, kind="accueil", phases=["idee", "amorcage"], zones=[ROISSY], hours=OFFICE,
        thematiques=[DEFINE])  # fmt: skip
    # speaks Arabic, and is the only one to shape a project
    add("g-projet", GARGES, 1.4, kind="accompagnement", phases=["amorcage", "creation"], zones=["95"],
        hours="Mo-Th 09:00-12:00", languages=["fr", "ar"], thematiques=[SHAPE])  # fmt: skip
    add(
        "g-femmes",
        GARGES,
        0.8,
        kind="accompagnement",
        phases=BEFORE,
        zones=[GARGES, SARCELLES],
        publics=["femmes"],
    )
    add("g-quartier", GARGES, 0.6, kind="diagnostic", phases=["idee"], zones=[ROISSY], qpv_only=True,
        hours="We 09:00-12:00", places_left=5)  # fmt: skip
    add("g-jeunes", GARGES, 0.45, kind="groupe", phases=["idee"], zones=[ROISSY], publics=["jeunes"])
    add("g-couveuse", GARGES, 2.2, kind="test", phases=["creation"], zones=["95"], hours=OFFICE)
    add("g-pepiniere", GARGES, 1.8, kind="hebergement", phases=["developpement"], zones=[ROISSY])
    add("g-formation", GARGES, 1.2, kind="formation", phases=["creation"], zones=[ROISSY])
    # nearest of all, but only a professional may ask
    add("g-prescription", GARGES, 0.1, kind="accueil", phases=["idee"], zones=[ROISSY],
        mobilisable_par=["professionnels"])  # fmt: skip
    # its office is in Cergy; it receives here and in Sarcelles
    held = add("g-permanence", CERGY, None, kind="accompagnement", phases=["creation", "developpement"],
               zones=["95"], delay_days=20)  # fmt: skip
    here = make_permanence(held, hours="Tu 14:00-17:00", commune_id=GARGES, point=_point(GARGES, 0.2))
    PermanenceException.objects.create(permanence=here, day=date(2026, 12, 1))
    make_permanence(held, hours="Th 09:30-12:30", commune_id=SARCELLES, point=_point(SARCELLES, 0.1))
    add("g-creche", GARGES, 0.7, zones=[GARGES], thematiques=["famille--garde-denfants"])
    add("g-permis", GARGES, 0.9, zones=["95"], thematiques=["mobilite--preparer-un-permis"])


def _sarcelles() -> None:
    add("s-emploi", SARCELLES, 0.4, kind="accueil", phases=BEFORE, zones=[SARCELLES], hours="Tu,Th 09:00-12:00",
        delay_days=40, confirmed_on=date(2026, 3, 1))  # fmt: skip
    add("s-club", SARCELLES, 0.2, kind="accompagnement", phases=["developpement"], zones=["95"],
        hours="Mo-Fr 14:00-18:00")  # fmt: skip


def _nantes() -> None:
    # nothing tells these two apart: they take turns
    for slug, km in (("n-accueil-1", 0.2), ("n-accueil-2", 0.4)):
        add(
            slug,
            NANTES,
            km,
            kind="accueil",
            phases=["idee", "amorcage"],
            zones=[NANTES_METROPOLE],
            hours=OFFICE,
        )
    add("n-projet", NANTES, 0.9, kind="accompagnement", phases=["creation", "developpement"], zones=["44"],
        hours="Mo-Fr 09:00-12:00")  # fmt: skip
    add("n-diagnostic", NANTES, 0.7, kind="diagnostic", phases=["creation"], zones=[NANTES_METROPOLE])
    add("n-jeunes", NANTES, 0.3, kind="accompagnement", phases=BEFORE, zones=[NANTES], publics=["jeunes"])
    add("n-creche", NANTES, 0.5, zones=[NANTES], thematiques=["famille--garde-denfants"])
    add(
        "n-francais",
        NANTES,
        1.1,
        zones=[NANTES_METROPOLE],
        thematiques=["lecture-ecriture-calcul--maitriser-le-francais"],
    )
    add(
        "n-numerique",
        NANTES,
        1.3,
        zones=["44"],
        thematiques=["numerique--maitriser-les-fondamentaux-du-numerique"],
    )


def _marseille() -> None:
    # as near as each other: one is full
    add("m-complet", MARSEILLE, 0.2, kind="accueil", phases=["idee"], zones=[AIX_MARSEILLE], places_left=0)
    add("m-libre", MARSEILLE, 0.4, kind="accueil", phases=["idee"], zones=[AIX_MARSEILLE], delay_days=5)
    # as near as each other: one was not confirmed for long
    add("m-frais", MARSEILLE, 1.5, kind="accompagnement", phases=["creation"], zones=["13"])
    add("m-vieux", MARSEILLE, 1.8, kind="accompagnement", phases=["creation"], zones=["13"],
        confirmed_on=date(2025, 1, 10))  # fmt: skip
    add("m-prescription", MARSEILLE, 0.5, kind="accompagnement", phases=["developpement"], zones=["13"],
        mobilisable_par=["professionnels"])  # fmt: skip
    add("m-loin", MARSEILLE, 12, kind="accompagnement", phases=["developpement"], zones=["13"])
    # says nothing of phases
    add("m-mairie", MARSEILLE, 2.4, kind="accueil", zones=[MARSEILLE])


def _lille() -> None:
    # as near as each other: one is open in the morning, the other, confirmed long ago, in the afternoon
    add(
        "l-matin",
        LILLE,
        0.3,
        kind="accueil",
        phases=["idee", "amorcage"],
        zones=[MEL],
        hours="Mo-Fr 09:00-12:00",
    )
    add("l-soir", LILLE, 0.4, kind="accueil", phases=["idee", "amorcage"], zones=[MEL], hours="Mo-Fr 14:00-18:00",
        languages=["ar", "tr"], confirmed_on=date(2025, 9, 1))  # fmt: skip
    add("l-projet", LILLE, 1.2, kind="accompagnement", phases=["creation"], zones=["59"], hours=OFFICE)
    add("l-national", LILLE, 2.2, kind="accompagnement", phases=["developpement"], zones=["france"])
    # nearer, but does not say where it serves
    add("l-sans-zone", LILLE, 0.2, kind="diagnostic", phases=["creation"], zones=[])
    add("l-jeunes", LILLE, 0.6, kind="groupe", phases=["idee"], zones=[MEL], publics=["jeunes"])


def _rennes() -> None:
    # as near as each other: one has to wait for the first
    add(
        "r-attente",
        RENNES,
        0.6,
        kind="accompagnement",
        phases=BEFORE,
        zones=[RENNES_METROPOLE],
        delay_days=40,
    )
    add("r-vite", RENNES, 0.9, kind="accompagnement", phases=BEFORE, zones=[RENNES_METROPOLE], delay_days=5)
    add("r-club", RENNES, 6, kind="accueil", phases=["developpement"], zones=[RENNES_METROPOLE])
    # neither receives nor orients
    add("r-bureaux", RENNES, 0.4, kind="hebergement", phases=["developpement"], zones=[RENNES_METROPOLE])
    # cannot be called
    add("r-muet", RENNES, 0.1, kind="accueil", phases=["idee"], zones=[RENNES_METROPOLE], phone="")
    add(
        "r-seniors",
        RENNES,
        0.2,
        kind="accueil",
        phases=["idee"],
        zones=[RENNES_METROPOLE],
        publics=["seniors"],
    )


def _point(code: str, km: float) -> Any:
    from django.contrib.gis.geos import Point

    where = east(code, km)
    return Point(where["lon"], where["lat"], srid=4326)
