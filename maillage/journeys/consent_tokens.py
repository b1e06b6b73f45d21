"""The signed text of a consent link: it names the request, and nobody."""

from uuid import UUID

from django.core import signing

SALT = "journeys.consent"


def token_of(key: UUID) -> str:
    """The text that stands in the address of the request of this key."""
    return signing.dumps(key.hex, salt=SALT)


def key_of(token: str) -> UUID | None:
    """The key that a link's text names; None for a text that is not ours, or was tampered with."""
    try:
        return UUID(signing.loads(token, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
