"""`serve` keeps the site, its worker and its database running, and stops them all."""

import os
import signal
import socket
from pathlib import Path

import pytest

from maillage.core.cluster import Cluster
from tests.install.conftest import superuser
from tests.install.processes import children, maillage, serving, status, wait_for

pytestmark = pytest.mark.install


def alive(pid: int) -> bool:
    return (
        Path(f"/proc/{pid}").exists()
        and "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][:3]
    )


def tree(pid: int) -> list[int]:
    return [pid, *(one for child in children(pid) for one in tree(child))]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_every_process_and_the_database(migrated, stop):
    with serving(migrated) as (process, port):
        everyone = tree(process.pid)
        assert len(everyone) >= 3
        process.send_signal(stop)
        assert process.wait(60) == 0

    # Python's own resource tracker leaves a moment after the last process that it watched
    assert wait_for(lambda: not any(alive(pid) for pid in everyone), 10)
    assert status(port) is None
    assert not Cluster(migrated).is_running()


def test_a_site_killed_with_its_tree_starts_again(migrated):
    with serving(migrated) as (process, port):
        with superuser(Cluster(migrated)) as database:
            database.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        for pid in tree(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.wait(10)

    with serving(migrated) as (_process, port), superuser(Cluster(migrated)) as database:
        assert status(port) == 200
        assert database.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_children_do_not_outlive_a_killed_site(migrated):
    with serving(migrated) as (process, port):
        others = tree(process.pid)[1:]
        process.kill()
        process.wait(10)

    assert wait_for(lambda: not any(alive(pid) for pid in others), 60)
    assert status(port) is None


def test_a_killed_database_and_a_killed_worker_come_back_under_a_running_site(migrated):
    with serving(migrated) as (process, port):
        cluster = Cluster(migrated)
        server = int((cluster.folder / "postmaster.pid").read_text().split("\n")[0])
        (worker,) = [p for p in children(process.pid) if b"worker" in Path(f"/proc/{p}/cmdline").read_bytes()]

        os.kill(server, signal.SIGKILL)
        os.kill(worker, signal.SIGKILL)

        def others() -> list[int]:
            return [
                p
                for p in children(process.pid)
                if p != worker and alive(p) and b"worker" in Path(f"/proc/{p}/cmdline").read_bytes()
            ]

        assert wait_for(lambda: status(port) == 200 and cluster.is_running() and len(others()) == 1)


def test_two_sites_on_one_folder_are_refused_in_one_line(migrated):
    with Cluster(migrated).alone():  # what a serving site holds
        second = maillage(migrated, "serve", "--port", "0")
        assert second.returncode == 2
        second = maillage(migrated, "serve", "--port", "47831")

    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr.startswith("Un autre Maillage sert déjà depuis")
    assert second.stderr.count("\n") == 1


def test_a_taken_port_is_refused_in_one_line(data_dir):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        second = maillage(data_dir, "serve", "--port", str(port))

    assert second.returncode == 1
    assert f"127.0.0.1:{port}" in second.stderr
    assert "--port" in second.stderr


def test_a_database_that_was_never_migrated_is_refused(data_dir):
    done = maillage(data_dir, "serve", "--port", "47832")

    assert done.returncode == 1
    assert "./bin/maillage migrate" in done.stderr

    asked = maillage(data_dir, "territories", "locate", "2.4", "48.97")
    assert (asked.returncode, asked.stderr.count("\n")) == (1, 1)
    assert "./bin/maillage migrate" in asked.stderr
