"""`serve` keeps the site, its worker and its database running, and stops them all."""

import os
import signal
import socket
from pathlib import Path

import pytest

from maillage.config import env
from maillage.core.cli import serve
from maillage.core.cluster import Cluster
from tests.install.conftest import superuser
from tests.install.processes import maillage, serving, status, tree, wait_for

pytestmark = pytest.mark.install


def workers(process) -> list[int]:
    """The living processes that do the jobs of a site."""
    return [one.pid for one in tree(process.pid)[1:] if one.is_alive and b"worker" in one.command]


def stops(process, port: int, data_dir: Path, stop: signal.Signals) -> bool:
    """Whether `stop` ends every process of a site, and its database."""
    everyone = tree(process.pid)
    assert len(everyone) >= 3
    process.send_signal(stop)
    assert process.wait(60) == 0
    # Python's own resource tracker leaves a moment after the last process that it watched
    return (
        wait_for(lambda: not any(one.is_alive for one in everyone), 10)
        and status(port) is None
        and not Cluster(data_dir).is_running()
    )


def test_what_is_killed_comes_back_under_a_running_site_and_a_stop_ends_it_all(migrated):
    with serving(migrated) as (process, port):
        cluster = Cluster(migrated)
        server = int((cluster.folder / "postmaster.pid").read_text().split("\n")[0])
        (worker,) = workers(process)

        os.kill(server, signal.SIGKILL)
        os.kill(worker, signal.SIGKILL)

        assert wait_for(
            lambda: (
                status(port) == 200
                and cluster.is_running()
                and len(workers(process)) == 1
                and workers(process) != [worker]
            )
        )
        assert stops(process, port, migrated, signal.SIGTERM)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "::", "::1"])
def test_the_address_of_a_site_is_one_that_the_settings_take(monkeypatch, host):
    monkeypatch.setenv("X_TEST", f"http://{serve.authority(host, 8000)}")

    assert env.site_url("X_TEST", "").endswith(":8000")


def test_nothing_keeps_the_database_from_being_looked_at_again(settings, monkeypatch):
    monkeypatch.setattr(serve, "SECONDS_BETWEEN_LOOKS", 0.01)
    looks = []

    def revive():
        looks.append(1)
        raise RuntimeError("anything")

    monkeypatch.setattr(settings.CLUSTER, "revive", revive)

    with serve.kept_database():
        assert wait_for(lambda: len(looks) > 2, 10)


def test_a_site_killed_with_its_tree_starts_again_and_ctrl_c_ends_it(migrated):
    with serving(migrated) as (process, port):
        with superuser(Cluster(migrated)) as database:
            database.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        for one in tree(process.pid):
            one.kill()
        process.wait(10)

    with serving(migrated) as (process, port):
        with superuser(Cluster(migrated)) as database:
            assert status(port) == 200
            assert database.execute("SELECT answer FROM kept").fetchone() == (42,)
        assert stops(process, port, migrated, signal.SIGINT)


def test_children_do_not_outlive_a_killed_site(migrated):
    with serving(migrated) as (process, port):
        others = tree(process.pid)[1:]
        process.kill()
        process.wait(10)

    assert wait_for(lambda: not any(one.is_alive for one in others), 60)
    assert status(port) is None


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
