"""Files that no one here wrote, beside the repository: a test that needs one skips where it is absent."""

import os
from pathlib import Path

import pytest
from django.conf import settings


def shared_file(name: str) -> Path:
    """The path of one shared file, from `MAILLAGE_SHARED_DATA` or `../shared/data`; skips the test when it is absent."""
    folder = Path(
        os.environ.get("MAILLAGE_SHARED_DATA") or Path(settings.BASE_DIR).parent / "shared" / "data"
    )
    path = folder / name
    if not path.exists():
        pytest.skip(f"{path} is not on this machine: set MAILLAGE_SHARED_DATA")
    return path
