"""Valid, plain objects for tests; what matters to a test is said by its arguments."""

import itertools
from typing import Any

from django.utils.text import slugify

from maillage.organisations.models import Banner, Organisation
from maillage.organisations.queries.banners import territory_of

GARGES, SARCELLES, NANTES, RENNES = "95268", "95585", "44109", "35238"
NANTES_METROPOLE = "244400404"
_numbers = itertools.count(1)


def make_organisation(**fields: Any) -> Organisation:
    """One organisation, without a place unless `commune_id` says one; `networks` are other organisations."""
    n = next(_numbers)
    networks = fields.pop("networks", ())
    fields.setdefault("name", f"Structure {n}")
    fields.setdefault("slug", f"{slugify(fields['name'])[:60]}-{n}")
    made = Organisation.objects.create(**fields)
    made.networks.set(networks)
    return Organisation.objects.get(pk=made.pk)


def make_banner(**fields: Any) -> Banner:
    """One published banner, over Nantes Métropole unless told otherwise (`zones`)."""
    n = next(_numbers)
    fields.setdefault("name", f"Bannière {n}")
    fields.setdefault("slug", f"{slugify(fields['name'])[:40]}-{n}")
    fields.setdefault("zones", [NANTES_METROPOLE])
    fields.setdefault("is_published", True)
    found = territory_of(fields["zones"])
    fields = {
        "territory_name": found.name,
        "lon": found.lon,
        "lat": found.lat,
        "radius_km": found.radius_km,
        **fields,
    }
    return Banner.objects.create(**fields)
