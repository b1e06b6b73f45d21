"""What a person's browser sends with a form open to all."""

from django.core import signing
from django.utils import timezone


def opened(seconds_ago=60):
    """What the hidden time trap holds in a page opened some time ago."""
    signer = signing.TimestampSigner(salt="core.opened")
    made = signer.sign("")
    stamp = signing.b62_encode(int(timezone.now().timestamp()) - seconds_ago)
    value = f":{stamp}"
    return f"{value}:{signer.signature(value)}" if made else ""
