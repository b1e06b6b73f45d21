"""One view, one context, two sizes: the whole page, or the part that htmx replaces."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


def render_page(request: HttpRequest, page: str, part: str, context: dict[str, Any]) -> HttpResponse:
    """The template `page`, or `part` alone when htmx asks; the whole page again when htmx restores its history."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    partial = bool(htmx) and not htmx.history_restore_request
    response = render(request, part if partial else page, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
