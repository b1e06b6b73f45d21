"""The database: its server, its roles, its rows, and what waits in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _

from maillage.core.backup import BackupRefused, program_version, reading_login
from maillage.core.cluster import EXTENSIONS, OLDEST_VERSION, ClusterError
from maillage.core.doctor.findings import Finding, Status, judge
from maillage.core.upgrade import DatabaseTooOld, waiting

OLDEST_POSTGIS = (3, 3)
MOST_CLOCK_GAP_S = 5
OLDEST_WAITING_JOB_MINUTES = 15


def examine() -> Iterator[Finding]:
    """Everything that is asked of a database that answers."""
    for check in (server, roles, row_security, clock, migrations, jobs, saving):
        yield from check()


def ask(sql: str, parameters: Any = None, *, using: str = "default") -> tuple[Any, ...]:
    """The one row of a query."""
    with connections[using].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone() or ()


def quoted(name: str) -> str:
    """A role's name as SQL writes it."""
    return connections["default"].ops.quote_name(name)


def server() -> Iterator[Finding]:
    version, number, jit, zone = ask(
        "SELECT current_setting('server_version'), current_setting('server_version_num')::int, current_setting('jit'), "
        "current_setting('TimeZone')"
    )
    where = _("privé") if settings.EMBEDDED else settings.DATABASES["default"]["HOST"]
    yield judge(
        "PostgreSQL",
        number >= OLDEST_VERSION * 10000,
        f"{version} ({where}, {zone})",
        _("Passez à PostgreSQL 15 ou plus récent."),
    )
    yield judge(
        "JIT",
        jit == "off",
        jit,
        # our connections ask for it, but a pooler may keep that to itself
        f"ALTER ROLE {quoted(connections['default'].settings_dict['USER'])} SET jit = off;",
        otherwise=Status.WARNING,
    )
    (installed,) = ask("SELECT array_agg(extname::text) FROM pg_extension")
    absent = [name for name in EXTENSIONS if name not in installed]
    yield judge(
        _("Extensions"),
        not absent,
        ", ".join(EXTENSIONS) if not absent else _("il manque %(names)s") % {"names": ", ".join(absent)},
        " ".join(f"CREATE EXTENSION {name};" for name in absent),
    )
    if "postgis" in installed:
        (postgis,) = ask("SELECT postgis_lib_version()")
        recent = tuple(map(int, postgis.split(".")[:2])) >= OLDEST_POSTGIS
        yield judge("PostGIS", recent, postgis, _("Passez à PostGIS 3.3 ou plus récent."))


def roles() -> Iterator[Finding]:
    web, superuser, bypass, makes = ask(
        "SELECT rolname::text, rolsuper, rolbypassrls, rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    (owner,) = ask("SELECT current_user::text", using="owner")
    yield judge(
        _("Deux rôles"),
        web != owner,
        f"{web}, {owner}",
        _("DATABASE_URL et DATABASE_OWNER_URL désignent un seul rôle : créez-en deux (docs/operations.md)."),
        otherwise=Status.WARNING,
    )
    yield judge(
        _("Droits du rôle web"),
        not (superuser or bypass or makes),
        web,
        f"ALTER ROLE {quoted(web)} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;",
    )
    if web != owner:
        may_create, is_member = ask(
            "SELECT has_schema_privilege('public', 'CREATE'), pg_has_role(current_user, %s, 'MEMBER')",
            [owner],
        )
        yield judge(
            _("Le rôle web ne change pas les tables"),
            not (may_create or is_member),
            _("non") if not (may_create or is_member) else _("il le peut"),
            f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {quoted(web)}; REVOKE {quoted(owner)} FROM {quoted(web)};",
        )


def row_security() -> Iterator[Finding]:
    (tables, open_ones) = ask(
        "SELECT count(*), array_remove(array_agg(CASE WHEN NOT (relrowsecurity AND relforcerowsecurity) THEN relname::text END), NULL) "
        "FROM pg_class WHERE obj_description(oid, 'pg_class') LIKE 'personal:%%' AND relkind = 'r'"
    )
    yield judge(
        _("Sécurité par ligne"),
        not open_ones,
        _("%(number)s tables de données personnelles") % {"number": tables}
        if not open_ones
        else _("ouvertes : %(names)s") % {"names": ", ".join(open_ones or [])},
        _("Lancez ./bin/maillage migrate ; si cela reste, ne servez pas le site et signalez-le."),
    )


def clock() -> Iterator[Finding]:
    before = datetime.now(UTC)
    (there,) = ask("SELECT clock_timestamp()")
    gap_s = (there - before).total_seconds()
    yield judge(
        _("Horloge"),
        abs(gap_s) <= MOST_CLOCK_GAP_S,
        _("écart de %(gap).1f s avec la base") % {"gap": abs(gap_s)},
        _("Réglez l'heure des deux machines (systemd-timesyncd ou chrony)."),
    )


def migrations() -> Iterator[Finding]:
    try:
        number = len(waiting())
    except DatabaseTooOld as error:
        yield Finding(_("Migrations"), Status.ERROR, _("base trop ancienne"), str(error))
        return
    yield judge(
        _("Migrations"),
        not number,
        _("à jour") if not number else _("en attente : %(number)s") % {"number": number},
        _("Lancez ./bin/maillage migrate."),
    )


def jobs() -> Iterator[Finding]:
    (there,) = ask("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")
    if not there:
        return
    late, failed = ask(
        "SELECT count(*) FILTER (WHERE j.status = 'todo' AND COALESCE(j.scheduled_at, e.at) < now() - %s * interval '1 minute'), "
        "array_agg(DISTINCT j.task_name) FILTER (WHERE j.status = 'failed' AND e.at > now() - interval '1 day') "
        "FROM procrastinate_jobs j JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events WHERE job_id = j.id) e ON true",
        [OLDEST_WAITING_JOB_MINUTES],
    )
    yield judge(
        _("Travaux en file"),
        not late,
        _("en retard : %(late)s") % {"late": late},
        _("Aucun processus ne les exécute : lancez ./bin/maillage worker, ou serve sans --no-worker."),
        otherwise=Status.WARNING,
    )
    yield judge(
        _("Travaux échoués"),
        not failed,
        _("depuis un jour : %(names)s") % {"names": ", ".join(failed or [_("aucun")])},
        _("Le journal du site dit où (cherchez le nom du travail) ; réparez, ou signalez-le."),
        otherwise=Status.WARNING,
    )


def saving() -> Iterator[Finding]:
    """Whether `backup` could read everything: with which role, and with a pg_dump that knows this server."""
    name = _("Sauvegarde")
    (number,) = ask("SELECT current_setting('server_version_num')::int / 10000")
    try:
        reading_login()
        known = program_version("pg_dump")
    except (BackupRefused, ClusterError) as error:
        yield Finding(name, Status.WARNING, _("impossible"), str(error))
        return
    yield judge(
        name,
        known >= number,
        f"pg_dump {known}",
        _("Ce pg_dump est plus ancien que le serveur : installez postgresql-client-%(number)s.")
        % {"number": number},
        otherwise=Status.WARNING,
    )
