"""The private PostgreSQL survives what happens to processes and folders."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

from maillage.core import cluster as cluster_module
from maillage.core.cluster import DATABASE, EXTENSIONS, WEB, Cluster, ClusterError, binary
from tests.install.conftest import forget, superuser
from tests.install.processes import wait_for

pytestmark = pytest.mark.install


def server_number(cluster: Cluster) -> int:
    return int((cluster.folder / "postmaster.pid").read_text().split("\n")[0])


def test_a_new_folder_gets_a_server_two_roles_and_the_extensions(data_dir):
    cluster = Cluster(data_dir, durable=False)

    with cluster.using(), superuser(cluster) as database:
        roles = database.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname LIKE 'maillage%' ORDER BY 1"
        ).fetchall()
        extensions = {name for (name,) in database.execute("SELECT extname FROM pg_extension").fetchall()}
        listening = database.execute(
            "SELECT current_setting('listen_addresses'), current_setting('jit')"
        ).fetchone()

    assert roles == [
        ("maillage_owner", False, False, False, False),
        ("maillage_web", False, False, False, False),
    ]
    assert set(EXTENSIONS) <= extensions
    assert listening == ("", "off")
    assert not cluster.is_running()
    assert cluster.connection(WEB)["NAME"] == DATABASE


def test_the_last_user_stops_the_server_and_not_the_first(data_dir):
    first, second = Cluster(data_dir, durable=False), Cluster(data_dir, durable=False)

    with first.using():
        with second.using():
            assert first.is_running()
        assert first.is_running()

    assert wait_for(lambda: not first.is_running(), 10)


def test_a_killed_server_comes_back_with_what_was_committed(data_dir):
    cluster = Cluster(data_dir)
    with cluster.using():
        with superuser(cluster) as database:
            database.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(server_number(cluster), signal.SIGKILL)
        assert wait_for(lambda: not cluster.is_running(), 10)

        cluster.revive()

        with superuser(cluster) as database:
            assert database.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_server_that_is_dying_is_not_taken_for_alive_by_its_socket(data_dir):
    cluster = Cluster(data_dir, durable=False)
    with cluster.using():
        os.kill(server_number(cluster), signal.SIGKILL)
        assert wait_for(lambda: not cluster.is_running(), 10)
        path = cluster.socket_dir / ".s.PGSQL.5432"
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as dying:
            dying.bind(str(path))
            dying.listen()

            cluster.revive()

        with superuser(cluster) as database:
            assert database.execute("SELECT 1").fetchone() == (1,)


def test_a_server_left_alone_by_a_killed_process_is_taken_over_then_stopped(data_dir):
    cluster = Cluster(data_dir, durable=False)
    child = os.fork()
    if child == 0:  # dies inside the block, as kill -9 would have it
        with cluster.using():
            os._exit(9)
    os.waitpid(child, 0)
    assert cluster.is_running()
    before = server_number(cluster)

    with cluster.using():
        assert server_number(cluster) == before

    assert not cluster.is_running()


@pytest.mark.parametrize("buried", [True, False])
def test_a_stale_number_taken_by_another_process_or_a_dead_one_does_not_block_the_start(data_dir, buried):
    cluster = Cluster(data_dir, durable=False)
    with cluster.using():
        lines = (cluster.folder / "postmaster.pid").read_text().split("\n")
    # a living stranger, or a process that died and that nobody has waited for
    other = subprocess.Popen(["sleep", "60"] if buried else ["true"])
    wait_for(lambda: buried or Path(f"/proc/{other.pid}/stat").read_text().split()[2] == "Z")
    (cluster.folder / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]))
    (cluster.folder / "postmaster.pid").chmod(0o600)
    cluster._give(cluster.folder / "postmaster.pid")

    try:
        assert not cluster.is_running()
        cluster._clear_what_a_dead_server_left()
        kept = (cluster.folder / "postmaster.pid").read_text().split("\n")
        assert kept[1:] == lines[1:]  # the shared memory that orphans would still use
        with cluster.using(), superuser(cluster) as database:
            assert database.execute("SELECT 1").fetchone() == (1,)
        assert other.poll() is None or not buried  # a stranger is left alone
    finally:
        other.kill()
        other.wait()


def test_one_folder_by_two_names_has_one_server(data_dir):
    data_dir.mkdir()
    (data_dir.parent / "link").symlink_to(data_dir)
    cluster, same = Cluster(data_dir, durable=False), Cluster(data_dir.parent / "link", durable=False)

    with cluster.using():
        before = server_number(cluster)
        with same.using(), superuser(same) as database:
            assert database.execute("SELECT 1").fetchone() == (1,)
        assert server_number(cluster) == before


def test_a_server_that_still_recovers_is_waited_for(data_dir, monkeypatch):
    cluster = Cluster(data_dir, durable=False)
    with cluster.using():
        connect, times = psycopg.connect, []

        def not_yet(**options):
            times.append(1)
            if len(times) < 3:
                raise psycopg.OperationalError("the database system is starting up")
            return connect(**options)

        monkeypatch.setattr(psycopg, "connect", not_yet)
        with cluster.using():
            assert len(times) > 3


def test_the_version_that_made_the_data_serves_them_even_beside_a_newer_one(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_module, "INSTALLED", tmp_path)
    for version in (14, 15, 17):
        (tmp_path / f"{version}/bin").mkdir(parents=True)
        (tmp_path / f"{version}/bin/pg_ctl").touch()

    assert binary("pg_ctl") == str(tmp_path / "17/bin/pg_ctl")
    assert binary("pg_ctl", 15) == str(tmp_path / "15/bin/pg_ctl")
    with pytest.raises(ClusterError, match="réinstallez postgresql-16 et"):
        binary("pg_ctl", 16)


def test_a_half_made_cluster_is_made_again(data_dir):
    (data_dir / "postgres" / "making").mkdir(parents=True)
    (data_dir / "postgres" / "making" / "PG_VERSION").write_text("15")
    (data_dir / "postgres" / "base").mkdir()

    cluster = Cluster(data_dir, durable=False)
    with cluster.using():
        assert cluster.is_running()

    assert not (cluster.folder / "making").exists()


def test_a_long_path_is_no_obstacle(data_dir):
    cluster = Cluster(
        data_dir.joinpath(*["dossier au nom très long, avec des espaces et des accents é"] * 4), durable=False
    )

    with cluster.using():
        assert cluster.is_running()


def test_a_deleted_folder_is_made_again_though_its_old_server_still_runs(data_dir):
    cluster = Cluster(data_dir, durable=False)
    child = os.fork()
    if child == 0:
        with cluster.using():
            os._exit(9)
    os.waitpid(child, 0)
    old = server_number(cluster)
    shutil.rmtree(cluster.folder)
    shutil.rmtree(data_dir)

    with cluster.using(), superuser(cluster) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)
        assert server_number(cluster) != old

    assert wait_for(lambda: not Path(f"/proc/{old}").exists(), 10)


def test_one_data_folder_serves_one_site(data_dir):
    with (
        Cluster(data_dir).alone(),
        pytest.raises(ClusterError, match="sert déjà depuis"),
        Cluster(data_dir).alone(),
    ):
        pass

    with Cluster(data_dir).alone():
        pass  # free again


@pytest.mark.skipif(os.getuid() != 0, reason="only root hands the server to another user")
def test_as_root_folders_closed_to_the_servers_user_are_gone_around():
    above = Path(tempfile.mkdtemp(prefix="maillage-closed-"))  # 0700, of root
    cluster = Cluster(above / "data", durable=False)
    try:
        with cluster.using():
            assert cluster.is_running()
            assert cluster.folder.is_relative_to("/var/lib/maillage")
        assert Cluster(above / "data").folder == cluster.folder
    finally:
        forget(cluster)
        shutil.rmtree(above)


def test_a_socket_folder_of_someone_else_is_refused(data_dir):
    cluster = Cluster(data_dir, durable=False)
    cluster.socket_dir.mkdir(mode=0o777)
    cluster.socket_dir.chmod(0o777)

    with pytest.raises(ClusterError, match="ouvert à tous"), cluster.using():
        pass
