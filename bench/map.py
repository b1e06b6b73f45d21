"""The map with 50 000 initiatives spread as people are, in a real Chromium: a desk, then a slow phone on a slow network.

`./bin/bench map [--quick]`. It works on copies of the bench's database, one with 1 000 and one with 50 000 published
initiatives, and leaves the bench's own database as it was.
"""

import http.client
import json
import os
import random
import statistics
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from django.conf import settings
from playwright.sync_api import Browser, Page

from bench.report import Figure, at_least, at_most, median, p95, timings_ms, told
from bench.site import chromium, serving
from maillage.core.cluster import OWNER, SUPERUSER

FEW, MANY = 1_000, 50_000
PAGE = "/carte/"
THEMES = [
    "jeunes",
    "adultes",
    "aller-vers",
    "amorcage",
    "cooperatif",
    "lieux",
    "financement",
    "marches",
    "ecosysteme",
    "observation",
]
NATIONAL = "/carte/grappes.json?z=6&box=-9,39.5,13.5,52.5"
LOCAL = "/carte/grappes.json?z=12&box=2.2,48.8,2.5,49.0"
MILLISECONDS = 1000


@dataclass(frozen=True)
class Device:
    """One kind of visitor and what the visit may cost, in seconds and milliseconds."""

    name: str
    width: int
    height: int
    slower: int
    bits_per_s: int | None
    first_s: float
    interactive_s: float
    longest_ms: float
    filter_s: float


DEVICES = (
    Device("desk", 1280, 800, 1, None, 0.8, 1.2, 200, 0.3),
    Device("phone", 390, 844, 4, 1_600_000, 1.5, 3, 500, 1),
)
# notes, in the page's own clock, the first frame after the markers are there, and the first that is interactive
WATCH = """
window.seen = {longest: 0};
new PerformanceObserver(list => list.getEntries().forEach(e => seen.longest = Math.max(seen.longest, e.duration)))
  .observe({type: "longtask", buffered: true});
const watch = () => {
  const now = performance.now();
  if (!seen.first && document.querySelector(".first-view .marks a")) requestAnimationFrame(() => seen.first ??= performance.now());
  if (!seen.ready && document.querySelector("initiatives-map[data-ready]")) seen.ready = now;
  if (!seen.ready) requestAnimationFrame(watch);
};
requestAnimationFrame(watch);
"""
# ticks a theme and waits for the list's count and for other markers
FILTER = """
async () => {
  const marks = document.querySelector(".map-mark"), title = document.querySelector("#results-title").textContent;
  const box = document.querySelector("input[name=theme]:not(:checked)");
  box.closest("details").open = true;
  const start = performance.now();
  box.click();
  while (document.querySelector("#results-title").textContent === title || document.contains(marks)) {
    if (performance.now() - start > 20000) return 20000;
    await new Promise(requestAnimationFrame);
  }
  await new Promise(requestAnimationFrame);
  return performance.now() - start;
}
"""


def figures(*arguments: str) -> Iterable[Figure]:
    """Every target of the map: what a visit costs, a filter, a save, tiles, and that 50 000 cost what 1 000 do."""
    times = 2 if "--quick" in arguments else 5
    firsts = {}
    for count in (FEW, MANY):
        with filled(count) as database, serving() as base:
            for path in (PAGE, NATIONAL, LOCAL):
                ask(base, path)  # the worker's first request of each kind
            found = {
                name: median(timings_ms(lambda path=path: ask(base, path), 6 * times, warm_up=3))
                for name, path in {"page": PAGE, "national groups": NATIONAL, "local groups": LOCAL}.items()
            }
            with chromium() as browser:
                for device in DEVICES:
                    visits = [visit(browser, base, device) for _ in range(times)]
                    firsts[device.name, count] = median([v["first"] for v in visits])
                    if count == MANY:
                        yield from of_visits(device, visits)
            yield told(f"page, server, {count} initiatives", found["page"], "ms")
            yield told(f"national groups, server, {count} initiatives", found["national groups"], "ms")
            yield told(f"local groups, server, {count} initiatives", found["local groups"], "ms")
            if count == MANY:
                yield at_most("national groups JSON", len(ask(base, NATIONAL)) / 1000, "KB gzipped", 10)
                yield from of_tiles(base, times)
                yield from of_saves(base, database, 20 * times)
    for device in DEVICES:
        ratio = firsts[device.name, MANY] / firsts[device.name, FEW]
        yield at_most(f"first view, {device.name}, {MANY} over {FEW}", ratio, "times", 1.25)


def of_visits(device: Device, visits: list[dict[str, float]]) -> Iterator[Figure]:
    """The figures of one device, medians of its visits."""

    def middle(name: str) -> float:
        return median([v[name] for v in visits])

    where = f", {device.name}"
    yield at_most(f"bytes before the first markers{where}", middle("bytes") / 1000, "KB", 150)
    yield at_most(f"requests before the first markers{where}", middle("requests"), "requests", 20)
    yield at_most(f"first view{where}", middle("first") / MILLISECONDS, "s", device.first_s)
    yield at_most(f"interactive{where}", middle("ready") / MILLISECONDS, "s", device.interactive_s)
    yield at_most(f"longest task{where}", middle("longest"), "ms", device.longest_ms)
    yield at_most(f"filter{where}", middle("filter") / MILLISECONDS, "s", device.filter_s)
    yield told(f"bytes of the whole visit{where}", middle("all_bytes") / 1000, "KB")


