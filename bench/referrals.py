"""The inbox of referrals with 1 million people and 5 000 structures, under row security, as a signed-in professional sees it.

`./bin/bench referrals [--quick]`. It works on a copy of the bench's database, and leaves it as it was (BENCH_KEEP=1 keeps
the copy for the next run). A page goes through everything the site puts before and after it (session, second factor,
transaction, template), in this process: what remains of the web server is the same for every page. The overhead of row
security is the same pages again under a role that it does not apply to, in turns with the web role's.
"""

import itertools
import logging
import os
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from psycopg import Connection

from bench.map import as_superuser
from bench.report import Figure, at_most, median, p95, told
from maillage.core.cluster import OWNER

PEOPLE, STRUCTURES = 1_000_000, 5_000
DATABASE, BYPASS = "bench_referrals", "bench_bypass"
TABS = ("aujourdhui", "attente", "miennes", "structure", "envoyees", "structure", "aujourdhui")
ROUNDS = 8


def figures(*arguments: str) -> Iterable[Figure]:
    """Every target of the inbox."""
    readers = 15 if "--quick" in arguments else 40
    logging.disable(logging.INFO)  # a line a page
    with filled() as users:
        choice = random.Random(5)
        # as many of the busiest structures' people as of the others
        chosen = users[: readers // 2] + choice.sample(users[readers // 2 :], readers - readers // 2)
        asked = list(zip(chosen, itertools.cycle(TABS)))
        clients = {user: signed_in(user) for user in chosen}
        under, around = Times(), Times()
        page(clients[chosen[0]], TABS[0])  # opens the connection
        for _round, (user, tab) in itertools.product(range(ROUNDS), asked):
            under.add(clients[user], user, tab)
            with role(BYPASS):
                around.add(clients[user], user, tab)
        yield at_most("inbox, p95", p95(under.page_ms), "ms", 60)
        yield told("inbox, median", median(under.page_ms), "ms")
        yield told("processor of a page, median, without the database", median(under.cpu_ms), "ms")
        yield told("statements of a page, median", median(under.sql_ms), "ms")
        yield told("statements of a page, without row security", median(around.sql_ms), "ms")
        # the least of each page's rounds: what the page costs, not what else the machine was doing
        cost = sum(under.least.values()) / sum(around.least.values()) - 1
        yield at_most("overhead of row security on the inbox", cost * 100, "%", 15)
        sql = sum(under.least_sql.values()) / sum(around.least_sql.values()) - 1
        yield told("overhead of row security on its statements", sql * 100, "%")


class Times:
    """Milliseconds of pages, and of the statements in them; the least of each page."""

    def __init__(self) -> None:
        self.page_ms: list[float] = []
        self.sql_ms: list[float] = []
        self.cpu_ms: list[float] = []
        self.least: dict[object, float] = {}
        self.least_sql: dict[object, float] = {}

    def add(self, client, user: int, tab: str) -> None:  # type: ignore[no-untyped-def]
        """Ask for one page."""
        from django.db import connection

        spent = 0.0

        def timed(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
            nonlocal spent
            start = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                spent += (time.perf_counter() - start) * 1000

        cpu, start = time.process_time(), time.perf_counter()
        with connection.execute_wrapper(timed):
            page(client, tab)
        took = (time.perf_counter() - start) * 1000
        self.cpu_ms.append((time.process_time() - cpu) * 1000)
        self.page_ms.append(took)
        self.sql_ms.append(spent)
        self.least[user, tab] = min(took, self.least.get((user, tab), took))
        self.least_sql[user, tab] = min(spent, self.least_sql.get((user, tab), spent))


def page(client, tab: str) -> None:  # type: ignore[no-untyped-def]
    """One page of the inbox. Raises RuntimeError when it is not one."""
    answer = client.get(f"/espace/orientations/?vue={tab}")
    if answer.status_code != 200:
        raise RuntimeError(f"{tab}: {answer.status_code}")


def signed_in(number: int):  # type: ignore[no-untyped-def]
    """A browser in which this user gave a second factor."""
    from maillage.accounts.models import User
    from maillage.accounts.tests.people import signed_in as with_session
    from maillage.core.acting import Purpose, acting_as

    with acting_as(None, purpose=Purpose.SIGN_IN):
        user = User.objects.get(pk=number)
    with acting_as(number, purpose=Purpose.SIGN_IN):
        client = with_session(user)
    client.defaults["HTTP_HOST"] = "127.0.0.1"
    return client


@contextmanager
def role(name: str) -> Iterator[None]:
    """Django's connection, the same one, as this role of the database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{name}"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@contextmanager
def filled() -> Iterator[list[int]]:
    """Django's connection on a copy of the bench's database with people; the users' numbers, of the busiest structures first."""
    from django.core.management import call_command
    from django.db import connection, connections

    connections.close_all()
    keep = bool(os.environ.get("BENCH_KEEP"))
    with as_superuser() as server:
        there = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not (keep and there):
            server.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{DATABASE}" OWNER {OWNER} TEMPLATE maillage STRATEGY file_copy')
        server.execute(f'DROP ROLE IF EXISTS "{BYPASS}"')
        server.execute(f'CREATE ROLE "{BYPASS}" BYPASSRLS')
        server.execute(f'GRANT "{BYPASS}" TO maillage_web')  # until the end of the bench
    before = connection.settings_dict["NAME"]
    try:
        with as_superuser(DATABASE) as everything:
            if not (users := users_of(everything)):
                fill(everything)
                users = users_of(everything)
            everything.execute(f'GRANT ALL ON ALL TABLES IN SCHEMA public TO "{BYPASS}"')
            everything.execute(f'GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO "{BYPASS}"')
        for alias in ("default", "owner"):
            connections[alias].settings_dict["NAME"] = DATABASE
        call_command("migrate", verbosity=0)  # a copy that was kept may be older than the code
        yield users
    finally:
        connections.close_all()
        for alias in ("default", "owner"):
            connections[alias].settings_dict["NAME"] = before
        with as_superuser(DATABASE) as everything:
            everything.execute(f'DROP OWNED BY "{BYPASS}"')
        with as_superuser() as server:
            if not keep:
                server.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
            server.execute(f'DROP ROLE IF EXISTS "{BYPASS}"')


def users_of(everything: Connection) -> list[int]:
    """The numbers of the structures' people, of the busiest first."""
    rows = everything.execute("SELECT id FROM accounts_user WHERE email LIKE 'bench-%' ORDER BY id")
    return [row[0] for row in rows]


def fill(everything: Connection) -> None:
    """Structures with a member each; people, each followed by one structure and sent to another, a third still open.

    A few structures have much more than the others. Triggers are off, and what they would write is written here.
    """
    with everything.transaction():
        everything.execute("SET LOCAL session_replication_role = replica")
        everything.execute("SELECT setseed(0.5)")
        for statement in FILL:
            everything.execute(
                statement, {"people": PEOPLE, "structures": STRUCTURES, "year": timedelta(days=365)}
            )
    everything.execute("VACUUM ANALYZE")
    everything.execute("CHECKPOINT")


FILL = (
    """
    INSERT INTO organisations_organisation (name, slug, siret, website, is_example, created_at)
    SELECT 'Structure ' || n, 'bench-' || n, '', '', true, now() FROM generate_series(1, %(structures)s) AS n
    """,
    """
    INSERT INTO accounts_user (email, name, is_active, is_superuser, password, joined_at)
    SELECT 'bench-' || n || '@exemple.invalid', 'Bénévole ' || n, true, false, '!', now() FROM generate_series(1, %(structures)s) AS n
    """,
    """
    CREATE TEMP TABLE desk ON COMMIT DROP AS
    SELECT split_part(o.slug, '-', 2)::int AS n, o.id AS organisation_id, u.id AS user_id
    FROM organisations_organisation o JOIN accounts_user u ON u.email = o.slug || '@exemple.invalid' WHERE o.slug LIKE 'bench-%%'
    """,
    "CREATE UNIQUE INDEX ON desk (n)",
    "INSERT INTO organisations_membership (user_id, organisation_id, kind) SELECT user_id, organisation_id, 'member' FROM desk",
    """
    CREATE TEMP TABLE made ON COMMIT DROP AS
    SELECT n, 1 + floor(%(structures)s * power(random(), 2))::int AS sender, 1 + floor(%(structures)s * power(random(), 2))::int AS receiver,
        now() - random() * %(year)s::interval AS at, random() AS fate, random() AS said
    FROM generate_series(1, %(people)s) AS n
    """,
    "ANALYZE made",
    """
    INSERT INTO journeys_person (first_name, last_name, phone, email, qpv_code, gender, situation, languages, phase, created_by_organisation_id,
        created_at, last_activity_at, is_example, commune_id)
    SELECT 'Prénom' || made.n, 'Exemple', '+3361' || lpad(made.n::text, 7, '0'), '', '', (ARRAY['femme', 'homme', ''])[1 + made.n %% 3], '', '{}', 'idee', d.organisation_id,
        at, at, true, '44109'
    FROM made JOIN desk d ON d.n = made.sender
    """,
    """
    CREATE TEMP TABLE sent ON COMMIT DROP AS
    SELECT made.*, p.id AS person_id, a.organisation_id AS from_id, a.user_id AS from_user, b.organisation_id AS to_id, b.user_id AS to_user
    FROM made JOIN journeys_person p ON p.phone = '+3361' || lpad(made.n::text, 7, '0')
    JOIN desk a ON a.n = made.sender JOIN desk b ON b.n = made.receiver
    """,
    """
    INSERT INTO journeys_consenttext (aim, language, number, body, published_at)
    SELECT aim, 'fr', 99, 'J’accepte (exemple).', now() FROM unnest(ARRAY['suivi', 'orientation']) AS aim
    """,
    """
    INSERT INTO journeys_consent (person_id, aim, organisation_id, text_id, how, given_at, witness)
    SELECT person_id, t.aim, CASE t.aim WHEN 'suivi' THEN from_id ELSE to_id END, t.id, 'screen', at, ''
    FROM sent CROSS JOIN journeys_consenttext t WHERE t.number = 99
    """,
    """
    INSERT INTO journeys_follow (person_id, organisation_id, since, until, shared)
    SELECT person_id, from_id, at, NULL::timestamptz, false FROM sent
    UNION ALL SELECT person_id, to_id, at, CASE WHEN fate > 0.5 THEN at + interval '60 days' END, false FROM sent WHERE to_id <> from_id
    """,
    """
    INSERT INTO journeys_referral (person_id, initials, from_organisation_id, from_user_id, to_organisation_id, reason, phase, freins, urgency,
        appointment_wish, state, next_action, next_action_at, in_charge_id, coordinated, promised_days, reminders, mails, refusal_reason, answer_note,
        created_at, sent_at, answered_at, closed_at, moved_at, moved_via, receiver_until, sender_until, is_example)
    SELECT person_id, 'P. E.', from_id, from_user, to_id, 'Elle voudrait ouvrir un commerce (exemple).', 'idee', '{mobilite}', 'normale', '',
        CASE WHEN fate > 0.33 THEN (ARRAY['aide', 'aide', 'pas_d_aide', 'annulee'])[1 + floor(4 * said)] ELSE (ARRAY['envoyee', 'recue', 'acceptee', 'rdv_fait'])[1 + floor(4 * said)] END,
        CASE WHEN fate > 0.33 THEN '' ELSE 'repondre' END, CASE WHEN fate <= 0.33 THEN now() + (said - 0.4) * interval '20 days' END,
        CASE WHEN fate <= 0.33 THEN to_user END, false, 5, 0, 1, '', '', at, at, CASE WHEN said > 0.5 THEN at + interval '3 days' END,
        CASE WHEN fate > 0.33 THEN at + interval '30 days' END, at, 'web', CASE WHEN fate > 0.5 THEN at + interval '60 days' END, NULL, true
    FROM sent
    """,
)
