"""With DATABASE_URL, everything works as with the private PostgreSQL: here against a server with roles of other names."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from maillage.core.cluster import EXTENSIONS, SUPERUSER, Cluster
from tests.install.conftest import forget, superuser
from tests.install.processes import free_port, maillage, serving, status
from tests.static_files import give_static_files

pytestmark = pytest.mark.install

# docs/operations.md, « An external server »
ROLES = """
CREATE ROLE proprio LOGIN PASSWORD 'Secret-1' NOSUPERUSER;
CREATE ROLE site LOGIN PASSWORD 'p@ss/é:2' NOSUPERUSER;
CREATE ROLE copie LOGIN PASSWORD 'Secret-3' BYPASSRLS IN ROLE pg_read_all_data;
"""


class Server:
    """A throwaway server that asks for passwords over TCP, as one elsewhere would."""

    def __init__(self, cluster: Cluster, port: int) -> None:
        self.cluster, self.port = cluster, port

    def url(self, role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/ville"

    @property
    def variables(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.url("site", "p%40ss%2F%C3%A9%3A2"),
            "DATABASE_OWNER_URL": self.url("proprio", "Secret-1"),
        }


@pytest.fixture
def server(data_dir: Path) -> Iterator[Server]:
    cluster, port = Cluster(data_dir.parent / "elsewhere", durable=False), free_port()
    with cluster.using(), superuser(cluster, "postgres") as database:
        database.execute("ALTER SYSTEM SET listen_addresses = '127.0.0.1'")
        database.execute(f"ALTER SYSTEM SET port = {port}")
    hba = cluster.folder / "pg_hba.conf"
    hba.write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    cluster._prepare_socket_dir()
    cluster._start()
    try:
        import psycopg

        where = {"host": str(cluster.socket_dir), "port": port, "user": SUPERUSER, "autocommit": True}
        with psycopg.connect(dbname="postgres", **where) as postgres:
            postgres.execute(ROLES)
            postgres.execute("CREATE DATABASE ville OWNER proprio TEMPLATE template0")
        with psycopg.connect(dbname="ville", **where) as ville:
            for extension in EXTENSIONS:
                ville.execute(f"CREATE EXTENSION {extension}")
        yield Server(cluster, port)
    finally:
        forget(cluster)


def test_migrate_doctor_backup_restore_and_serve_with_an_external_server(server, data_dir):
    variables = server.variables
    done = maillage(data_dir, "migrate", "-v0", **variables)
    assert done.returncode == 0, done.stderr
    give_static_files(data_dir)

    told = maillage(data_dir, "doctor", "--json", **variables)
    report = json.loads(told.stdout)
    assert (told.returncode, report["ok"]) == (0, True), told.stdout
    assert {"name": "Deux rôles", "status": "ok", "said": "site, proprio", "mend": ""} in report["checks"]

    # row security hides rows from the owner too: no half-empty backup
    refused = maillage(data_dir, "backup", str(data_dir / "saved.tar"), **variables)
    assert refused.returncode == 1
    assert "DATABASE_BACKUP_URL" in refused.stderr
    saving = variables | {"DATABASE_BACKUP_URL": server.url("copie", "Secret-3")}
    saved = maillage(data_dir, "backup", str(data_dir / "saved.tar"), **saving)
    assert saved.returncode == 0, saved.stderr
    assert maillage(data_dir, "restore", str(data_dir / "saved.tar"), **saving).returncode == 1
    restored = maillage(data_dir, "restore", str(data_dir / "saved.tar"), "--replace", **saving)
    assert restored.returncode == 0, restored.stderr
    assert maillage(data_dir, "migrate", "--check", **variables).returncode == 0
    with serving(data_dir, **variables) as (_process, port):
        assert status(port, "/aide/") == 200
    assert not (data_dir / "postgres").exists()  # nothing private was started


def test_one_role_for_everything_is_a_warning_and_a_dead_server_an_error(server, data_dir):
    one = {"DATABASE_URL": server.url("proprio", "Secret-1")}
    checks = json.loads(maillage(data_dir, "doctor", "--json", **one).stdout)["checks"]
    assert [c["status"] for c in checks if c["name"] == "Deux rôles"] == ["warning"]

    server.cluster._stop()
    told = maillage(data_dir, "doctor", "--json", **one)

    assert told.returncode == 1
    dead = [c for c in json.loads(told.stdout)["checks"] if c["name"] == "Base de données"]
    assert dead[0]["status"] == "error"
    assert "DATABASE_URL" in dead[0]["mend"]
    assert "Secret-1" not in told.stdout + told.stderr
