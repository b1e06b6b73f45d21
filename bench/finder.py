"""The finder over HTTP, with 100 000 services of 30 000 structures, 1 600 QPV and every commune.

`./bin/bench finder [--quick]`. It works on a copy of the bench's database, and leaves it as it was. Services and
questions are spread as people are; the questions are the same at each run. CPU is that of the web server's
processes and of the database's sessions.
"""

import http.client
import os
import random
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from data_inclusion.schema import v1
from django.conf import settings
from psycopg import Connection

from bench.map import as_superuser
from bench.report import Figure, at_least, at_most, median, p95, told
from bench.site import serving
from maillage.core.cluster import OWNER

STRUCTURES, SERVICES, QPV, WITH_PERMANENCES = 30_000, 100_000, 1_600, 5_000
DATABASE = "bench_finder"
CLIENTS, A_CONNECTION, WARM_UP = 8, 10, 300
ADDRESS = "/api/v1/offers/search"
PHASES = ["idee", "amorcage", "creation", "developpement"]
KINDS = [
    "accueil",
    "diagnostic",
    "accompagnement",
    "groupe",
    "formation",
    "financement",
    "hebergement",
    "test",
]
BRAKES = [
    "mobilite",
    "garde-enfant",
    "logement",
    "sante",
    "langue",
    "numerique",
    "administratif",
    "financier",
]
BUSINESS = [term.value for term in v1.Thematique if term.value.startswith("creer-")]
OTHERS = [term.value for term in v1.Thematique if not term.value.startswith("creer-")]
PUBLICS = [term.value for term in v1.Public][1:]
DAYS = ["Mo-Fr", "Mo-Th", "Tu-Sa", "Mo,We,Fr", "Tu,Th", "We"]
Commune = tuple[str, str, str, float, float, int]


def figures(*arguments: str) -> Iterable[Figure]:
    """Every target of the finder."""
    times = 60 if "--quick" in arguments else 400
    with filled() as communes, serving() as base:
        choice = random.Random(11)
        asked = [question(choice, communes) for _ in range(times)]
        by_commune = [f"commune={chosen(choice, communes)[0]}" for _ in range(times // 4)]
        # a server that has served for a minute: other people's questions
        for path in [question(choice, communes) for _ in range(WARM_UP)]:
            ask(base, path)
        before = cpu_seconds()
        found = [ask(base, path) for path in asked]
        cpu = cpu_seconds() - before
        took = [milliseconds for milliseconds, _content in found]
        yield at_most("one at a time, median", median(took), "ms", 30)
        yield at_most("one at a time, p95", p95(took), "ms", 60)
        yield at_most("CPU an answer, web and database", cpu / len(asked) * 1000, "ms", 20)
        sizes = [len(content) / 1000 for _milliseconds, content in found]
        yield at_most("largest answer", max(sizes), "KB gzipped", 15)
        yield told("answer, median", median(sizes), "KB gzipped")
        yield at_most("commune alone, p95", p95([ask(base, path)[0] for path in by_commune]), "ms", 100)
        rate, cpu = together(base, asked)
        yield at_least(f"{CLIENTS} clients", rate, "answers/s", 100)
        yield told(f"CPU an answer, {CLIENTS} clients", cpu * 1000, "ms")


def question(choice: random.Random, communes: list[Commune]) -> str:
    """One person's question: a point near a town hall, and zero to four answers more."""
    _code, _epci, _departement, lon, lat, people = chosen(choice, communes)
    reach = 0.002 + min(0.05, people**0.5 / 20_000)
    said = [
        ("lon", f"{lon + choice.gauss(0, reach) / 3:.5f}"),
        ("lat", f"{lat + choice.gauss(0, reach) / 3:.5f}"),
    ]
    if choice.random() < 0.6:
        said.append(("phase", choice.choice(PHASES)))
    if choice.random() < 0.5:
        said += [("besoin", code) for code in choice.sample([*KINDS, *BRAKES], choice.choice([1, 1, 2]))]
    if choice.random() < 0.3:
        said.append(("public", choice.choice(PUBLICS)))
    if choice.random() < 0.3:
        said.append(("rayon", str(choice.choice([2, 5, 10, 30]))))
    return urlencode(said)


def chosen(choice: random.Random, communes: list[Commune]) -> Commune:
    return choice.choices(communes, weights=[commune[5] for commune in communes])[0]


def ask(base: str, query: str) -> tuple[float, bytes]:
    """Milliseconds and compressed content of one answer, over a connection kept by this thread."""
    server = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
    try:
        server.connect()
        return _ask(server, query)
    finally:
        server.close()


def _ask(server: http.client.HTTPConnection, query: str) -> tuple[float, bytes]:
    start = time.perf_counter()
    server.request("GET", f"{ADDRESS}?{query}", headers={"Accept-Encoding": "gzip"})
    answer = server.getresponse()
    content = answer.read()
    took = (time.perf_counter() - start) * 1000
    # a point drawn at random may be at sea
    if answer.status not in (200, 422):
        raise RuntimeError(f"{query} : {answer.status} {content[:300]!r}")
    return took, content


def together(base: str, asked: list[str]) -> tuple[float, float]:
    """Answers a second with CLIENTS at once, and CPU seconds an answer."""

    left = asked * 3

    def client(_number: int) -> None:
        while left:
            # another connection now and then, so that no client stays with the busier worker
            server = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
            for _ in range(A_CONNECTION):
                with suppress(IndexError):
                    _ask(server, left.pop())
            server.close()

    before, start = cpu_seconds(), time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))
    count = len(asked) * 3
    return count / (time.perf_counter() - start), (cpu_seconds() - before) / count


