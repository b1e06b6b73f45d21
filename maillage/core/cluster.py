"""The private PostgreSQL that runs when no DATABASE_URL is given.

One cluster a data folder, reached by a Unix socket only. Every process that uses it holds a shared lock on
`users.lock`; the last one out stops the server. Kill -9 leaves the server running or a stale pid file: the next
process attaches to the first and clears the second.

Standard library only: `doctor` and the setup use it before anything else works.
"""

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from maillage.core.processes import command_of, number_in

if TYPE_CHECKING:
    import psycopg

DATABASE = "maillage"
OWNER, WEB, SUPERUSER = "maillage_owner", "maillage_web", "postgres"
INSTALLED = Path("/usr/lib/postgresql")  # Debian's place of every version
EXTENSIONS = ("postgis", "unaccent", "pg_trgm", "btree_gist")
LONGEST_SOCKET_PATH = 107  # sun_path of a Unix socket, its closing zero aside
SOCKET_NAME = ".s.PGSQL.5432"
OLDEST_VERSION = 15
SECONDS_FOR_ORPHANS = 30.0
NOBODYS_NUMBER = 2**22 + 1  # past the greatest that Linux gives a process
SECONDS_TO_RECOVER = 120.0

CONFIGURATION = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 256MB
effective_cache_size = 1GB
random_page_cost = 1.1
jit = off
max_wal_size = 2GB
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
logging_collector = off
"""


class ClusterError(Exception):
    """The private PostgreSQL cannot be used; the message, in French, says how to mend it."""


class Cluster:
    """The cluster of one data folder. Building the object touches nothing on the disk."""

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir
        self.durable = durable

    # --- where ---------------------------------------------------------------------------------------------
    @property
    def socket_dir(self) -> Path:
        """A folder short enough for a socket and reachable by the server's user; it depends on the data folder alone."""
        digest = hashlib.sha256(str(self.data_dir.resolve()).encode()).hexdigest()[:12]
        return Path("/tmp") / f"maillage-{os.getuid()}-{digest}"  # noqa: S108 owner and rights are checked

    @property
    def folder(self) -> Path:
        """The cluster's own folder: inside the data folder, or, as root, where the server's user may go."""
        pointer = self.data_dir / "cluster-path"
        return Path(pointer.read_text().strip()) if pointer.exists() else self.data_dir / "postgres"

    @property
    def log_path(self) -> Path:
        return self.folder / "server.log"

    def connection(self, role: str, database: str = DATABASE) -> dict[str, str]:
        """Django's connection keys for `role`."""
        return {"NAME": database, "USER": role, "PASSWORD": "", "HOST": str(self.socket_dir), "PORT": ""}

    # --- run -----------------------------------------------------------------------------------------------
    @contextmanager
    def using(self) -> Iterator[None]:
        """Keep the server running inside the block; start it if nobody did, stop it if nobody else is left.

        Raises ClusterError when PostgreSQL is missing, too old, or does not start.
        """
        self.data_dir.mkdir(parents=True, exist_ok=True)
        users = (self.data_dir / "users.lock").open("a")
        with users:
            with self._starting():
                fcntl.flock(users, fcntl.LOCK_SH)
                self._ensure_started()
            try:
                yield
            finally:
                if self._is_current(users):
                    with self._starting():
                        try:
                            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        except BlockingIOError:
                            pass  # somebody else still uses it
                        else:
                            self._stop()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the data folder for one `serve`. Raises ClusterError when another one serves from it."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / "serve.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ClusterError(
                    f"Un autre Maillage sert déjà depuis {self.data_dir}. Arrêtez-le, ou choisissez un autre "
                    "dossier avec MAILLAGE_DATA_DIR."
                ) from error
            yield

    def revive(self) -> None:
        """Start the server again if it died inside `using()`; cheap when it is alive. Raises ClusterError."""
        # the socket of one that is dying still answers for a moment
        if not (self.is_running() and self._answers()):
            with self._starting():
                self._ensure_started()

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket_dir / SOCKET_NAME))
            except OSError:
                return False
        return True

    def _is_current(self, lock: IO[str]) -> bool:
        """Whether the data folder is still the one we locked: somebody may have deleted it and made another."""
        try:
            return os.fstat(lock.fileno()).st_ino == (self.data_dir / "users.lock").stat().st_ino
        except FileNotFoundError:
            return False

    @contextmanager
    def _starting(self) -> Iterator[None]:
        with (self.data_dir / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def is_running(self) -> bool:
        """Whether the process of the pid file lives and is a server of this cluster.

        `pg_ctl status` would believe any process that has taken the number since, and a dead one that nobody has buried.
        """
        pid = number_in(self.folder / "postmaster.pid")
        command = command_of(pid) if pid else []
        try:
            # by whatever name the folder was given
            return os.path.samefile(command[command.index(b"-D") + 1], self.folder)
        except (ValueError, IndexError, OSError):
            return False

    def _ensure_started(self) -> None:
        if not (self.folder / "PG_VERSION").exists():
            self._create()
        self._prepare_socket_dir()
        if not self.is_running():
            self._clear_what_a_dead_server_left()
            self._start()
        self._make_roles_and_database()

    def _start(self) -> None:
        """Start, waiting for what a killed server leaves: its last queries hold the shared memory until they end."""
        end = time.monotonic() + SECONDS_FOR_ORPHANS
        while True:
            size = self.log_path.stat().st_size if self.log_path.exists() else 0
            try:
                self._try_to_start()
            except ClusterError:
                said = self.log_path.read_bytes()[size:] if self.log_path.exists() else b""
                if b"shared memory" not in said or time.monotonic() > end:
                    raise
                time.sleep(0.5)
            else:
                return

    def _try_to_start(self) -> None:
        options = f"-k {self.socket_dir}" + (
            "" if self.durable else " -F -c synchronous_commit=off -c full_page_writes=off"
        )
        done = self._run(
            "pg_ctl",
            "start",
            "-s",
            "-w",
            "-t",
            "120",
            "-D",
            str(self.folder),
            "-l",
            str(self.log_path),
            "-o",
            options,
            check=False,
        )
        if done.returncode:
            tail = (
                self.log_path.read_text(errors="replace")[-1500:] if self.log_path.exists() else done.stderr
            )
            raise ClusterError(f"PostgreSQL n'a pas démarré. Fin de son journal ({self.log_path}) :\n{tail}")

    def _stop(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(self.folder), check=False)

    def _clear_what_a_dead_server_left(self) -> None:
        """Its number, when another process has it or nobody has buried it; or, when somebody deleted the folder, that server
        itself: it holds the socket. The rest of the pid file stays: by it PostgreSQL sees the orphans that still write."""
        pid_file, lock = self.folder / "postmaster.pid", self.socket_dir / f"{SOCKET_NAME}.lock"
        pid = number_in(pid_file)
        if not pid_file.exists():
            self._stop_server_of_a_deleted_folder(lock)
        elif pid is not None and Path(f"/proc/{pid}").exists():
            rest = pid_file.read_text().partition("\n")[2]
            pid_file.write_text(f"{NOBODYS_NUMBER}\n{rest}")
            lock.unlink(missing_ok=True)

    def _stop_server_of_a_deleted_folder(self, lock: Path) -> None:
        pid = number_in(lock)
        if pid is None or os.fsencode(self.socket_dir) not in command_of(pid):
            return
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)
        end = time.monotonic() + SECONDS_FOR_ORPHANS
        while command_of(pid) and time.monotonic() < end:
            time.sleep(0.05)
        lock.unlink(missing_ok=True)

    # --- make ----------------------------------------------------------------------------------------------
    def _create(self) -> None:
        folder = self._choose_folder()
        shutil.rmtree(
            folder, ignore_errors=True
        )  # half-made by an interrupted initdb: it holds no PG_VERSION
        folder.mkdir(mode=0o700, parents=True)
        self._give(folder)
        making = folder / "making"
        self._run(
            "initdb",
            "-D",
            str(making),
            "-U",
            SUPERUSER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            *(() if self.durable else ("--no-sync",)),
        )
        with (making / "postgresql.conf").open("a") as file:
            file.write(CONFIGURATION)
        for path in making.iterdir():
            if path.name != "PG_VERSION":
                path.rename(folder / path.name)
        (making / "PG_VERSION").rename(
            folder / "PG_VERSION"
        )  # last: its presence says that the cluster is whole
        making.rmdir()

    def _choose_folder(self) -> Path:
        """`DATA_DIR/postgres`; as root with folders above closed to the server's user, one in /var/lib, noted in the data folder."""
        folder = self.data_dir / "postgres"
        if self._account is None or all(
            p.stat().st_mode & stat.S_IXOTH for p in folder.parents if p.exists()
        ):
            return folder
        folder = Path("/var/lib/maillage") / f"cluster-{secrets.token_hex(6)}"
        folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        (self.data_dir / "cluster-path").write_text(str(folder))
        return folder

    def _prepare_socket_dir(self) -> None:
        path = self.socket_dir
        if len(str(path / SOCKET_NAME)) > LONGEST_SOCKET_PATH:
            raise ClusterError(f"Le chemin {path} est trop long pour une prise Unix.")
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            pass  # whose it is, is checked below
        else:
            self._give(path)
        owner = self._account.pw_uid if self._account else os.getuid()
        found = path.lstat()
        if found.st_uid != owner or not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077:
            raise ClusterError(
                f"Le dossier {path} appartient à quelqu'un d'autre ou est ouvert à tous : supprimez-le."
            )

    def _make_roles_and_database(self) -> None:
        """Two roles, one database, the extensions; nothing when they are there already."""
        with self._connected("postgres") as server:
            for role in (OWNER, WEB):
                if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    server.execute(
                        f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
                    )
            if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                server.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0")
        with self._connected(DATABASE) as database:
            for extension in EXTENSIONS:
                database.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")

    def _connected(self, database: str) -> "psycopg.Connection":
        """The superuser's connection, once the server is ready: whoever started it may have been killed meanwhile."""
        import psycopg  # here, so that `doctor` can say that it is missing

        end = time.monotonic() + SECONDS_TO_RECOVER
        while True:
            try:
                return psycopg.connect(
                    host=str(self.socket_dir), user=SUPERUSER, dbname=database, autocommit=True
                )
            except psycopg.OperationalError as error:
                if time.monotonic() > end or not self.is_running():
                    raise ClusterError(
                        f"PostgreSQL ne répond pas (journal : {self.log_path}) : {error}"
                    ) from error
                time.sleep(0.1)

    # --- the system ----------------------------------------------------------------------------------------
    @property
    def _account(self) -> pwd.struct_passwd | None:
        """The system user that runs the server, or None when it is ourselves: PostgreSQL refuses to run as root."""
        if os.getuid() != 0:
            return None
        try:
            return pwd.getpwnam("postgres")
        except KeyError as error:
            raise ClusterError("PostgreSQL n'est pas installé : lancez ./bin/setup.") from error

    @property
    def _version(self) -> int | None:
        """The major version of the server that made the cluster, which no other one reads; None before."""
        return number_in(self.folder / "PG_VERSION")

    def _give(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        account = self._account
        done = subprocess.run(
            [binary(program, self._version), *arguments],
            check=False,
            text=True,
            capture_output=program != "pg_ctl" or "start" not in arguments,
            stdin=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": "/"},
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
        if check and done.returncode:
            raise ClusterError(f"{program} a échoué :\n{done.stderr or done.stdout}")
        return done


def binary(program: str, version: int | None = None) -> str:
    """The path of PostgreSQL's `program`, from the newest version installed, or from `version`. Raises ClusterError without it."""
    folders = {int(path.parent.name): path for path in INSTALLED.glob("[0-9]*/bin")}
    for number in sorted(folders, reverse=True):
        if (
            number >= OLDEST_VERSION
            and number == (version or number)
            and (folders[number] / program).exists()
        ):
            return str(folders[number] / program)
    found = shutil.which(program)
    if version is not None and folders:
        raise ClusterError(
            f"Ces données viennent de PostgreSQL {version}, qui n'est plus installé : réinstallez postgresql-{version} et "
            f"postgresql-{version}-postgis-3, faites une sauvegarde (backup), puis rendez-la (restore) dans un dossier neuf."
        )
    if found is None:
        raise ClusterError(
            f"PostgreSQL {OLDEST_VERSION} ou plus récent n'est pas installé : lancez ./bin/setup."
        )
    return found
