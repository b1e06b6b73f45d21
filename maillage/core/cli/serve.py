import multiprocessing
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Annotated
from urllib.request import urlopen

import typer
from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django_typer.management import TyperCommand
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from maillage.core import metrics
from maillage.core.errors import DomainError
from maillage.core.processes import SUPERVISOR, kept_running
from maillage.core.upgrade import waiting

THREADS_A_WORKER = 4
SECONDS_BETWEEN_LOOKS = 2.0


class PortTaken(DomainError):
    """Another program listens there."""


class DatabaseBehind(DomainError):
    """The code knows migrations that the database has not seen."""


class Command(TyperCommand):
    """Serve the site, with the jobs' worker and, when there is no DATABASE_URL, the private PostgreSQL."""

    help = "Sert le site, avec l'exécution des travaux et, sans DATABASE_URL, un PostgreSQL privé."

    def handle(
        self,
        port: Annotated[int, typer.Option(min=1, max=65535, help="Port d'écoute.")] = 8000,
        host: Annotated[str, typer.Option(help="Adresse d'écoute.")] = "127.0.0.1",
        workers: Annotated[int, typer.Option(min=1, max=64, help="Nombre de processus web.")] = 2,
        worker: Annotated[bool, typer.Option(help="Exécuter aussi les travaux en file.")] = True,
        prepare: Annotated[
            bool, typer.Option("--prepare", help="Mettre d'abord à jour base, textes et fichiers.")
        ] = False,
    ) -> None:
        # read by the web processes and the worker, which start after this line
        os.environ.setdefault("MAILLAGE_BASE_URL", f"http://{authority(host, port)}")
        os.environ[SUPERVISOR] = str(os.getpid())
        refuse_taken_port(host, port)
        with settings.CLUSTER.alone() if settings.EMBEDDED else nullcontext():
            if prepare:
                import_string(settings.PREPARATION)()
            refuse_old_database()
            connections.close_all()
            metrics.start_afresh()
            with (
                kept_database() if settings.EMBEDDED else nullcontext(),
                kept_running("worker") if worker else nullcontext(),
            ):
                threading.Thread(target=say_when_ready, args=(host, port), daemon=True).start()
                web_server(host, port, workers).serve()


def web_server(host: str, port: int, workers: int) -> MPServer:
    """Granian on our WSGI application; a web process that dies is replaced."""
    # fresh interpreters: a fork would share our locks and read none of the environment set above
    multiprocessing.set_start_method("spawn", force=True)
    return MPServer(
        "maillage.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS_A_WORKER,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
        log_level=LogLevels.warning,
    )


def authority(host: str, port: int) -> str:
    """A host and a port as an URL writes them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def refuse_taken_port(host: str, port: int) -> None:
    """Raise PortTaken rather than start half of the processes."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(
                _(
                    "Impossible d'écouter sur %(host)s:%(port)s (%(why)s). Choisissez un autre port avec --port, ou une adresse de cette machine avec --host."
                )
                % {"host": host, "port": port, "why": error.strerror}
            ) from error


def refuse_old_database() -> None:
    """Raise DatabaseBehind when migrations wait, DatabaseTooOld when this code cannot bring them."""
    number = len(waiting())
    if number:
        raise DatabaseBehind(
            _("La base n'est pas à jour (%(number)s migrations attendent) : lancez ./bin/maillage migrate.")
            % {"number": number}
        )


@contextmanager
def kept_database() -> Iterator[None]:
    """Inside the block, start the private PostgreSQL again when something kills it; requests connect anew by themselves."""
    stopping = threading.Event()

    def watch() -> None:
        while not stopping.wait(SECONDS_BETWEEN_LOOKS):
            try:
                settings.CLUSTER.revive()
            except Exception as error:  # whatever happens, go on looking
                print(f"PostgreSQL : {error}", file=sys.stderr, flush=True)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stopping.set()
        watcher.join()


def say_when_ready(host: str, port: int) -> None:
    """Print the address once the site answers."""
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 compared, not listened to
    for _attempt in range(600):
        try:
            urlopen(f"http://{authority(local, port)}/healthz", timeout=5).close()
        except OSError as error:
            if getattr(error, "code", None) is None:
                time.sleep(0.1)
                continue
        print(
            _("Maillage est prêt : %(url)s   (Ctrl+C pour arrêter)")
            % {"url": os.environ["MAILLAGE_BASE_URL"]},
            file=sys.stderr,
            flush=True,
        )
        return
