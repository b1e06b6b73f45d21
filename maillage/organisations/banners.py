"""The banner under which a request is made: its path /b/<banner>/, or its host name.

The middleware takes the prefix off the path, so that the site's own addresses answer, and puts it back on every link:
`reverse` through the script prefix, the others in the page itself. What is alike under every banner stays outside.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import get_script_prefix, reverse, set_script_prefix

from maillage.core.phones import readable_phone
from maillage.organisations.models import Banner
from maillage.organisations.queries.banners import banner_hosts, published_banner
from maillage.ui.identity import Identity

Next = Callable[[HttpRequest], HttpResponse]
PATH = re.compile(r"/b/(?P<slug>[a-z0-9_-]{1,60})(?P<rest>/.*)?")
# signing in, files, machines, other banners: alike whatever the banner
OUTSIDE = (
    "/compte/", "/api/", "/static/", "/media/", "/tuiles/", "/healthz", "/readyz", "/metrics", "/oembed", "/demo/",
    "/code-source/maillage", "/robots.txt", "/sitemap", "/.well-known/", "/favicon.ico", "/manifest.webmanifest", "/b/",
)  # fmt: skip
LINK = re.compile(
    rb"""(?P<before>\s(?:href|action|formaction|data-[a-z-]+|hx-[a-z-]+)=["'])(?P<path>/(?![/\\])[^"']*)"""
)
HEADERS = ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url")
# lists that take a place: the header's links keep them to the banner's territory
WITH_PLACE = ("/carte/", "/initiatives/")
HOSTS_KEPT_S = 60


def banner_of(request: HttpRequest) -> Banner | None:
    """The banner under which this page is asked for, if any."""
    return getattr(request, "banner", None)


class BannerMiddleware:
    """Find the banner of the request, give it to the page, and keep its links under it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = PATH.fullmatch(request.path_info)
        if found is None:
            _dress(request, _banner_of_host(request))
            return self.get_response(request)
        banner = published_banner(slug=found["slug"])
        if banner is None:
            _dress(request, None)
            return self.get_response(request)
        prefix, rest = f"/b/{banner.slug}", found["rest"]
        query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
        if not rest or rest.startswith(OUTSIDE):
            # 307: a form sent there is sent again
            response = HttpResponseRedirect((rest or f"{prefix}/") + query)
            response.status_code = 307
            return response
        before = get_script_prefix()
        set_script_prefix(f"{prefix}/")
        request.path, request.path_info = prefix + rest, rest
        request.META["SCRIPT_NAME"], request.META["PATH_INFO"] = prefix, rest
        try:
            _dress(request, banner)
            return kept_under(prefix, self.get_response(request))
        finally:
            set_script_prefix(before)


def kept_under(prefix: str, response: HttpResponse) -> HttpResponse:
    """`response` with each path of ours in its links and redirections under `prefix` (« /b/osez »)."""
    for name in HEADERS:
        if response.get(name, "").startswith("/"):
            response[name] = path_under(prefix, response[name])
    if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
        start = prefix.encode()
        response.content = LINK.sub(
            lambda link: link["before"] + _bytes_under(start, link["path"]), response.content
        )
        if response.has_header("Content-Length"):
            response["Content-Length"] = str(len(response.content))
    return response


def path_under(prefix: str, path: str) -> str:
    """`path` under `prefix`, once; what lies outside banners without it; another site's address as it is."""
    if path.startswith(("//", "/\\")):
        return path
    return _bytes_under(prefix.encode(), path.encode()).decode()


_OUTSIDE = tuple(path.encode() for path in OUTSIDE)


def _bytes_under(prefix: bytes, path: bytes) -> bytes:
    bare = path[len(prefix) :] if path.startswith(prefix + b"/") else path
    return bare if bare.startswith(_OUTSIDE) else prefix + bare


def _banner_of_host(request: HttpRequest) -> Banner | None:
    host = request.get_host().rpartition(":")[0] or request.get_host()
    if host in {urlsplit(settings.BASE_URL).hostname, "localhost", "127.0.0.1"}:
        return None
    hosts: set[str] = cache.get_or_set("organisations.banner-hosts", banner_hosts, HOSTS_KEPT_S) or set()
    return published_banner(host=host) if host in hosts else None


def _dress(request: HttpRequest, banner: Banner | None) -> None:
    request.banner = banner  # type: ignore[attr-defined]
    request.identity = _identity(banner) if banner else None  # type: ignore[attr-defined]


def _identity(banner: Banner) -> Identity:
    return Identity(
        name=banner.name,
        home=get_script_prefix(),
        logo=banner.logo.url if banner.logo else "",
        stylesheet=f"{reverse('organisations:colours')}?v={banner.pk}-{banner.version}",
        colour=banner.canal,
        phone=banner.telephone,
        phone_said=readable_phone(banner.telephone),
        call_back=reverse("organisations:call-back"),
        about=reverse("organisations:banner"),
        carrier=banner.carrier.name if banner.carrier else "",
        is_example=banner.is_example,
        queries={path: banner.place_query for path in WITH_PLACE if banner.place_query},
    )
