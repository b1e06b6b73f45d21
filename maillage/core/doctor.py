"""What must hold for an instance to run, each point with the way to mend it."""

import os
import shutil
import smtplib
import ssl
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.gis.gdal import gdal_version
from django.contrib.gis.geos import geos_version
from django.db import OperationalError, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from maillage.core import assets, sealed
from maillage.core.cluster import EXTENSIONS, OLDEST_VERSION

OLDEST_PYTHON, OLDEST_POSTGIS = (3, 11), (3, 3)
GIB = 1024**3
LEAST_DISK, SMALL_DISK = 0.2 * GIB, 2 * GIB
MOST_CLOCK_GAP_S = 5
OLDEST_WAITING_JOB_MINUTES = 15
SECONDS_FOR_MAIL = 5


class Status(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One point: what was looked at, what was seen, how to mend it."""

    name: str
    status: Status
    said: str
    mend: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def good(name: str, said: str) -> Finding:
    return Finding(name, Status.OK, said)


def judge(name: str, passed: bool, said: str, mend: str, *, otherwise: Status = Status.ERROR) -> Finding:
    """A good finding, or one of status `otherwise` that says how to mend."""
    return good(name, said) if passed else Finding(name, otherwise, said, mend)


def examine() -> list[Finding]:
    """Every finding; what needs the database stops at the first thing that keeps us from it."""
    found = [*machine(), *folders(), *site(), mail()]
    try:
        connections["default"].ensure_connection()
        connections["owner"].ensure_connection()
    except OperationalError as error:
        found.append(
            Finding(
                _("Base de données"),
                Status.ERROR,
                str(error).strip(),
                _("Vérifiez DATABASE_URL et DATABASE_OWNER_URL, et que le serveur PostgreSQL répond."),
            )
        )
        return found
    for check in (server, roles, row_security, clock, migrations, jobs):
        found.extend(check())
    return found


# --- the machine -------------------------------------------------------------------------------------------
def machine() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield judge(
        "Python",
        sys.version_info >= OLDEST_PYTHON,
        python,
        _("Installez Python 3.11 ou plus récent, puis lancez ./bin/setup."),
    )
    gdal = gdal_version()
    geos = geos_version()
    yield good("GDAL, GEOS", f"{as_text(gdal)}, {as_text(geos)}")
    yield _library("Pango", "pango-1.0")
    zone = datetime.now().astimezone().tzname() or "?"
    yield good(_("Fuseau horaire"), f"{settings.TIME_ZONE} ({_('système')} : {zone})")


def as_text(value: bytes | str | None) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _library(name: str, library: str) -> Finding:
    from ctypes.util import find_library  # slow import

    found = find_library(library)
    return judge(
        name,
        found is not None,
        found or _("introuvable"),
        _("Lancez ./bin/setup : les fiches en PDF en ont besoin."),
        otherwise=Status.WARNING,
    )


def folders() -> Iterator[Finding]:
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    yield judge(
        _("Dossier des données"),
        os.access(folder, os.W_OK | os.X_OK),
        str(folder),
        _(
            "Donnez ce dossier au compte qui sert le site (chown), ou choisissez-en un autre avec MAILLAGE_DATA_DIR."
        ),
    )
    free = shutil.disk_usage(folder).free
    yield Finding(
        _("Espace disque"),
        Status.ERROR if free < LEAST_DISK else Status.WARNING if free < SMALL_DISK else Status.OK,
        _("%(free).1f Gio libres") % {"free": free / GIB},
        _("Libérez de la place, ou déplacez le dossier des données (MAILLAGE_DATA_DIR).")
        if free < SMALL_DISK
        else "",
    )
    key = folder / "secret-key"
    if key.exists():
        yield judge(
            _("Clé secrète"),
            not key.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO),
            _("dans %(file)s") % {"file": key},
            _("D'autres comptes peuvent la lire : chmod 600 %(file)s") % {"file": key},
        )
    yield from sealed_files()
    yield judge(
        _("Fichiers statiques"),
        not assets.static_files_are_old(),
        str(settings.STATIC_ROOT),
        _("Lancez ./bin/maillage collect."),
    )
    yield judge(
        _("Textes"), not assets.texts_are_old(), _("catalogue français"), _("Lancez ./bin/maillage collect.")
    )


def sealed_files() -> Iterator[Finding]:
    """The keys of the files about people: private, and opening what is there."""
    path, name = sealed.key_file(), _("Documents chiffrés")
    if not settings.SEAL_KEYS and path.exists():
        yield judge(
            _("Clé des documents"),
            not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO),
            _("dans %(file)s") % {"file": path},
            _("D'autres comptes peuvent la lire : chmod 600 %(file)s") % {"file": path},
        )
    try:
        state = sealed.state()
    except (ValueError, OSError) as error:
        yield Finding(
            name, Status.ERROR, str(error), _("Rendez la bonne clé à MAILLAGE_SEAL_KEY ou à %s.") % path
        )
        return
    yield judge(
        name,
        not state.closed,
        _("%(files)s fichiers, %(closed)s sans clé pour les ouvrir")
        % {"files": state.files, "closed": state.closed},
        _("Rendez leur clé : à la suite de MAILLAGE_SEAL_KEY, après une virgule, ou dans %s.") % path,
    )


# --- the site ----------------------------------------------------------------------------------------------
def site() -> Iterator[Finding]:
    host = urlsplit(settings.BASE_URL).hostname or ""
    hosts = settings.ALLOWED_HOSTS
    allowed = host in hosts or "*" in hosts or any(h.startswith(".") and host.endswith(h[1:]) for h in hosts)
    yield judge(
        _("Adresse du site"),
        allowed,
        settings.BASE_URL,
        _("Ajoutez %(host)s à MAILLAGE_HOSTS, ou corrigez MAILLAGE_BASE_URL.") % {"host": host},
    )
    local = host in {"127.0.0.1", "localhost", "::1"}
    yield judge(
        "HTTPS",
        settings.HTTPS or local,
        _("oui") if settings.HTTPS else _("non"),
        _("Servez le site en HTTPS et donnez son adresse dans MAILLAGE_BASE_URL."),
        otherwise=Status.WARNING,
    )
    modes = [
        name for name, on in (("MAILLAGE_DEBUG", settings.DEBUG), ("MAILLAGE_DEMO", settings.DEMO)) if on
    ]
    yield judge(
        _("Mode"),
        local or not modes,
        ", ".join(modes) or _("production"),
        _("Retirez %(names)s : ce mode n'est pas fait pour un site public.") % {"names": ", ".join(modes)},
    )


def mail() -> Finding:
    """Whether the mail server answers, takes our name and our password."""
    name = _("Envoi des courriels")
    if not settings.SMTP_URL:
        return judge(
            name,
            settings.DEMO,
            _("boîte d'envoi de démonstration") if settings.DEMO else _("aucun serveur"),
            _(
                "Donnez l'adresse du serveur dans MAILLAGE_SMTP_URL (smtp://utilisateur:motdepasse@serveur:587)."
            ),
            otherwise=Status.WARNING,
        )
    url = urlsplit(settings.SMTP_URL)
    where = f"{url.hostname}:{url.port or (465 if url.scheme == 'smtps' else 587)}"
    try:
        _greet(url.scheme == "smtps", url.hostname or "", url.port, url.username, url.password)
    except (OSError, smtplib.SMTPException) as error:
        return Finding(
            name,
            Status.ERROR,
            f"{where} : {error}",
            _("Vérifiez MAILLAGE_SMTP_URL et que ce serveur accepte les connexions d'ici."),
        )
    return good(name, where)


def _greet(tls: bool, host: str, port: int | None, user: str | None, password: str | None) -> None:
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if tls:
        server = smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS_FOR_MAIL, context=context)
    else:
        server = smtplib.SMTP(host, port or 587, timeout=SECONDS_FOR_MAIL)
    with server:
        server.ehlo()
        if not tls and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        if user:
            server.login(unquote(user), unquote(password or ""))
        server.noop()


# --- the database ------------------------------------------------------------------------------------------
def ask(sql: str, parameters: Any = None, *, using: str = "default") -> tuple[Any, ...]:
    """The one row of a query."""
    with connections[using].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone() or ()


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
        _("ALTER ROLE maillage_web SET jit = off; sinon trois fois plus lent."),
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
        _("ALTER ROLE %(role)s NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;") % {"role": web},
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
            f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {web}; REVOKE {owner} FROM {web};",
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
    executor = MigrationExecutor(connections["owner"])
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    yield judge(
        _("Migrations"),
        not waiting,
        _("à jour") if not waiting else _("%(number)s attendent") % {"number": len(waiting)},
        _("Lancez ./bin/maillage migrate."),
    )


def jobs() -> Iterator[Finding]:
    (there,) = ask("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")
    if not there:
        return
    failed, late = ask(
        "SELECT count(*) FILTER (WHERE j.status = 'failed' AND e.at > now() - interval '1 day'), "
        "count(*) FILTER (WHERE j.status = 'todo' AND COALESCE(j.scheduled_at, e.at) < now() - %s * interval '1 minute') "
        "FROM procrastinate_jobs j JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events WHERE job_id = j.id) e ON true",
        [OLDEST_WAITING_JOB_MINUTES],
    )
    yield judge(
        _("Travaux en file"),
        not late,
        _("%(late)s en retard, %(failed)s en échec depuis un jour") % {"late": late, "failed": failed},
        _("Aucun processus ne les exécute : lancez ./bin/maillage worker, ou serve sans --no-worker."),
        otherwise=Status.WARNING,
    )
