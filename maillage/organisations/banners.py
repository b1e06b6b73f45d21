"""The banner under which a request is made: its path /b/<banner>/, or its host name.

The middleware takes the prefix off the path, so that the site's own addresses answer, and puts it back on every link:
`reverse` through the script prefix, the others in the page itself. What is alike under every banner stays outside.
"""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import get_script_prefix, reverse, set_script_prefix

from maillage.core.phones import readable_phone
from maillage.organisations.models import Banner
from maillage.organisations.queries.banners import banner_hosts, main_commune, published_banner
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
# a banner keeps these to its territory, unless the address says a place, or says none on purpose (« lieu= »)
AROUND, LISTED, FINDER = ("/carte/", "/initiatives/"), ("/services/", "/structures/"), "/trouver/"
PLACES = frozenset((
    "commune", "epci", "departement", "region", "qpv", "territoire", "lon", "lat", "rayon", "zone", "bbox", "vue", "lieu",
    "adresse", "position", "phrase", "structure",
))  # fmt: skip
NOWHERE = "lieu="
TO_ITSELF = re.compile(rb"""(?P<before>\s(?:href|hx-get)=["'])(?P<link>[^"'?#]*\?[^"'#]*)""")
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
            banner = _banner_of_host(request)
            _dress(request, banner)
            return self._answer(request, banner)
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
            return kept_under(prefix, self._answer(request, banner))
        finally:
            set_script_prefix(before)

    def _answer(self, request: HttpRequest, banner: Banner | None) -> HttpResponse:
        """The page; a list asked for without a place is asked again for the banner's territory."""
        if banner is None or request.path_info not in {*AROUND, *LISTED, FINDER}:
            return self.get_response(request)
        asked = request.META.get("QUERY_STRING", "")
        if (
            request.method in {"GET", "HEAD"}
            and not says_place(asked)
            and "HX-Request" not in request.headers
        ):
            place = _default_query(banner, request.path_info, asked)
            if place:
                return HttpResponseRedirect(f"{request.path_info}?{place}{'&' if asked else ''}{asked}")
        return kept_everywhere((request.path_info, request.path), self.get_response(request))


def says_place(query: str) -> bool:
    """Whether the query of an address says a place, or says on purpose that there is none."""
    return not PLACES.isdisjoint(name for name, _value in parse_qsl(query, keep_blank_values=True))


def default_commune(request: HttpRequest) -> tuple[str, str] | None:
    """The code and the name of the commune from which a person is looked after under this banner, who says none."""
    banner = banner_of(request)
    if banner is None or "lieu" in request.GET:
        return None
    return main_commune(banner.zones)


def kept_everywhere(own: tuple[str, ...], response: HttpResponse) -> HttpResponse:
    """`response` of a list whose own addresses (`own`), without a place, say so: a place taken away stays away."""
    for name in HEADERS:
        if name in response:
            response[name] = _on_purpose(own, response[name])
    if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
        response.content = TO_ITSELF.sub(
            lambda link: link["before"] + _on_purpose(own, link["link"].decode(), "&amp;").encode(),
            response.content,
        )
    return response


def _on_purpose(own: tuple[str, ...], link: str, joined: str = "&") -> str:
    target, _mark, query = link.partition("?")
    if target not in {"", *own} or says_place(query.replace("&amp;", "&")):
        return link
    return f"{target}?{query}{joined if query else ''}{NOWHERE}"


def _default_query(banner: Banner, path: str, asked: str) -> str:
    """The place that a list takes under the banner; the finder's questions, when nothing is asked, only propose theirs."""
    if path == FINDER:
        commune = main_commune(banner.zones) if asked else None
        return f"commune={commune[0]}" if commune else ""
    return banner.list_query if path in LISTED else banner.place_query


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
        queries={
            **{path: banner.place_query for path in AROUND if banner.place_query},
            **dict.fromkeys(LISTED, banner.list_query),
        },
    )
