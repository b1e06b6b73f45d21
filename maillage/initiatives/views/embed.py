"""The map and the fiches in other sites' pages: the embed, the page that builds it, oEmbed."""

from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from maillage.core.errors import DomainError
from maillage.initiatives.exports.records import marked_title
from maillage.initiatives.map_view import map_of, symbols
from maillage.initiatives.models import Initiative, Theme
from maillage.initiatives.queries.fiche import fiche
from maillage.initiatives.queries.search import PUBLIC_STATUSES, Criteria, find_part
from maillage.initiatives.views.find import entries, results_context
from maillage.territories.basemap import ATTRIBUTION

LISTED = 12
HEIGHT = 640


@login_not_required
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@require_safe
def embedded_map(request: HttpRequest) -> HttpResponse:
    """`/integrer/carte/`: the map of a selection and its first entries, for the frame of another site's page.

    No script, no cookie; moving the map stays in the frame, reading and contributing open a tab of their own.
    """
    criteria = Criteria.from_query(request.GET)
    themes = {theme.code: theme for theme in Theme.objects.all()}
    view = map_of(criteria, path=request.path, themes=themes, asked=request.GET.get("vue", ""))
    # a fiche refuses to be framed, so its marker opens it in a tab
    fiches = reverse("initiatives:list")
    svg = view.svg.replace(f'<a href="{fiches}', f'<a target="_blank" rel="noopener" href="{fiches}')
    query = criteria.with_(page=1).to_query()
    return render(
        request,
        "initiatives/embed.html",
        {
            "map": view,
            "svg": mark_safe(svg),  # noqa: S308 our own drawing
            "symbols": symbols(themes.values()),
            "attribution": ATTRIBUTION,
            "rows": entries(find_part(criteria, 0, LISTED)),
            "total": view.found.total,
            "query": query,
            "base_url": settings.BASE_URL,
        },
    )


@login_not_required
@require_safe
def builder(request: HttpRequest) -> HttpResponse:
    """`/integrer/`: choose a selection, copy the code that shows it."""
    context = results_context(request)
    address = f"{request.path}?{context['criteria'].to_query()}".rstrip("?")
    if context["place_found"]:
        return redirect(address)
    query = context["query"]
    source = settings.BASE_URL + reverse("initiatives:embed") + (f"?{query}" if query else "")
    code = format_html(
        '<iframe src="{}" title="{}" width="100%" height="{}" loading="lazy" style="border:0"></iframe>',
        source,
        _("Carte des initiatives"),
        HEIGHT,
    )
    page = render(
        request,
        "initiatives/embed_builder.html",
        {**context, "plain_form": True, "source": source, "code": code},
    )
    page.status_code = 422 if context["refused"] else 200
    return page


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
        marked_title(initiative),
        initiative.summary,
    )
    answer = {
        "type": "rich",
        "version": "1.0",
        "title": marked_title(initiative),
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
    try:
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != settings.BASE_URL:
            raise Http404
        match = resolve(parts.path)
    except (ValueError, Resolver404) as error:
        raise Http404 from error
    found = fiche(match.kwargs["slug"]) if match.view_name == "initiatives:fiche" else None
    if found is None or found.status not in PUBLIC_STATUSES:
        raise Http404
    return found


def _pixels(request: HttpRequest, name: str, default: int) -> int:
    raw = request.GET.get(name, "")
    return int(raw) if raw.isdecimal() and 0 < len(raw) <= 6 and int(raw) else default
