from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from maillage.accounts.access import MODERATING, scopes
from maillage.accounts.models import User
from maillage.core.markdown import as_html
from maillage.initiatives.queries import moderation
from maillage.journeys.access import may_read_figures
from maillage.journeys.queries.coordination import count_to_call
from maillage.journeys.queries.inbox import counts_of
from maillage.offers.wording import STAGES
from maillage.organisations.banners import banner_of
from maillage.organisations.queries import organisations_of
from maillage.organisations.queries.desk import desk_of
from maillage.portal import queries
from maillage.portal.source import archive


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front door: the finder's first two questions, the map beside them, three doors, the latest initiatives.

    Under a banner, its words, and its territory.
    """
    banner = banner_of(request)
    place = banner.place_query if banner else ""
    context = {
        "stages": list(STAGES.values()),
        "banner": banner,
        "welcome": as_html(banner.welcome) if banner else "",
        "place": place,
        "overview": queries.overview(place),
        "first_view": queries.local_view(place),
        "latest": queries.latest(place),
    }
    return render(request, "portal/home.html", context)


@never_cache
@require_safe
def workspace(request: HttpRequest) -> HttpResponse:
    """The home of a signed-in person: what waits for them in each app, their fiches, proposals and structures."""
    assert isinstance(request.user, User)  # the site asks for a sign-in
    scope, desk = scopes(request.user, *MODERATING), desk_of(request.user)
    context = {
        "to_call": count_to_call(request.user.pk) if desk.calls is not None else None,
        "referrals": counts_of(request.user, at=timezone.now()),
        "reads_figures": may_read_figures(request.user),
        "proposals": moderation.proposals_of(request.user.pk)[:50],
        "fiches": moderation.fiches_of(request.user.pk)[:100],
        "organisations": organisations_of(request.user.pk),
        "desk": desk,
        "queue": moderation.queue_count(scope) if scope else None,
    }
    return render(request, "portal/workspace.html", context)


def page(name: str) -> Callable[[HttpRequest], HttpResponse]:
    """The view of a page of words: `portal/<name>.html`."""

    @login_not_required
    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        return render(
            request,
            f"portal/{name}.html",
            {
                "publisher": settings.PUBLISHER,
                "host": settings.HOSTING,
                "contact_email": settings.CONTACT_EMAIL,
                "source_url": settings.SOURCE_URL,
            },
        )

    return view


@login_not_required
@require_GET
def source_archive(request: HttpRequest) -> HttpResponse:
    """The source that runs here."""
    response = HttpResponse(archive(), content_type="application/gzip")
    response["Content-Disposition"] = 'attachment; filename="maillage.tar.gz"'
    return response


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may visit; a demo asks to be left out."""
    rules = (
        ["Disallow: /"]
        if settings.DEMO
        else ["Disallow: /compte/", "Disallow: /espace/", "Disallow: /ui/", "Disallow: /*?"]
    )
    lines = ["User-agent: *", *rules, "", f"Sitemap: {settings.BASE_URL.rstrip('/')}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Where to report a vulnerability (RFC 9116)."""
    base = settings.BASE_URL.rstrip("/")
    contact = f"mailto:{settings.CONTACT_EMAIL}" if settings.CONTACT_EMAIL else f"{base}/mentions-legales/"
    expires = (timezone.now() + timedelta(days=180)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires.isoformat()}",
        "Preferred-Languages: fr, en",
        f"Canonical: {base}/.well-known/security.txt",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
