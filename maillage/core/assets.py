"""Texts and static files made from the sources: whether they are old, and making them again."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def texts_are_old() -> bool:
    """Whether a catalogue changed since it was compiled."""
    return any(
        not po.with_suffix(".mo").exists() or po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime
        for folder in settings.LOCALE_PATHS
        for po in Path(folder).glob("*/LC_MESSAGES/*.po")
    )


def compile_texts() -> None:
    """Compile the catalogues."""
    call_command("compilemessages", ignore_patterns=["node_modules", ".venv", "var"], verbosity=0)


def static_stamp() -> str:
    """A hash that changes when a static file or a template appears, disappears or changes."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    # the stylesheet keeps what the templates name
    for template in sorted(Path(settings.BASE_DIR, "maillage").rglob("templates/**/*.html")):
        digest.update(f"{template} {template.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()


def static_files_are_old() -> bool:
    """Whether a static file changed since they were collected."""
    stamp = Path(settings.STATIC_ROOT, "stamp")
    return not stamp.exists() or stamp.read_text() != static_stamp()


def collect_static_files() -> None:
    """Collect, hash and compress the static files."""
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    Path(settings.STATIC_ROOT, "stamp").write_text(static_stamp())
