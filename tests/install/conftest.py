import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from maillage.core.cluster import SUPERUSER, Cluster
from tests.install.processes import maillage


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An empty data folder that PostgreSQL's own user may enter; its server and its files go away with the test."""
    above = Path(tempfile.mkdtemp(prefix="maillage-test-"))
    above.chmod(0o755)
    yield above / "data"
    forget(Cluster(above / "data"))
    shutil.rmtree(above)


@pytest.fixture(scope="session")
def migrated_once() -> Iterator[Path]:
    """A stopped instance whose tables and static files are ready."""
    above = Path(tempfile.mkdtemp(prefix="maillage-test-"))
    above.chmod(0o755)
    for command in (["migrate", "-v0"], ["collect"]):
        done = maillage(above / "data", *command)
        assert done.returncode == 0, done.stderr
    yield above / "data"
    forget(Cluster(above / "data"))
    shutil.rmtree(above)


@pytest.fixture
def migrated(migrated_once: Path, data_dir: Path) -> Path:
    """A data folder whose tables and static files are ready: a copy."""
    subprocess.run(["cp", "-a", str(migrated_once), str(data_dir)], check=True)
    return data_dir


def forget(cluster: Cluster) -> None:
    """Stop a test's server and remove what it keeps outside of its data folder."""
    if cluster.is_running():
        cluster._stop()
    shutil.rmtree(cluster.folder, ignore_errors=True)
    shutil.rmtree(cluster.socket_dir, ignore_errors=True)


def superuser(cluster: Cluster, database: str = "maillage") -> psycopg.Connection:
    """A connection that may do everything, to the server of `cluster`."""
    return psycopg.connect(host=str(cluster.socket_dir), user=SUPERUSER, dbname=database, autocommit=True)