def visit(browser: Browser, base: str, device: Device) -> dict[str, float]:
    """One first visit with nothing cached: when the markers are painted, when the map is alive, then one filter."""
    context = browser.new_context(
        viewport={"width": device.width, "height": device.height}, locale="fr-FR", reduced_motion="reduce"
    )
    try:
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        if device.slower > 1:
            network.send("Emulation.setCPUThrottlingRate", {"rate": device.slower})
        if device.bits_per_s:
            network.send(
                "Network.emulateNetworkConditions",
                {
                    "offline": False,
                    "latency": 150,
                    "downloadThroughput": device.bits_per_s / 8,
                    "uploadThroughput": device.bits_per_s / 8,
                },
            )
        log = NetworkLog(network)
        page.add_init_script(WATCH)
        page.goto(base + PAGE, wait_until="commit")
        page.wait_for_selector("initiatives-map[data-ready]", timeout=120_000)
        page.wait_for_timeout(300)
        seen: dict[str, float] = page.evaluate("seen")
        bytes_before, requests_before = log.until(seen["first"])
        return {
            **seen,
            "bytes": bytes_before,
            "requests": requests_before,
            "all_bytes": log.until(float("inf"))[0],
            "filter": filtered(page),
        }
    finally:
        context.close()


def filtered(page: Page) -> float:
    """Milliseconds from a tick in the themes to the list and the map that answer it."""
    return float(page.evaluate(FILTER))


class NetworkLog:
    """What came over the network, and when, in milliseconds since the navigation."""

    def __init__(self, network: Any) -> None:
        self.start: float | None = None
        self.asked: list[float] = []
        self.received: list[tuple[float, float]] = []
        network.on("Network.requestWillBeSent", self._asked)
        network.on("Network.dataReceived", self._received)
        network.on("Network.responseReceivedExtraInfo", lambda event: None)

    def _asked(self, event: dict[str, Any]) -> None:
        if self.start is None:
            self.start = event["timestamp"]
        if not event["request"]["url"].startswith("data:"):
            self.asked.append(event["timestamp"])

    def _received(self, event: dict[str, Any]) -> None:
        self.received.append((event["timestamp"], event["encodedDataLength"] or 0))

    def until(self, milliseconds: float) -> tuple[float, int]:
        """Bytes received and requests made until then."""
        end = (self.start or 0) + milliseconds / MILLISECONDS
        return sum(size for at, size in self.received if at <= end), sum(at <= end for at in self.asked)


def of_tiles(base: str, times: int) -> Iterator[Figure]:
    """Cached tiles a second over kept connections, and the time to draw one that is not."""
    page = ask(base, PAGE).decode()
    address = page.split('data-contours="')[1].split('"')[0].replace("&amp;", "&")
    tiles = [
        address.replace("{z}", "10").replace("{x}", str(x)).replace("{y}", str(y))
        for x in range(510, 526)
        for y in range(346, 362)
    ]
    drawn: list[float] = []
    for tile in tiles:
        start = time.perf_counter()
        ask(base, tile)
        drawn.append((time.perf_counter() - start) * MILLISECONDS)
    yield told("tile drawn for the first time, p95", p95(drawn), "ms")

    def fetch(part: list[str]) -> int:
        server = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
        for path in part:
            server.request("GET", path, headers={"Accept-Encoding": "br"})
            server.getresponse().read()
        server.close()
        return len(part)

    with ThreadPoolExecutor(4) as pool:
        rates = []
        for _ in range(times):
            start = time.perf_counter()
            done = sum(pool.map(fetch, [tiles[i::4] * 2 for i in range(4)]))
            rates.append(done / (time.perf_counter() - start))
    yield at_least("cached tiles", statistics.median(rates), "tiles/s", 400)


def of_saves(base: str, database: str, times: int) -> Iterator[Figure]:
    """Moving a point, as the edit form does: bytes sent and received, and the time it takes."""
    with as_superuser(database) as everything:
        slug, version = everything.execute(
            "SELECT slug, version FROM initiatives_initiative WHERE slug LIKE 'bench-%' LIMIT 1"
        ).fetchone()
        user = everything.execute(
            "SELECT u.id FROM accounts_user u JOIN accounts_role r ON r.user_id = u.id WHERE r.kind = 'network' LIMIT 1"
        ).fetchone()[0]
    cookies = signed_in(database, user)
    server = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
    sizes: list[float] = []

    def save() -> None:
        nonlocal version
        lon, lat = 2.395 + random.random() / 100, 48.965 + random.random() / 100  # Garges-lès-Gonesse
        body = json.dumps({"lon": round(lon, 5), "lat": round(lat, 5), "version": version})
        headers = {
            "Content-Type": "application/json",
            "Cookie": cookies,
            "X-CSRFToken": "a" * 32,
            "Accept-Encoding": "gzip",
        }
        server.request("POST", f"/initiatives/{slug}/position/", body, headers)
        answer = server.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {content[:300]!r}")
        version = json.loads(content)["version"]
        sent = len(body) + sum(len(k) + len(v) + 4 for k, v in headers.items())
        sizes.append(sent + len(content) + sum(len(k) + len(v) + 4 for k, v in answer.getheaders()))

    took = timings_ms(save, times)
    yield at_most("save a moved point, p95", p95(took), "ms", 60)
    yield at_most("save a moved point, both ways with headers", median(sizes) / 1000, "KB", 3)


