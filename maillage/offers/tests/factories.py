"""Valid, plain objects for tests; what matters to a test is said by its arguments."""

import itertools
from datetime import date
from typing import Any

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.text import slugify

from maillage.offers.models import Financing, FinancingStatus, Permanence, Service
from maillage.organisations.models import Organisation

GARGES, SARCELLES, NANTES, LILLE = "95268", "95585", "44109", "59350"
_numbers = itertools.count(1)


def make_structure(**fields: Any) -> Organisation:
    """One structure, at Garges unless told otherwise (`commune_id`)."""
    n = next(_numbers)
    fields.setdefault("name", f"Structure {n}")
    fields.setdefault("slug", f"{slugify(fields['name'])[:60]}-{n}")
    fields.setdefault("commune_id", GARGES)
    return Organisation.objects.create(**fields)


def make_service(**fields: Any) -> Service:
    """One published service at Garges; `lon` and `lat` give it a point. The row is read again after its triggers."""
    n = next(_numbers)
    fields.setdefault("nom", f"Service {n}")
    fields.setdefault("slug", f"{slugify(fields['nom'])[:80]}-{n}")
    fields.setdefault("description", "On vous aide à avancer.")
    fields.setdefault("date_maj", date(2026, 10, 1))
    fields.setdefault("commune_id", GARGES)
    fields.setdefault("status", Service.Status.PUBLISHED)
    if "structure" not in fields:
        fields["structure"] = make_structure()
    if "lon" in fields:
        fields["point"] = Point(fields.pop("lon"), fields.pop("lat"), srid=4326)
    made = Service.objects.create(updated_at=timezone.now(), **fields)
    return Service.objects.get(pk=made.pk)


def make_permanence(service: Service, **fields: Any) -> Permanence:
    """One permanence of `service`, on Tuesday afternoons."""
    fields.setdefault("place", "Maison des habitants")
    fields.setdefault("hours", "Tu 14:00-17:00")
    fields.setdefault("commune_id", GARGES)
    return Permanence.objects.create(service=service, **fields)


def make_financing(**fields: Any) -> Financing:
    """One published financing with no condition."""
    n = next(_numbers)
    fields.setdefault("nom", f"Aide {n}")
    fields.setdefault("slug", f"{slugify(fields['nom'])[:80]}-{n}")
    fields.setdefault("kind", "prime")
    fields.setdefault("description", "Une aide.")
    fields.setdefault("status", FinancingStatus.PUBLISHED)
    return Financing.objects.create(**fields)
