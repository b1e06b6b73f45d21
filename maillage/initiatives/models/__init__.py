from maillage.initiatives.models.contribution import Merge, Proposal, Subscription
from maillage.initiatives.models.incoming import IncomingFile
from maillage.initiatives.models.initiative import (
    PHASES,
    PUBLICS,
    Initiative,
    InitiativeEvent,
    Phase,
    Public,
    Theme,
)
from maillage.initiatives.models.media import Document, LinkCheck, Photo

__all__ = [
    "PHASES",
    "PUBLICS",
    "Document",
    "IncomingFile",
    "Initiative",
    "InitiativeEvent",
    "LinkCheck",
    "Merge",
    "Phase",
    "Photo",
    "Proposal",
    "Public",
    "Subscription",
    "Theme",
]
