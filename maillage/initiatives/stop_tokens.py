"""The signed text of the link that stops a subscription: in every digest, for ever, it names the row and nobody.

A signature rather than a kept key: the database has nothing that stops a subscription in someone else's place.
"""

from django.core import signing

SALT = "initiatives.stop"


def token_of(subscription_id: int) -> str:
    """The text that stands in the address that stops this subscription."""
    return signing.dumps(subscription_id, salt=SALT)


def subscription_of(token: str) -> int | None:
    """The number of the subscription that a link's text names; None for a text that is not ours, or was tampered with."""
    try:
        return int(signing.loads(token, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError):
        return None