def signed_in(database: str, user_id: int) -> str:
    """The cookies of a session of this user."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connections

    from maillage.accounts.models import User
    from maillage.core.acting import Purpose, acting_as

    before = connections["default"].settings_dict["NAME"]
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = database
    try:
        with acting_as(user_id, purpose=Purpose.SIGN_IN):
            user = User.objects.get(pk=user_id)
            session = SessionStore()
            session[SESSION_KEY] = str(user.pk)
            session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session.create()
    finally:
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = before
    return f"sessionid={session.session_key}; csrftoken={'a' * 32}"


def ask(base: str, path: str) -> bytes:
    """The content of one answer, compressed for the JSON, plain for a page."""
    server = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
    try:
        server.request("GET", path, headers={"Accept-Encoding": "gzip"} if ".json" in path else {})
        answer = server.getresponse()
        content = answer.read()
    finally:
        server.close()
    if answer.status >= 400:
        raise RuntimeError(f"{path} : {answer.status}")
    return content


def as_superuser(database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(
        host=str(settings.CLUSTER.socket_dir), user=SUPERUSER, dbname=database, autocommit=True
    )


@contextmanager
def filled(count: int) -> Iterator[str]:
    """A copy of the bench's database with `count` published initiatives more, served through the environment."""
    from django.db import connections

    connections.close_all()
    name = f"bench_map_{count}"
    with as_superuser() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE maillage STRATEGY file_copy')
    before = {key: os.environ.get(key) for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    where = quote(str(settings.CLUSTER.socket_dir), safe="")
    try:
        fill(name, count)
        os.environ["DATABASE_URL"] = f"postgresql://maillage_web@{where}/{name}"
        os.environ["DATABASE_OWNER_URL"] = f"postgresql://maillage_owner@{where}/{name}"
        yield name
    finally:
        for key, value in before.items():
            os.environ.pop(key) if value is None else os.environ.update({key: value})
        with as_superuser() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def fill(database: str, count: int) -> None:
    """Add `count` published initiatives, as many in a commune as its people call for, some hundred metres around it."""
    random.seed(3)
    with as_superuser(database) as everything:
        communes = everything.execute(
            "SELECT code, ST_X(town_hall), ST_Y(town_hall), COALESCE(population, 1) FROM territories_commune WHERE kind = 'COM'"
        ).fetchall()
        with everything.transaction():
            everything.execute(
                "CREATE TEMP TABLE placed (n int, code text, lon float8, lat float8, themes text[]) ON COMMIT DROP"
            )
            with everything.cursor().copy("COPY placed FROM STDIN") as copy:
                chosen = random.choices(communes, weights=[c[3] for c in communes], k=count)
                for n, (code, lon, lat, people) in enumerate(chosen):
                    reach = 0.002 + min(0.05, people**0.5 / 20_000)
                    themes = random.sample(THEMES, 1 + n % 2)
                    copy.write_row(
                        (n, code, lon + random.gauss(0, reach), lat + random.gauss(0, reach), themes)
                    )
            everything.execute(
                """
                INSERT INTO initiatives_initiative (slug, title, summary, body, themes, publics, phases, partners, scope,
                    point, address, commune_id, contact_name, contact_email, contact_phone, links, source_name, source_url,
                    author_name, licence, is_example, status, confirmed_on, published_at, origin, origin_key, created_at, updated_at, version)
                SELECT 'bench-' || n, 'Initiative ' || n || ' à ' || c.nom,
                    'Un accompagnement de proximité pour celles et ceux qui veulent entreprendre.',
                    repeat('Chaque semaine, une permanence accueille les habitants du quartier. ', 8),
                    themes::varchar[], ARRAY[CASE n % 3 WHEN 0 THEN 'jeunes' WHEN 1 THEN 'femmes' ELSE 'habitants' END]::varchar[],
                    ARRAY[CASE n % 2 WHEN 0 THEN 'idee' ELSE 'creation' END]::varchar[], ARRAY[]::varchar[], 'address',
                    ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326), '', c.code, '', '', '', '[]', '', '', '', 'LO-2.0', true,
                    'published', current_date, now() - n * interval '1 minute', '', '', now(), now(), 1
                FROM placed p JOIN territories_commune c ON c.code = p.code
                """
            )
        everything.execute("VACUUM ANALYZE initiatives_initiative")
