"""Words for what structures are."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from maillage.organisations.models import Kind, Membership
from maillage.ui.navigation import exists

register = template.Library()


@register.filter
def kind_words(codes: Iterable[str]) -> str:
    """« Réseau · Financeur » for the codes of a structure's kinds."""
    words = dict(Kind.choices)
    return " · ".join(str(words[code]) for code in codes)


@register.simple_tag(takes_context=True)
def refer_link(
    context: dict[str, Any],
    *,
    name: str,
    service: int | None = None,
    structure: str = "",
    small: bool = False,
) -> SafeString:
    """« Orienter quelqu’un ici »: to a service (its number) or a structure (its slug), for members of some structure.

    The page is settings.REFER_PATH: what stands above does not have to be known here. One query a page, none for a
    visitor, for whom nothing is drawn either.
    """
    request = context.get("request")
    if request is None or not _is_a_member(request) or not exists(settings.REFER_PATH):
        return SafeString()
    what = {"service": service} if service else {"structure": structure}
    words = {"href": f"{settings.REFER_PATH}?{urlencode(what)}", "name": name, "small": small}
    return render_to_string("organisations/_refer_link.html", words)


def _is_a_member(request: HttpRequest) -> bool:
    if not request.user.is_authenticated:
        return False
    if not hasattr(request, "is_member"):
        request.is_member = Membership.objects.filter(user=request.user.pk).exists()  # type: ignore[attr-defined]
    return bool(request.is_member)  # type: ignore[attr-defined]
