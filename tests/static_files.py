"""The site's static files for the tests that serve it, collected once for a state of the sources."""

import fcntl
import shutil
from pathlib import Path

from django.conf import settings

from tests.install.processes import maillage


def give_static_files(data_dir: Path) -> None:
    """Put what `collect` makes in an instance's data folder; the first of the workers to come makes it for all."""
    kept = settings.DATA_DIR / "collected"
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = maillage(kept, "collect")
        assert done.returncode == 0, done.stderr
        data_dir.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(data_dir / "static", ignore_errors=True)
        shutil.copytree(kept / "static", data_dir / "static")  # dates too: the stamp holds
