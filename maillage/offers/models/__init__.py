from maillage.offers.models.financing import (
    Financing,
    FinancingKind,
    FinancingStatus,
    PersonStatus,
    QpvRule,
    Sector,
)
from maillage.offers.models.permanence import Permanence, PermanenceException
from maillage.offers.models.quality import ErrorReport, Finding, FindingKind, LinkCheck
from maillage.offers.models.search import FinderRow, SearchRow, Term
from maillage.offers.models.service import Service, ServiceEvent
from maillage.offers.models.vocabulary import Accessibility, Brake, Kind, Language, Phase

__all__ = [
    "Accessibility",
    "Brake",
    "ErrorReport",
    "Financing",
    "FinancingKind",
    "FinancingStatus",
    "FinderRow",
    "Finding",
    "FindingKind",
    "Kind",
    "Language",
    "LinkCheck",
    "Permanence",
    "PermanenceException",
    "PersonStatus",
    "Phase",
    "QpvRule",
    "SearchRow",
    "Sector",
    "Service",
    "ServiceEvent",
    "Term",
]
