"""What an instance needs before it serves: texts, static files, tables, territories and, in a demo, content.

Each step looks whether it has anything to do, so that a second start costs a second.
"""

import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.db import connections
from django.db.migrations.executor import MigrationExecutor


def prepare() -> None:
    """Bring the database, the texts and the static files up to date; say what takes time, on stderr."""
    step("Textes de l'interface", texts_are_old, compile_texts)
    step("Fichiers statiques", static_files_are_old, collect_static_files)
    step("Base de données", tables_are_old, lambda: call_command("migrate", verbosity=0))
    step("Communes, EPCI, départements, régions", territories_are_missing, load_territories)
    if settings.DEMO:
        step("Contenu de démonstration", demo_is_missing, lambda: call_command("demo", "load"))


def step(what: str, is_needed: Callable[[], bool], do: Callable[[], object]) -> None:
    """Do it when it is needed, and say how long it took."""
    if not is_needed():
        return
    print(f"  {what} …", end="", file=sys.stderr, flush=True)
    start = time.monotonic()
    do()
    print(f" {time.monotonic() - start:.1f} s", file=sys.stderr, flush=True)


# --- texts -----------------------------------------------------------------------------------------------
def catalogues() -> list[Path]:
    return sorted(Path(settings.BASE_DIR, "maillage").glob("**/locale/*/LC_MESSAGES/*.po"))


def texts_are_old() -> bool:
    return any(
        not po.with_suffix(".mo").exists() or po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime
        for po in catalogues()
    )


def compile_texts() -> None:
    call_command("compilemessages", ignore_patterns=["node_modules", ".venv", "var"], verbosity=0)


# --- static files ------------------------------------------------------------------------------------------
def static_stamp() -> str:
    """A hash that changes when a static file appears, disappears or changes."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def static_files_are_old() -> bool:
    stamp = Path(settings.STATIC_ROOT, "stamp")
    return not stamp.exists() or stamp.read_text() != static_stamp()


def collect_static_files() -> None:
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    Path(settings.STATIC_ROOT, "stamp").write_text(static_stamp())


# --- database ----------------------------------------------------------------------------------------------
def tables_are_old() -> bool:
    executor = MigrationExecutor(connections["owner"])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def territories_are_missing() -> bool:
    return "territories" in get_commands() and not apps.get_model("territories", "Commune").objects.exists()


def load_territories() -> None:
    call_command("territories", "load")


def demo_is_missing() -> bool:
    return "demo" in get_commands() and not apps.get_model("initiatives", "Initiative").objects.exists()
