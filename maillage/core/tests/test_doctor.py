"""Each point of the doctor is seen to fail; and where the advice is a command, following it mends the point."""

import io
import os
import shutil
import socket
from pathlib import Path

import pytest
from django.db import connections

from maillage.core import assets, sealed
from maillage.core.doctor import Finding, Status, database, machine
from maillage.core.doctor.machine import GIB
from tests.databases import as_superuser


def finding(found, name: str) -> Finding:
    return next(point for point in found if point.name == name)


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    settings.DATA_DIR, settings.SEALED_ROOT, settings.SEAL_KEYS = tmp_path, tmp_path / "sealed", []
    return tmp_path


@pytest.fixture
def server(bare_database):
    """The superuser of a database that the doctor looks at."""
    with as_superuser(bare_database) as superuser:
        yield superuser


def follow(server, found: Finding) -> None:
    """Do, as the superuser, what a finding advises; then look with new connections."""
    server.execute(found.mend)
    connections.close_all()


# --- the machine and its folders ---------------------------------------------------------------------------
@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_ours(folder):
    folder.chmod(0o500)
    found = finding(machine.folders(), "Dossier des données")
    folder.chmod(0o700)

    assert (found.status, "chown" in found.mend) == (Status.ERROR, True)


@pytest.mark.parametrize(("free", "status"), [(0.1, Status.ERROR), (1.5, Status.WARNING), (50, Status.OK)])
def test_a_full_disk(folder, monkeypatch, free, status):
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=int(free * GIB)))

    found = finding(machine.folders(), "Espace disque")

    assert (found.status, bool(found.mend)) == (status, status != Status.OK)


def test_keys_that_others_may_read(folder):
    sealed.written_keys()
    (folder / "secret-key").write_text("x" * 50)
    for name, said in (("secret-key", "Clé secrète"), (sealed.KEY_FILE, "Clé des documents")):
        (folder / name).chmod(0o644)
        assert finding(machine.folders(), said).status == Status.ERROR

        (folder / name).chmod(0o600)  # what it advises
        assert finding(machine.folders(), said).status == Status.OK


def test_documents_whose_key_is_lost(folder):
    sealed.seal(io.BytesIO(b"a diploma"), "ab/abcd")
    (lost,) = sealed.written_keys()
    (folder / sealed.KEY_FILE).unlink()

    found = finding(machine.folders(), "Documents chiffrés")
    assert (found.status, found.said) == (Status.ERROR, "en tout : 1, sans clé pour les ouvrir : 1")

    sealed.add_keys([lost])
    assert finding(machine.folders(), "Documents chiffrés").status == Status.OK


def test_files_and_texts_that_are_old(folder, monkeypatch):
    monkeypatch.setattr(assets, "texts_are_old", lambda: True)
    monkeypatch.setattr(assets, "static_files_are_old", lambda: True)

    for name in ("Fichiers statiques", "Textes"):
        found = finding(machine.folders(), name)
        assert (found.status, "maillage collect" in found.mend) == (Status.ERROR, True)


# --- the site ----------------------------------------------------------------------------------------------
def test_an_address_that_the_site_does_not_answer_to(settings):
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://ville.exemple.fr", ["localhost"]
    found = finding(machine.site(), "Adresse du site")
    assert (found.status, "ville.exemple.fr à MAILLAGE_HOSTS" in found.mend) == (Status.ERROR, True)

    for host in ("ville.exemple.fr", ".exemple.fr", "*"):
        settings.ALLOWED_HOSTS = [host]
        assert finding(machine.site(), "Adresse du site").status == Status.OK


def test_a_public_site_in_clear_or_in_a_mode_that_is_not_for_it(settings):
    settings.BASE_URL, settings.HTTPS, settings.DEMO = "http://ville.exemple.fr", False, True

    assert finding(machine.site(), "HTTPS").status == Status.WARNING
    found = finding(machine.site(), "Mode")
    assert (found.status, "MAILLAGE_DEMO" in found.mend) == (Status.ERROR, True)


def test_a_mail_server_that_does_not_answer_or_speaks_in_clear_where_tls_is_asked(settings):
    settings.DEMO, settings.SMTP_URL = False, ""
    assert machine.mail().status == Status.WARNING

    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.SMTP_URL = f"smtp://qui:secret@127.0.0.1:{port}"
    found = machine.mail()
    assert (found.status, found.said.startswith(f"127.0.0.1:{port}")) == (Status.ERROR, True)
    assert "secret" not in found.said + found.mend


# --- the database ------------------------------------------------------------------------------------------
def test_rights_that_the_web_role_should_not_have(server):
    """`CREATE` on the schema belongs to the database: no other test sees it."""
    server.execute("GRANT CREATE ON SCHEMA public TO maillage_web")
    name = "Le rôle web ne change pas les tables"
    found = finding(database.roles(), name)
    assert found.status == Status.ERROR

    follow(server, found)

    assert finding(database.roles(), name).status == Status.OK


def test_an_extension_that_is_missing(server):
    server.execute("DROP EXTENSION btree_gist CASCADE")
    found = finding(database.server(), "Extensions")
    assert (found.status, found.mend) == (Status.ERROR, "CREATE EXTENSION btree_gist;")

    follow(server, found)

    assert finding(database.server(), "Extensions").status == Status.OK


def test_a_pg_dump_that_is_older_than_the_server(server, monkeypatch):
    (found,) = database.saving()
    assert found.status == Status.OK

    monkeypatch.setattr(database, "program_version", lambda _program: 9)

    (found,) = database.saving()
    assert (found.status, "postgresql-client-" in found.mend) == (Status.WARNING, True)


def test_a_table_of_personal_data_that_is_open(server):
    (closed,) = database.row_security()
    server.execute("ALTER TABLE core_outgoingmail NO FORCE ROW LEVEL SECURITY")

    (found,) = database.row_security()

    assert closed.status == Status.OK
    assert (found.status, "core_outgoingmail" in found.said) == (Status.ERROR, True)


def test_migrations_that_wait(server):
    server.execute("DELETE FROM django_migrations WHERE app = 'sessions'")

    (found,) = database.migrations()

    assert (found.status, found.said) == (Status.ERROR, "en attente : 1")


def test_jobs_that_nobody_runs_or_that_failed(server):
    def add(status: str, minutes: int) -> None:
        (job,) = server.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', 'x', '{}') RETURNING id"
        ).fetchone()
        server.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
        server.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, job])
        server.execute(
            "UPDATE procrastinate_events SET at = now() - %s * interval '1 minute' WHERE job_id = %s",
            [minutes, job],
        )

    add("todo", 5)
    assert [found.status for found in database.jobs()] == [Status.OK, Status.OK]
    add("todo", 60)
    add("failed", 60)

    late, failed = database.jobs()

    assert (late.status, late.said) == (Status.WARNING, "en retard : 1")
    assert (failed.status, failed.said) == (Status.WARNING, "depuis un jour : x")
