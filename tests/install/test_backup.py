"""What was saved is what comes back: every row of every table, every sequence, every file."""

import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from maillage.core import backup, sealed
from maillage.core.acting import Purpose, acting_as
from maillage.core.models import OutgoingMail
from tests.databases import as_superuser

pytestmark = pytest.mark.install
AT = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
SEALED = "ab/abcd"


@pytest.fixture
def instance(bare_database: str, settings, tmp_path: Path) -> str:
    """A database with a personal row, a history and files."""
    fill(settings, tmp_path)
    return bare_database


@pytest.fixture
def full_instance(own_database: str, settings, tmp_path: Path) -> str:
    """The same, with every commune."""
    fill(settings, tmp_path)
    return own_database


def fill(settings, tmp_path: Path) -> None:
    """Files of both kinds, and somebody's mail."""
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "photos").mkdir(parents=True)
    (settings.MEDIA_ROOT / "photos" / "été.webp").write_bytes(bytes(range(256)) * 40)
    settings.DATA_DIR, settings.SEALED_ROOT, settings.SEAL_KEYS = tmp_path / "data", tmp_path / "sealed", []
    sealed.seal(io.BytesIO(b"a diploma"), SEALED)
    with acting_as(None, purpose=Purpose.MAIL):
        OutgoingMail.objects.create(to="a@example.org", subject="Bonjour", text='d\'ici ; "là"\n')


def content(database: str) -> dict[str, tuple]:
    """What each table holds, as a checksum that does not depend on the rows' order, and where each sequence is."""
    with as_superuser(database) as server:
        names = server.execute(
            "SELECT c.relname, c.relkind FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'S')"
        ).fetchall()
        return {
            name: server.execute(
                f"SELECT count(*), md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM \"{name}\" t"
                if kind == "r"
                else f'SELECT last_value, is_called FROM "{name}"'
            ).fetchone()
            for name, kind in names
        }


def objects(database: str) -> list[tuple]:
    """Owners, row security, policies, triggers, constraints and comments of the tables."""
    with as_superuser(database) as server:
        return server.execute(
            """
            SELECT 'table', relname, pg_get_userbyid(relowner), relrowsecurity::text || relforcerowsecurity::text, obj_description(oid, 'pg_class')
            FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'S', 'i')
            UNION ALL SELECT 'policy', polname, polrelid::regclass::text, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy
            UNION ALL SELECT 'trigger', tgname, tgrelid::regclass::text, tgenabled::text, '' FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT 'constraint', conname, conrelid::regclass::text, contype::text || convalidated::text, '' FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT 'right', table_name, grantee, string_agg(privilege_type, ' ' ORDER BY privilege_type), ''
                FROM information_schema.role_table_grants WHERE grantee = 'maillage_web' GROUP BY 1, 2, 3
            ORDER BY 1, 2, 3
            """
        ).fetchall()


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_everything_comes_back_after_it_was_changed(full_instance, settings, tmp_path):
    rows, made, media = content(full_instance), objects(full_instance), files(settings.MEDIA_ROOT)
    assert rows["territories_commune"][0] > 30_000
    assert rows["core_outgoingmail"][0] == 1
    with as_superuser(full_instance) as server:
        server.execute("INSERT INTO django_session VALUES ('a-key-to-an-account', '', now())")
    saved = backup.backup(tmp_path / "saved.tar", at=AT)
    with as_superuser(full_instance) as server:
        server.execute("DELETE FROM core_outgoingmail")
        server.execute("CREATE TABLE stranger AS SELECT 1")
        server.execute("ALTER TABLE stranger OWNER TO maillage_owner")
        server.execute("DROP TABLE django_session CASCADE")
    (settings.MEDIA_ROOT / "photos" / "été.webp").write_bytes(b"changed")
    (settings.MEDIA_ROOT / "new.pdf").write_bytes(b"new")
    (sealed.folder() / SEALED).write_bytes(b"lost")

    restored = backup.restore(tmp_path / "saved.tar", replace=True)

    assert content(full_instance) == rows
    assert objects(full_instance) == made
    assert files(settings.MEDIA_ROOT) == media
    assert sealed.whole(SEALED) == b"a diploma"
    assert (saved.files, saved.tables) == (restored.files, restored.tables) == (2, saved.tables)
    with connection.cursor() as cursor:  # as the web role: its rights came back too
        cursor.execute("SELECT count(*) FROM territories_commune")
        assert cursor.fetchone() == (rows["territories_commune"][0],)


