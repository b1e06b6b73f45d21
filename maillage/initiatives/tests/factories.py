"""Valid, plain objects for tests; what matters to a test is said by its arguments."""

import itertools
from datetime import date, datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.text import slugify

from maillage.initiatives.models import Initiative
from maillage.organisations.models import Organisation
from maillage.territories.models import Commune, Departement, Region

GARGES, SARCELLES, CERGY, LILLE, RENNES = "95268", "95585", "95127", "59350", "35238"
# name, département, région, lon, lat of the town hall: only for a database where nothing is loaded
_COMMUNES = {
    GARGES: ("Garges-lès-Gonesse", "95", "11", 2.4008, 48.9721),
    SARCELLES: ("Sarcelles", "95", "11", 2.3806, 48.9974),
    CERGY: ("Cergy", "95", "11", 2.0389, 49.0526),
    LILLE: ("Lille", "59", "32", 3.0574, 50.6310),
    RENNES: ("Rennes", "35", "53", -1.6800, 48.1113),
}
_numbers = itertools.count(1)


def commune(code: str) -> Commune:
    """The commune of the reference data; made by hand when the database holds none."""
    found = Commune.objects.filter(pk=code).first()
    if found is not None:
        return found
    name, departement, region, lon, lat = _COMMUNES.get(code, (f"Commune {code}", code[:2], "00", 2.0, 47.0))
    region_row, _ = Region.objects.get_or_create(pk=region, defaults={"nom": f"Région {region}"})
    departement_row, _ = Departement.objects.get_or_create(
        pk=departement, defaults={"nom": f"Département {departement}", "region": region_row}
    )
    return Commune.objects.create(
        pk=code, nom=name, departement=departement_row, town_hall=Point(lon, lat, srid=4326)
    )


def make_organisation(**fields: Any) -> Organisation:
    """One organisation."""
    n = next(_numbers)
    fields.setdefault("name", f"Structure {n}")
    fields.setdefault("slug", f"{slugify(fields['name'])[:60]}-{n}")
    return Organisation.objects.create(**fields)


def make_initiative(**fields: Any) -> Initiative:
    """One initiative, published, at the town hall of Garges unless told otherwise.

    `commune` may be an Insee code; `lon` and `lat` place it at an address; `scope="national"` (or "region",
    "departement") leaves it without a point. The row is read again, so that triggers' values are there.
    """
    n = next(_numbers)
    fields.setdefault("title", f"Initiative {n}")
    fields.setdefault("slug", f"{slugify(fields['title'])[:80]}-{n}")
    fields.setdefault("summary", "Un résumé.")
    fields.setdefault("status", Initiative.Status.PUBLISHED)
    if fields["status"] in {Initiative.Status.PUBLISHED, Initiative.Status.TO_CONFIRM}:
        fields.setdefault("published_at", timezone.now())
        fields.setdefault("confirmed_on", date(2026, 6, 1))
    lon, lat = fields.pop("lon", None), fields.pop("lat", None)
    if fields.get("scope") not in {"national", "region", "departement"}:
        place = fields.get("commune", GARGES)
        fields["commune"] = commune(place) if isinstance(place, str) else place
        if lon is not None:
            fields.setdefault("scope", Initiative.Scope.ADDRESS)
            fields["point"] = Point(lon, lat, srid=4326)
        fields.setdefault("scope", Initiative.Scope.COMMUNE)
        fields.setdefault("point", fields["commune"].town_hall)
    made: Initiative = Initiative.objects.create(updated_at=timezone.now(), **fields)
    return Initiative.objects.get(pk=made.pk)


def days(iso: str) -> datetime:
    """Noon of a day, for `published_at`."""
    return timezone.make_aware(datetime.fromisoformat(f"{iso}T12:00"))