def cpu_seconds() -> float:
    """What the web server's processes and the database's sessions have used so far; not what PostgreSQL tidies up after
    the data were loaded."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    sessions = set()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if f"maillage_web {DATABASE}" in (folder / "cmdline").read_text():
                sessions.add(int(folder.name))
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
        used[int(folder.name)] = sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    roots = {pid for pid, parent in parents.items() if parent == os.getpid()}
    return sum(seconds for pid, seconds in used.items() if pid in sessions or _descends(pid, roots, parents))


def _descends(pid: int, roots: set[int], parents: dict[int, int]) -> bool:
    while pid not in roots:
        if pid not in parents:
            return False
        pid = parents[pid]
    return True


@contextmanager
def filled() -> Iterator[list[Commune]]:
    """A copy of the bench's database with the services, served through the environment; the communes."""
    from django.db import connections

    connections.close_all()
    keep = os.environ.get("BENCH_KEEP")
    with as_superuser() as server:
        there = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not (keep and there):
            server.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{DATABASE}" OWNER {OWNER} TEMPLATE maillage STRATEGY file_copy')
    names = ("DATABASE_URL", "DATABASE_OWNER_URL")
    before = {key: os.environ.get(key) for key in names}
    where = quote(str(settings.CLUSTER.socket_dir), safe="")
    try:
        with as_superuser(DATABASE) as everything:
            communes = everything.execute(
                "SELECT code, COALESCE(epci_id, ''), COALESCE(departement_id, ''), ST_X(town_hall), ST_Y(town_hall),"
                " COALESCE(population, 1) FROM territories_commune WHERE kind = 'COM' ORDER BY code"
            ).fetchall()
            if not (keep and there):
                fill(everything, communes)
        for key, role in zip(names, ("maillage_web", "maillage_owner"), strict=True):
            os.environ[key] = f"postgresql://{role}@{where}/{DATABASE}"
        yield communes
    finally:
        for key, value in before.items():
            os.environ.pop(key, None) if value is None else os.environ.update({key: value})
        if not keep:
            with as_superuser() as server:
                server.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')


def fill(everything: Connection, communes: list[Commune]) -> None:
    """Structures, services, permanences and QPV, spread as people are; the same at each run."""
    choice = random.Random(7)
    weights = [commune[5] for commune in communes]
    with everything.transaction():
        everything.execute(
            "CREATE TEMP TABLE made (n int, code text, lon float8, lat float8, kind text, type text, phases text[],"
            " themes text[], publics text[], modes text[], zones text[], hours text, places int, delay int,"
            " confirmed int, languages text[], qpv_only bool) ON COMMIT DROP"
        )
        with everything.cursor().copy("COPY made FROM STDIN") as copy:
            for n, commune in enumerate(choice.choices(communes, weights=weights, k=SERVICES)):
                copy.write_row((n, *service(choice, commune)))
        everything.execute(QPV_SQL, {"count": QPV})
        everything.execute(STRUCTURES_SQL, {"structures": STRUCTURES})
        everything.execute(SERVICES_SQL, {"structures": STRUCTURES})
        everything.execute(PERMANENCES_SQL, {"count": WITH_PERMANENCES, "services": SERVICES})
    everything.execute("VACUUM ANALYZE")
    everything.execute("CHECKPOINT")


