"""What a service does, in a sentence or two."""

from maillage.core.markdown import as_text
from maillage.offers.models import Service

LENGTH = 220


def summary_of(service_id: int) -> str:
    """The beginning of a service's description, as plain words; "" for one that has just gone."""
    text = Service.objects.filter(pk=service_id).values_list("description", flat=True).first()
    return as_text(text, LENGTH) if text else ""
