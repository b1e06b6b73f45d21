"""Likely duplicates of what someone is about to send, and one moved point, among 50 000 fiches.

The fiches lie in the 800 most peopled communes of the data folder's database, by population, four in five at an address and
one in five at the town hall: the largest town holds thousands, its town hall hundreds. They are removed at the end.
"""

import os
import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings

from bench.report import Figure, at_most, median, p95, timings_ms, told
from maillage.core.acting import acting_as
from maillage.core.cluster import SUPERUSER
from maillage.initiatives.actions.fiches import move_initiative
from maillage.initiatives.models import Initiative
from maillage.initiatives.queries.duplicates import likely_duplicates
from maillage.territories.models import Commune

FICHES = int(os.environ.get("BENCH_FICHES", "50000"))
TIMES = int(os.environ.get("BENCH_TIMES", "60"))
MOST_MS, MOST_SAVE_MS = 100, 60
KINDS = [
    "Bus",
    "Comptoir",
    "Fabrique",
    "Club",
    "Atelier",
    "Forum",
    "Pépinière",
    "Café",
    "Marché",
    "Cuisine",
    "Recyclerie",
    "Coopérative",
    "Boutique",
    "Réseau",
]
THINGS = [
    "création",
    "projets",
    "métiers",
    "entrepreneurs",
    "quartier",
    "initiative",
    "habitantes",
    "jeunes",
    "voisins",
    "saveurs",
    "savoirs",
    "possibles",
]
NAMES = [
    "Étincelle",
    "Turbine",
    "Marmite",
    "Boussole",
    "Ruche",
    "Passerelle",
    "Escale",
    "Tremplin",
    "Rampe",
    "Fourmilière",
    "Cabane",
    "Lanterne",
    "Palmier",
]

FILL = """
WITH towns AS (
    SELECT code, departement_id, town_hall, population, sum(population) OVER (ORDER BY population DESC, code) AS until
    FROM territories_commune WHERE kind = 'COM' AND population > 0 ORDER BY population DESC, code LIMIT 800
), drawn AS (
    SELECT n, random() * (SELECT max(until) FROM towns) AS at, random() AS x, random() AS y, random() < 0.2 AS hall
    FROM generate_series(1, %(fiches)s) AS n
)
INSERT INTO initiatives_initiative (slug, title, summary, body, themes, publics, phases, partners, scope, point, address, commune_id,
    departement_id, contact_name, contact_email, contact_phone, links, source_name, source_url, author_name, licence, is_example, status,
    confirmed_on, published_at, origin, origin_key, created_at, updated_at, version)
SELECT 'bench-duplicates-' || n, (%(kinds)s::text[])[1 + n %% %(nk)s] || ' des ' || (%(things)s::text[])[1 + (n / 7) %% %(nt)s] || ' La '
        || (%(names)s::text[])[1 + (n / 3) %% %(nn)s] || CASE WHEN n %% 4 = 0 THEN ' ' || n ELSE '' END,
    'Une fiche du banc d’essai.', '', ARRAY['lieux'], '{}', '{}', '{}', CASE WHEN hall THEN 'commune' ELSE 'address' END,
    CASE WHEN hall THEN town_hall ELSE ST_Translate(town_hall, (x - 0.5) / 25, (y - 0.5) / 40) END, '', code, departement_id,
    '', '', '', '[]', '', '', '', 'LO-2.0', true, 'published', now(), now(), '', '', now(), now(), 1
FROM drawn JOIN LATERAL (SELECT * FROM towns WHERE until >= drawn.at ORDER BY until LIMIT 1) town ON true
"""


@contextmanager
def fifty_thousand() -> Iterator[None]:
    """The fiches, without history (no trigger), gone at the end."""
    login = {"host": str(settings.CLUSTER.socket_dir), "user": SUPERUSER, "dbname": "maillage"}
    forget = "DELETE FROM initiatives_initiative WHERE slug LIKE 'bench-duplicates-%'"
    with psycopg.connect(**login, autocommit=True) as database:
        database.execute("SET session_replication_role = replica")
        database.execute(forget)
        given = {
            "kinds": KINDS,
            "nk": len(KINDS),
            "things": THINGS,
            "nt": len(THINGS),
            "names": NAMES,
            "nn": len(NAMES),
        }
        try:
            database.execute(FILL, {"fiches": FICHES, **given})
            database.execute("ANALYZE initiatives_initiative")
            yield
        finally:
            database.execute(forget)
            database.execute("DELETE FROM initiatives_initiativeevent WHERE slug LIKE 'bench-duplicates-%'")
            database.execute("VACUUM ANALYZE initiatives_initiative")


def figures() -> Iterable[Figure]:
    """Times of one question, at an address and at a town hall, and of one moved point."""
    chance = random.Random(1)
    with fifty_thousand():
        with acting_as(None, read_only=True):
            fiches = list(
                Initiative.objects.filter(slug__startswith="bench-duplicates-").order_by("pk")[
                    :: FICHES // 400
                ]
            )
            largest = Commune.objects.filter(kind="COM", population__isnull=False).order_by("-population")[
                :20
            ]
            halls = [
                {"scope": "commune", "commune": c.pk, "lon": c.town_hall.x, "lat": c.town_hall.y}
                for c in largest
            ]

            def at_an_address() -> None:
                row = chance.choice(fiches)
                place = {
                    "scope": "address",
                    "commune": row.commune_id,
                    "lon": row.point.x,
                    "lat": row.point.y,
                }
                likely_duplicates(title=f"Le {row.title}", place=place)

            def at_a_large_town_hall() -> None:
                likely_duplicates(title=f"Le {chance.choice(fiches).title}", place=chance.choice(halls))

            for name, work in (
                ("at an address", at_an_address),
                ("in one of the 20 largest towns", at_a_large_town_hall),
            ):
                times = timings_ms(work, TIMES)
                yield told(f"duplicates {name}, median", median(times), "ms")
                yield at_most(f"duplicates {name}, p95", p95(times), "ms", MOST_MS)

        with acting_as(None, read_only=True):
            towns = {
                c.pk: c.town_hall for c in Commune.objects.filter(pk__in={row.commune_id for row in fiches})
            }

        def move_a_point() -> None:
            row = chance.choice(fiches)
            hall = towns[row.commune_id]
            with acting_as(None):
                version = Initiative.objects.only("version").get(pk=row.pk).version
                move_initiative(
                    initiative_id=row.pk, version=version, lon=hall.x + chance.random() / 5000, lat=hall.y
                )

        times = timings_ms(move_a_point, TIMES)
        yield told("one moved point, median", median(times), "ms")
        yield at_most("one moved point, p95", p95(times), "ms", MOST_SAVE_MS)
