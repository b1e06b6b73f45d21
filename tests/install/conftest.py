import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from maillage.core.cluster import DATABASE, SUPERUSER, Cluster, binary
from tests import databases
from tests.static_files import give_static_files


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An empty data folder that PostgreSQL's own user may enter; its server and its files go away with the test."""
    above = Path(tempfile.mkdtemp(prefix="maillage-test-"))
    above.chmod(0o755)
    yield above / "data"
    forget(Cluster(above / "data"))
    shutil.rmtree(above)


@pytest.fixture(scope="session")
def migrated_once(templates: databases.Templates) -> Iterator[Path]:
    """A stopped instance whose tables and static files are ready. Its tables are those of the tests' own database:

    `migrate` itself is run against an external server, and each time that the tests make their databases.
    """
    above = Path(tempfile.mkdtemp(prefix="maillage-test-"))
    above.chmod(0o755)
    cluster = Cluster(above / "data", durable=False)
    with cluster.using():
        dump = [binary("pg_dump"), "-h", databases.CLUSTER.socket_dir, "-U", SUPERUSER, templates.bare]
        script = subprocess.run(dump, check=True, capture_output=True).stdout
        # see backup.look_in_public
        script = script.replace(
            b"set_config('search_path', '', false)", b"set_config('search_path', 'public', false)"
        )
        fill = [
            binary("psql"),
            "-qX",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            cluster.socket_dir,
            "-U",
            SUPERUSER,
            DATABASE,
        ]
        subprocess.run(fill, input=script, check=True, stdout=subprocess.DEVNULL)
    give_static_files(above / "data")
    yield above / "data"
    forget(cluster)
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
