"""Under which name and colours a page shows itself, when not the site's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest


@dataclass(frozen=True)
class Identity:
    """What the header, the footer and the colours of a page take from whoever receives people there; paths are complete."""

    name: str
    home: str
    stylesheet: str = ""
    colour: str = "#0b5563"
    logo: str = ""
    phone: str = ""  # « +33… »
    phone_said: str = ""  # in groups
    call_back: str = ""
    about: str = ""
    carrier: str = ""
    is_example: bool = False
    # path of a page of the navigation → the query that its link carries
    queries: Mapping[str, str] = field(default_factory=dict)


def identity_of(request: HttpRequest) -> Identity | None:
    """The identity that a middleware gave to the request; None for the site's own."""
    return getattr(request, "identity", None)
