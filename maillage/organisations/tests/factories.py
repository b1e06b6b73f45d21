"""Valid, plain objects for tests; what matters to a test is said by its arguments."""

import itertools
from typing import Any

from django.utils.text import slugify

from maillage.organisations.models import Organisation

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
