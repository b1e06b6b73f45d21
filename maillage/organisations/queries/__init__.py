"""Reads of organisations: who exists already, who belongs where, under which banner, who answers."""

from maillage.organisations.queries.banners import Contact, coordinator_for
from maillage.organisations.queries.structures import (
    listed,
    membership,
    organisations_named,
    organisations_of,
    same_organisation,
    siret_of,
)

__all__ = [
    "Contact",
    "coordinator_for",
    "listed",
    "membership",
    "organisations_named",
    "organisations_of",
    "same_organisation",
    "siret_of",
]