def test_an_instance_with_content_is_not_overwritten_by_accident(instance, settings, tmp_path):
    backup.backup(tmp_path / "saved.tar", at=AT)
    rows = content(instance)

    with pytest.raises(backup.RestoreRefused, match="--replace"):
        backup.restore(tmp_path / "saved.tar")

    assert content(instance) == rows


def test_a_damaged_or_foreign_file_is_refused_and_changes_nothing(instance, settings, tmp_path):
    backup.backup(tmp_path / "saved.tar", at=AT)
    rows = content(instance)
    (tmp_path / "text.tar").write_text("bonjour")
    whole = (tmp_path / "saved.tar").read_bytes()
    (tmp_path / "short.tar").write_bytes(whole[: len(whole) // 2])
    with tarfile.open(tmp_path / "wrong.tar", "w") as tar:
        backup.add_bytes(tar, backup.MANIFEST, json.dumps({"format": 1, "tables": 1, "sha256": "0"}).encode())
        backup.add_bytes(tar, backup.DUMP, b"not a dump")

    with tarfile.open(tmp_path / "saved.tar") as good, tarfile.open(tmp_path / "outside.tar", "w") as tar:
        for name in (backup.MANIFEST, backup.DUMP):
            backup.add_bytes(tar, name, good.extractfile(name).read())
        backup.add_bytes(tar, "media/../../outside", b"out")

    for name in ("text.tar", "short.tar", "wrong.tar", "outside.tar", "absent.tar"):
        with pytest.raises(backup.RestoreRefused):
            backup.restore(tmp_path / name, replace=True)

    assert content(instance) == rows
    assert len(files(settings.MEDIA_ROOT)) == 1
    assert not (tmp_path / "outside").exists()


def test_a_restore_that_fails_half_way_leaves_the_database_as_it_was(instance, settings, tmp_path):
    backup.backup(tmp_path / "saved.tar", at=AT)
    with as_superuser(instance) as server:
        # a table that the owner may not drop stands in the way of one of the backup's
        server.execute("DROP TABLE core_ratelimit CASCADE")
        server.execute("CREATE TABLE core_ratelimit (mine int)")
    rows = content(instance)

    with pytest.raises(backup.RestoreRefused, match="core_ratelimit"):
        backup.restore(tmp_path / "saved.tar", replace=True)

    assert content(instance) == rows


def test_a_backup_is_private_and_never_replaces_another(instance, tmp_path):
    backup.backup(tmp_path / "saved.tar", at=AT)

    assert (tmp_path / "saved.tar").stat().st_mode & 0o077 == 0
    with pytest.raises(backup.BackupRefused, match="existe déjà"):
        backup.backup(tmp_path / "saved.tar", at=AT)
    with pytest.raises(backup.BackupRefused, match="Impossible d'écrire"):
        backup.backup(tmp_path / "nowhere" / "saved.tar", at=AT)


def test_the_key_of_documents_stays_out_of_an_archive_unless_asked_for(instance, settings, tmp_path):
    key = sealed.written_keys()
    backup.backup(tmp_path / "saved.tar", at=AT)
    backup.backup(tmp_path / "whole.tar", at=AT, with_seal_keys=True)
    assert key[0].encode() not in (tmp_path / "saved.tar").read_bytes()

    settings.DATA_DIR = tmp_path / "another-machine"
    backup.restore(tmp_path / "saved.tar", replace=True)
    own = sealed.written_keys()
    with pytest.raises(sealed.SealKeyMissing):
        sealed.whole(SEALED)
    backup.restore(tmp_path / "whole.tar", replace=True)

    assert sealed.whole(SEALED) == b"a diploma"
    assert sealed.written_keys() == [*own, *key]
