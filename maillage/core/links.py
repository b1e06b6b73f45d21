"""Ask whether a web address still answers, without letting anyone make us visit our own network.

Every name is resolved by us, every address of it must be public, and the connection goes to the address checked: a name that
changes its mind between the check and the visit (DNS rebinding) gains nothing. Redirects are followed one by one, same rule.
"""

import ipaddress
import math
import socket
import time
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

import httpx
import structlog
from django.conf import settings

log = structlog.get_logger()

REDIRECTS = 5
TIMEOUT = httpx.Timeout(10, connect=5)
AGENT = "Maillage (verification des liens)"
# the page is there, but not for robots: not a dead link
ALIVE = frozenset({401, 402, 403, 405, 406, 407, 408, 425, 429, 451, 999})
SURELY_GONE = frozenset({404, 410})
SEVERAL = 3  # servers: when none of them answers, it is we who are cut off


class NotVisited(Exception):
    """The address is not one that we visit: not http(s), or not public."""


def is_dead(status: int | None) -> bool:
    """Whether an answer (an HTTP status; None for none) means that the link is broken."""
    return status is None or (status >= 400 and status not in ALIVE)


def visits(
    urls: Iterable[str], *, pause_s: float, patience_s: float = math.inf
) -> Iterator[tuple[str, int | None]]:
    """Each address with what a visit of it gave: a status, or None (nothing answers, or it is not one that we visit).

    A server is left in peace for `pause_s` between two visits; after `patience_s` the rest waits for another run. What does not
    answer is said only once some server did: where none of several does, our own network is down, and nobody is accused.
    """
    start = time.monotonic()
    last_visit: dict[str, float] = {}
    silent: list[str] | None = []  # as long as nobody answered
    for url in urls:
        if time.monotonic() - start > patience_s:
            break
        server = urlsplit(url).netloc
        wait = pause_s - (time.monotonic() - last_visit.get(server, -pause_s))
        if wait > 0:
            time.sleep(wait)
        try:
            status = visit(url)
        except NotVisited:
            yield url, None
            continue
        last_visit[server] = time.monotonic()
        if status is None and silent is not None:
            silent.append(url)
            continue
        for other in silent or ():
            yield other, None
        silent = None
        yield url, status
    servers = {urlsplit(url).netloc for url in silent or ()}
    if len(servers) >= SEVERAL:
        log.warning("links.nobody-answers", servers=len(servers))
        return
    for url in silent or ():
        yield url, None


def visit(url: str) -> int | None:
    """The HTTP status that `url` ends on, None when nothing answers. Raises NotVisited."""
    with httpx.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False) as client:
        try:
            status = _follow(client, "HEAD", url)
            # many servers answer HEAD badly
            return _follow(client, "GET", url) if is_dead(status) or status in ALIVE else status
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
            return None


def _follow(client: httpx.Client, method: str, url: str) -> int | None:
    for _hop in range(REDIRECTS + 1):
        with _ask(client, method, url) as response:
            if not response.is_redirect or "location" not in response.headers:
                return response.status_code
            url = urljoin(url, response.headers["location"])
    return None  # a loop


def _ask(client: httpx.Client, method: str, url: str):  # type: ignore[no-untyped-def] # httpx names no type for it
    target = httpx.URL(url)
    if target.scheme not in {"http", "https"} or not target.host or target.userinfo:
        raise NotVisited
    port = target.port or (443 if target.scheme == "https" else 80)
    address = public_address(target.host, port)
    headers = {"Host": target.netloc.decode("ascii"), "User-Agent": AGENT, "Accept": "*/*"}
    return _opened(client, method, target.copy_with(host=address), headers, target.host)


def _opened(client: httpx.Client, method: str, url: httpx.URL, headers: dict[str, str], name: str):  # type: ignore[no-untyped-def]
    # the body of a GET is never read: the stream closes after the headers
    return client.stream(method, url, headers=headers, extensions={"sni_hostname": name})


def public_address(host: str, port: int) -> str:
    """An IP address of `host`, all of whose addresses are public. Raises NotVisited; httpx.ConnectError for no such name."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise httpx.ConnectError(str(error)) from error
    for address in found:
        ip = ipaddress.ip_address(str(address).split("%")[0])
        mapped = getattr(ip, "ipv4_mapped", None) or ip
        if mapped.is_loopback and settings.LINKS_MAY_BE_LOCAL:
            continue
        if not mapped.is_global or mapped.is_multicast:
            raise NotVisited
    return str(sorted(found, key=lambda one: ":" in str(one))[0])  # IPv4 first: it is everywhere
