"""One initiative: its page, its history, its sheet of paper."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maillage.core.history import FieldDifference, difference
from maillage.core.markdown import as_html
from maillage.initiatives.fiche_map import fiche_map
from maillage.initiatives.models import Initiative, Phase, Public, Theme
from maillage.initiatives.queries.fiche import (
    Change,
    fiche,
    moved_to,
    nearby,
    public_changes,
    same_theme,
    was_public,
)
from maillage.initiatives.queries.search import PUBLIC_STATUSES
from maillage.initiatives.structured_data import structured_data
from maillage.initiatives.views.find import entries


@login_not_required
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """`/initiatives/<slug>/`: 301 when merged into another, 410 with an explanation when withdrawn."""
    found = _public_fiche(request, slug)
    if isinstance(found, HttpResponse):
        return found
    near = entries(nearby(found))
    themes = _themes(found)
    return render(
        request,
        "initiatives/fiche.html",
        {
            "initiative": found,
            "themes": themes,
            "mini_map": fiche_map(found, themes[0] if themes else None),
            "publics": [Public(code).label for code in found.publics if code in Public.values],
            "phases": [Phase(code).label for code in found.phases if code in Phase.values],
            "body": as_html(found.body),
            "links": safe_links(found),
            "nearby": near,
            "same_theme": entries(same_theme(found, apart_from=[row.pk for row in near])),
            "canonical": settings.BASE_URL + reverse("initiatives:fiche", args=[slug]),
            "base_url": settings.BASE_URL,
            "structured_data": _script(structured_data(found, settings.BASE_URL)),
        },
    )


@login_not_required
@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """`/initiatives/<slug>/historique/`: dates and changes, nobody named."""
    found = _public_fiche(request, slug)
    if isinstance(found, HttpResponse):
        return found
    changes = [_as_shown(change) for change in public_changes(found)]
    return render(request, "initiatives/history.html", {"initiative": found, "changes": changes})


@login_not_required
@require_safe
def sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """`/initiatives/<slug>.pdf`: one page to print and hand out, with a QR code to the fiche."""
    found = _public_fiche(request, slug)
    if isinstance(found, HttpResponse):
        return found
    key = (
        f"initiatives.sheet:{get_script_prefix()}:{found.pk}:{found.version}"  # its QR code keeps the banner
    )
    document = cache.get(key)
    if document is None:
        from maillage.initiatives.sheet import sheet_of  # slow import

        document = sheet_of(found, _themes(found), settings.BASE_URL)
        cache.set(key, document, 3600)
    response = HttpResponse(document, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{slug}.pdf"'
    return response


def _public_fiche(request: HttpRequest, slug: str) -> Initiative | HttpResponse:
    found = fiche(slug)
    if found is not None and found.status in PUBLIC_STATUSES:
        return found
    if target := moved_to(slug):
        return HttpResponsePermanentRedirect(
            reverse(str(request.resolver_match.view_name), args=[target])  # type: ignore[union-attr]
        )
    if (found is not None and found.status == Initiative.Status.ARCHIVED) or (
        found is None and was_public(slug)
    ):
        return render(request, "initiatives/gone.html", {"initiative": found}, status=410)
    raise Http404


def safe_links(initiative: Initiative) -> list[dict[str, str]]:
    """The links with an http(s) address, each with words to click."""
    return [
        {"url": link["url"], "label": link.get("label") or link["url"]}
        for link in initiative.links
        if isinstance(link, dict) and str(link.get("url", "")).startswith(("http://", "https://"))
    ]


def _themes(initiative: Initiative) -> list[Theme]:
    return list(Theme.objects.filter(code__in=initiative.themes))


def _script(data: dict[str, Any]) -> SafeString:
    """JSON that cannot leave its <script>."""
    text = json.dumps(data, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return mark_safe(text)  # noqa: S308 escaped above


def _as_shown(change: Change) -> dict[str, Any]:
    told = change.told()
    differences: list[FieldDifference] = difference(
        {name: before for name, (before, _after) in told.items()},
        {name: after for name, (_before, after) in told.items()},
        Initiative,
    )
    labels = {
        "carrier_id": _("Portée par"),
        "commune_id": _("Commune"),
        "qpv_id": _("Quartier"),
        "departement_id": _("Département"),
        "region_id": _("Région"),
        "point": _("Position sur la carte"),
        "contact_name": _("Contact"),
        "contact_email": _("Contact"),
        "contact_phone": _("Contact"),
        "author_name": _("Auteur ou autrice de la fiche"),
    }
    return {
        "at": change.at,
        "is_publication": change.before is None,
        "differences": differences,
        "named": list(dict.fromkeys(labels[name] for name in change.named())),
    }
