from maillage.organisations.models.banner import Banner, BannerEvent, Duty
from maillage.organisations.models.calls import CallBack, Moment
from maillage.organisations.models.claim import Claim
from maillage.organisations.models.organisation import (
    KINDS,
    Kind,
    Membership,
    Organisation,
    OrganisationEvent,
)

__all__ = [
    "KINDS",
    "Banner",
    "BannerEvent",
    "CallBack",
    "Claim",
    "Duty",
    "Kind",
    "Membership",
    "Moment",
    "Organisation",
    "OrganisationEvent",
]
