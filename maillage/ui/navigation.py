"""The links of the header and footer: only those whose page exists in this instance."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from maillage.ui.identity import identity_of


@dataclass(frozen=True)
class Link:
    """One link: its words, its address, whether the page shown lies under it, and whether it is that page."""

    label: str | Promise
    path: str
    here: bool = False
    is_page: bool = False


@lru_cache(maxsize=64)
def exists(path: str) -> bool:
    """Whether an address of this site answers at `path`."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def links(entries: Iterable[tuple[str | Promise, str]], request: HttpRequest) -> list[Link]:
    """The entries that exist; `here` is on the one whose path is the longest beginning of the page's own.

    Under an identity, a link carries the query that it gives to the page.
    """
    current, identity = request.path_info, identity_of(request)
    queries = identity.queries if identity else {}
    found = [(label, path) for label, path in entries if exists(path)]
    under = [path for _, path in found if current == path or (path != "/" and current.startswith(path))]
    here = max(under, key=len, default=None)
    return [
        Link(
            label,
            f"{path}?{queries[path]}" if path in queries else path,
            path == here,
            path == current,
        )
        for label, path in found
    ]


def header(request: HttpRequest) -> list[Link]:
    """The main navigation."""
    return links(settings.NAVIGATION, request)


def footer(request: HttpRequest) -> list[Link]:
    """The legal and help pages."""
    return links(settings.FOOTER_NAVIGATION, request)


def account(request: HttpRequest) -> list[Link]:
    """The menu of a signed-in person: no link that would be refused. Two queries."""
    user = request.user
    if not user.is_authenticated:
        return []
    own, *more = settings.ACCOUNT_NAVIGATION
    entries = [own]
    if import_string(settings.IS_PROFESSIONAL)(user):
        entries += settings.PROFESSIONAL_NAVIGATION
    entries += more
    if import_string(settings.IS_MODERATOR)(user):
        entries += settings.MODERATION_NAVIGATION
    return links(entries, request)
