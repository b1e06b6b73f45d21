"""The links of the header and footer: only those whose page exists in this instance."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import Promise


@dataclass(frozen=True)
class Link:
    """One link: its words, its path, and whether the page shown lies under it."""

    label: str | Promise
    path: str
    here: bool = False


@lru_cache(maxsize=64)
def exists(path: str) -> bool:
    """Whether an address of this site answers at `path`."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def links(entries: Iterable[tuple[str | Promise, str]], current: str) -> list[Link]:
    """The entries that exist; `here` is on the one whose path is the longest beginning of `current`."""
    found = [(label, path) for label, path in entries if exists(path)]
    under = [path for _, path in found if current == path or (path != "/" and current.startswith(path))]
    here = max(under, key=len, default=None)
    return [Link(label, path, path == here) for label, path in found]


def header(request: HttpRequest) -> list[Link]:
    """The main navigation."""
    return links(settings.NAVIGATION, request.path)


def footer(request: HttpRequest) -> list[Link]:
    """The legal and help pages."""
    return links(settings.FOOTER_NAVIGATION, request.path)


def account(request: HttpRequest) -> list[Link]:
    """The menu of a signed-in person."""
    return links(settings.ACCOUNT_NAVIGATION, request.path)
