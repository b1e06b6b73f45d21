"""The source code of this very instance, as its licence asks."""

import io
import tarfile
from functools import lru_cache
from pathlib import Path

from django.conf import settings

# what the software is made of; data, secrets, environments and hidden files stay out
PARTS = (
    "LICENSE", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "pyproject.toml", "uv.lock", "package.json",
    "package-lock.json", "conftest.py", "bin", "bench", "deploy", "docs", "maillage", "tests",
)  # fmt: skip


@lru_cache(maxsize=1)
def archive() -> bytes:
    """A .tar.gz of the source that runs, under the folder « maillage »."""
    out = io.BytesIO()
    root = Path(settings.BASE_DIR)
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as tar:
        for part in PARTS:
            if (root / part).exists():
                tar.add(root / part, f"maillage/{part}", filter=_kept)
    return out.getvalue()


def _kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    name = Path(member.name).name
    if (
        name.startswith(".")
        or name == "__pycache__"
        or name.endswith(".pyc")
        or not (member.isfile() or member.isdir())
    ):
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