def service(choice: random.Random, commune: Commune) -> tuple[object, ...]:
    """One service at a commune: half of them for those who create a business."""
    code, epci, departement, lon, lat, people = commune
    reach = 0.002 + min(0.05, people**0.5 / 20_000)
    business = choice.random() < 0.5
    zones = choice.choices(
        [[code], [epci or code], [departement], ["france"], []], weights=[25, 20, 30, 5, 20]
    )[0]
    return (
        code,
        lon + choice.gauss(0, reach),
        lat + choice.gauss(0, reach),
        choice.choice([*KINDS, "accompagnement", "accueil", ""]) if business else "",
        choice.choice([term.value for term in v1.TypeService]),
        choice.sample(PHASES, choice.choice([0, 1, 1, 2])) if business else [],
        choice.sample(BUSINESS, choice.choice([0, 1, 2])) if business else choice.sample(OTHERS, choice.choice([1, 2, 3])),
        choice.sample(PUBLICS, choice.choice([1, 2])) if choice.random() < 0.4 else ["tous-publics"] * choice.choice([0, 1]),
        choice.choices([["en-presentiel"], ["a-distance"], ["a-distance", "en-presentiel"], []], weights=[60, 6, 14, 20])[0],
        zones,
        hours(choice) if choice.random() < 0.7 else "",
        choice.choice([None, None, 0, 3, 8]),
        choice.choice([None, None, 5, 12, 40]),
        choice.randint(0, 700),
        choice.sample(["fr", "ar", "tr", "en", "pt"], choice.choice([0, 1, 2])),
        choice.random() < 0.06,
    )  # fmt: skip


def hours(choice: random.Random) -> str:
    """Opening hours, of some thousand kinds."""
    starts, ends = (
        choice.choice(["08:30", "09:00", "09:30", "10:00"]),
        choice.choice(["17:00", "17:30", "18:00"]),
    )
    pause = choice.choice(["12:00,13:30", "12:30,14:00", "12:00,14:00"]).split(",")
    return f"{choice.choice(DAYS)} {starts}-{pause[0]},{pause[1]}-{ends}; {choice.choice(['PH off', 'Aug off; PH off', 'SH off'])}"


QPV_SQL = """
INSERT INTO territories_qpv (code, generation, nom, commune_id, contour, is_schematic)
SELECT 'QN' || lpad(row_number() OVER (ORDER BY population DESC)::text, 6, '0'), 2024, 'Quartier ' || nom, code,
    ST_Multi(ST_Buffer(town_hall::geography, 600, 'quad_segs=12')::geometry), false
FROM territories_commune WHERE kind = 'COM' ORDER BY population DESC NULLS LAST LIMIT %(count)s
"""
STRUCTURES_SQL = """
INSERT INTO organisations_organisation (name, slug, siret, website, commune_id, is_example, created_at, telephone)
SELECT 'Structure ' || n, 'bench-' || n, '', '', code, true, now(), '01 02 03 04 05'
FROM made WHERE n < %(structures)s
"""
SERVICES_SQL = """
INSERT INTO offers_service (slug, structure_id, nom, description, lien_source, date_maj, type, thematiques, frais,
    frais_precisions, publics, publics_precisions, conditions_acces, nom_commune, code_postal, commune_id, adresse,
    complement_adresse, point, telephone, courriel, contact_nom_prenom, modes_accueil, zone_eligibilite, lien_mobilisation,
    modes_mobilisation, mobilisable_par, mobilisation_precisions, horaires_accueil, kind, phases, languages, accessibility,
    qpv_only, qpv_codes, places_left, delay_days, origin, source, source_key, source_digest, local_fields, status,
    confirmed_on, is_example, created_at, updated_at, version)
SELECT 'bench-' || m.n, o.id, 'Service ' || m.n || ' à ' || c.nom,
    repeat('Un accompagnement de proximité pour celles et ceux qui veulent entreprendre. ', 6), '', current_date - 30, m.type,
    m.themes, 'gratuit', '', m.publics, '', '', c.nom, '', m.code, m.n %% 90 || ' rue des Lilas', '',
    ST_SetSRID(ST_MakePoint(m.lon, m.lat), 4326), '01 02 03 04 05', 'contact@exemple.invalid', '', m.modes, m.zones, '', '{}',
    CASE WHEN m.n %% 10 = 0 THEN '{professionnels}'::varchar[] ELSE '{usagers}' END, '', m.hours, m.kind, m.phases,
    m.languages, '{}', m.qpv_only, '{}', m.places, m.delay, '', '', '', '', '{}', 'published', current_date - m.confirmed,
    true, now(), now(), 1
FROM made m
JOIN organisations_organisation o ON o.slug = 'bench-' || m.n %% %(structures)s
JOIN territories_commune c ON c.code = m.code
"""
PERMANENCES_SQL = """
INSERT INTO offers_permanence (service_id, place, adresse, commune_id, point, hours, by_appointment)
SELECT s.id, 'Maison des habitants', '', s.commune_id,
    ST_Translate(s.point, 0.01 * turn, 0.005 * turn), (ARRAY['Tu 14:00-17:00', 'We 09:00-12:00', 'Th[1] 14:00-18:00'])[turn], false
FROM offers_service s CROSS JOIN generate_series(1, 2) AS turn
WHERE s.slug LIKE 'bench-%%' AND s.id %% (%(services)s / %(count)s) = 0
"""
