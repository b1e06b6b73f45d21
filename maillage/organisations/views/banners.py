"""What a banner shows of its own: its colours, who stands behind it."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maillage.core.markdown import as_html
from maillage.core.phones import readable_phone
from maillage.organisations.banners import banner_of
from maillage.organisations.colours import stylesheet


@login_not_required
@require_safe
def colours(request: HttpRequest) -> HttpResponse:
    """The banner's colours, as a stylesheet: pages hold no style of their own. Its address carries the version."""
    banner = banner_of(request)
    if banner is None:
        raise Http404
    response = HttpResponse(stylesheet(banner.palette), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable" if "v" in request.GET else "no-cache"
    return response


@login_not_required
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Who receives people under this banner: contacts, territory, partners, legal notice."""
    banner = banner_of(request)
    if banner is None:
        raise Http404
    context = {
        "banner": banner,
        "phone_said": readable_phone(banner.telephone),
        "welcome": as_html(banner.welcome),
        "legal": as_html(banner.legal),
        "partners": banner.partners.select_related("commune").defer("commune__contour").order_by("name"),
    }
    return render(request, "organisations/banner.html", context)
