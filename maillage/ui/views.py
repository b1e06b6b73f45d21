from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from maillage.ui import theme
from maillage.ui.living import living_page


@login_not_required
@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """The living page: every component in every state."""
    return living_page(request)


@login_not_required
@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone reads to put the site on its home screen."""
    icons = [("ui/favicon.svg", "any", "image/svg+xml"), ("ui/icon-180.png", "180x180", "image/png")]
    return JsonResponse(
        {
            "name": "Maillage",
            "short_name": "Maillage",
            "description": _("Entreprendre près de chez vous, sans vous perdre"),
            "lang": "fr",
            "start_url": "/",
            "display": "browser",
            "background_color": "#fbfaf6",
            "theme_color": "#0b5563",
            "icons": [{"src": static(name), "sizes": sizes, "type": kind} for name, sizes, kind in icons],
        },
        content_type="application/manifest+json",
    )


@login_not_required
@require_GET
def favicon(request: HttpRequest) -> HttpResponse:
    """For what asks for an icon at the old address."""
    return HttpResponseRedirect(static("ui/favicon.svg"))


# without CSRF: a forged choice of colours harms nobody, and a token would set a cookie on every public page
@csrf_exempt
@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme chosen and go back to the page."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    theme.remember(response, request.POST.get("theme", ""))
    return response
