"""The map and the fiches in other sites' pages: oEmbed."""

from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maillage.core.errors import DomainError
from maillage.initiatives.models import Initiative
from maillage.initiatives.queries.fiche import fiche
from maillage.initiatives.queries.search import PUBLIC_STATUSES


class FormatNotOffered(DomainError):
    """oEmbed asks for 501 when the format is unknown."""

    status = 501


@login_not_required
@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """`/oembed?url=…&format=json|xml`: how to show one of our addresses elsewhere (oembed.com)."""
    wanted = request.GET.get("format", "json")
    if wanted not in {"json", "xml"}:
        raise FormatNotOffered(_("Les formats sont « json » et « xml »."))
    initiative = _public_initiative(request.GET.get("url", ""))
    width = min(_pixels(request, "maxwidth", 640), 1200)
    height = min(_pixels(request, "maxheight", 260), 800)
    html = format_html(
        '<blockquote class="maillage-fiche"><p><a href="{}">{}</a></p><p>{}</p></blockquote>',
        request.GET["url"],
        initiative.title,
        initiative.summary,
    )
    answer = {
        "type": "rich",
        "version": "1.0",
        "title": initiative.title,
        "author_name": initiative.author_name,
        "provider_name": "Maillage",
        "provider_url": settings.BASE_URL,
        "cache_age": 3600,
        "html": str(html),
        "width": width,
        "height": height,
    }
    if wanted == "json":
        return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})
    members = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in answer.items())
    return HttpResponse(
        f'<?xml version="1.0" encoding="utf-8" standalone="yes"?><oembed>{members}</oembed>',
        content_type="text/xml; charset=utf-8",
    )


def _public_initiative(url: str) -> Initiative:
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" != settings.BASE_URL:
        raise Http404
    try:
        match = resolve(parts.path)
    except Resolver404 as error:
        raise Http404 from error
    found = fiche(match.kwargs["slug"]) if match.view_name == "initiatives:fiche" else None
    if found is None or found.status not in PUBLIC_STATUSES:
        raise Http404
    return found


def _pixels(request: HttpRequest, name: str, default: int) -> int:
    raw = request.GET.get(name, "")
    return int(raw) if raw.isdecimal() and 0 < len(raw) <= 6 and int(raw) else default
