from maillage.organisations.models.organisation import (
    KINDS,
    Kind,
    Membership,
    Organisation,
    OrganisationEvent,
)

__all__ = ["KINDS", "Kind", "Membership", "Organisation", "OrganisationEvent"]
