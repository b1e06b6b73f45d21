"""One file that holds an instance, its database and its media, and gives them back.

The archive is a tar: `manifest.json` (version, date, checksum of the dump), `database.dump` (pg_dump's custom
format), `media/…`, `sealed/…` (files about people, still encrypted). The secret key stays out: it belongs to the machine,
and without it people only sign in again. Sessions stay out as well: whoever holds one is signed in (the keys of links are
kept hashed, core.keys). The keys of the sealed files stay out too unless asked for, so that who finds an archive does not
read them: keep them elsewhere.
"""

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _

from maillage import __version__
from maillage.core import sealed
from maillage.core.cluster import SUPERUSER, binary
from maillage.core.errors import DomainError
from maillage.core.rights import grant_to_web

FORMAT = 1
MANIFEST, DUMP, MEDIA, SEALED = "manifest.json", "database.dump", "media", "sealed"
OURS = {"options", "application_name"}  # of the settings' own connections
# what opens something at once for who holds it: an archive gives back no session, people sign in again
LEFT_OUT = ("django_session", "usersessions_usersession", "core_onetimecode")
DROP_OURS = Path(__file__).parent / "sql" / "drop_ours.sql"


class BackupRefused(DomainError):
    """The file cannot be written, or the role cannot read everything."""


class RestoreRefused(DomainError):
    """The file is not a backup, or what is there would be lost."""


@dataclass(frozen=True)
class Content:
    """What an archive holds: its size in bytes, its numbers of tables and of files, media and sealed."""

    size: int
    tables: int
    files: int


# --- write -----------------------------------------------------------------------------------------------
def backup(target: Path, *, at: datetime, with_seal_keys: bool = False) -> Content:
    """Write the instance to `target`, whole or not at all, readable by its owner alone; with the keys of sealed files if asked.

    Raises BackupRefused when `target` exists or cannot be written, or row security would hide rows from pg_dump.
    """
    target = target.absolute()
    try:
        if target.exists():
            raise BackupRefused(_("%(file)s existe déjà : choisissez un autre nom.") % {"file": target})
        with tempfile.TemporaryDirectory(prefix=".maillage-", dir=target.parent) as work:
            return _written(Path(work), target, at, with_seal_keys)
    except OSError as error:
        raise BackupRefused(
            _(
                "Impossible d'écrire %(file)s (%(why)s) : créez son dossier, changez ses droits ou faites de la place."
            )
            % {"file": target, "why": error.strerror}
        ) from error


def _written(work: Path, target: Path, at: datetime, with_seal_keys: bool) -> Content:
    """Make the archive in `work`, a folder beside `target`, then give it its name."""
    dump, archive = work / DUMP, work / "archive.tar"
    tables = write_dump(dump)
    manifest = {
        "format": FORMAT,
        "maillage": __version__,
        "at": at.isoformat(),
        "tables": tables,
        "sha256": sha256(dump),
    }
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
        add_bytes(tar, MANIFEST, json.dumps(manifest, indent=2).encode())
        tar.add(dump, DUMP)
        files = add_files(tar, Path(settings.MEDIA_ROOT), MEDIA)
        files += add_files(tar, sealed.folder(), SEALED)
        if with_seal_keys:
            add_bytes(tar, sealed.KEY_FILE, "\n".join(sealed.written_keys()).encode())
    archive.chmod(0o600)
    archive.rename(target)
    return Content(size=target.stat().st_size, tables=tables, files=files)


def write_dump(dump: Path) -> int:
    """Dump the database to `dump`; the number of tables. Raises BackupRefused when some rows would stay hidden."""
    login = reading_login()
    run(
        [
            binary("pg_dump"),
            "--format=custom",
            "--compress=6",
            "--no-privileges",
            "--no-owner",
            "--schema=public",
            *(f"--exclude-table-data=public.{table}" for table in LEFT_OUT),
            f"--file={dump}",
        ],
        login,
        BackupRefused,
    )
    return sum(1 for line in list_of(dump).splitlines() if " TABLE DATA " in line)


def add_files(tar: tarfile.TarFile, root: Path, name: str) -> int:
    """Add every file under `root` as `<name>/…`; a file deleted meanwhile is passed over. Their number."""
    count = 0
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        if path.is_file() and not path.is_symlink() and not path.name.endswith(".part"):
            with contextlib.suppress(FileNotFoundError):
                tar.add(path, f"{name}/{path.relative_to(root)}")
                count += 1
    return count


def add_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))


# --- read ------------------------------------------------------------------------------------------------
def restore(source: Path, *, replace: bool = False) -> Content:
    """Give back the instance of `source`: database in one transaction, then media and sealed files.

    Keys that the archive holds are added to the instance's. Raises RestoreRefused when `source` is no backup or is
    damaged, and, without `replace`, when the database has tables or the folders have files. A refused or failed restore
    changes nothing.
    """
    try:
        with tarfile.open(source) as tar, tempfile.TemporaryDirectory(prefix="maillage-") as work:
            manifest, dump = read_head(tar, Path(work))
            if not replace:
                refuse_to_overwrite()
            extra = seal_keys_of(tar)
            media, closed = (MEDIA, Path(settings.MEDIA_ROOT)), (SEALED, sealed.folder())
            with (
                received(tar, *media) as (new_media, public),
                received(tar, *closed) as (new_sealed, private),
            ):
                load(dump)
                swap(new_media, media[1])
                swap(new_sealed, closed[1])
            if extra:
                sealed.add_keys(extra)
            grant_to_web()
    except (tarfile.TarError, OSError, EOFError) as error:
        raise RestoreRefused(
            _("%(file)s n'est pas une sauvegarde lisible (%(why)s).") % {"file": source, "why": error}
        ) from error
    return Content(size=source.stat().st_size, tables=manifest["tables"], files=public + private)


def read_head(tar: tarfile.TarFile, work: Path) -> tuple[dict[str, Any], Path]:
    """The manifest, and the dump copied into `work` and checked. Raises RestoreRefused."""
    names = set(tar.getnames())
    if not {MANIFEST, DUMP} <= names:
        raise RestoreRefused(_("Ce fichier n'est pas une sauvegarde de Maillage."))
    manifest = json.load(opened(tar, MANIFEST))
    if manifest.get("format") != FORMAT:
        raise RestoreRefused(
            _("Cette sauvegarde vient d'une version plus récente : mettez Maillage à jour, puis recommencez.")
        )
    dump = work / DUMP
    with dump.open("wb") as copy:
        shutil.copyfileobj(opened(tar, DUMP), copy)
    if sha256(dump) != manifest["sha256"]:
        raise RestoreRefused(_("Cette sauvegarde est abîmée : sa somme de contrôle ne correspond pas."))
    return manifest, dump


def seal_keys_of(tar: tarfile.TarFile) -> list[str]:
    """The keys that the archive holds, if any. Raises RestoreRefused when they are not keys."""
    if sealed.KEY_FILE not in tar.getnames():
        return []
    texts = opened(tar, sealed.KEY_FILE).read().decode(errors="replace").split()
    try:
        for text in texts:
            sealed.read_key(text)
    except ValueError as error:
        raise RestoreRefused(_("Les clés de cette sauvegarde sont abîmées.")) from error
    return texts


def opened(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    file = tar.extractfile(name)
    if file is None:
        raise RestoreRefused(_("Ce fichier n'est pas une sauvegarde de Maillage."))
    return file


def refuse_to_overwrite() -> None:
    """Raise RestoreRefused when the database or a folder of files is not empty."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
            "AND pg_get_userbyid(relowner) = current_user"
        )
        (tables,) = cursor.fetchone()
    roots = (Path(settings.MEDIA_ROOT), sealed.folder())
    if tables or any(path.is_file() for root in roots if root.is_dir() for path in root.rglob("*")):
        raise RestoreRefused(
            _(
                "Cette instance n'est pas vide : tout ce qu'elle contient serait remplacé. Ajoutez --replace si c'est voulu."
            )
        )


@contextlib.contextmanager
def received(tar: tarfile.TarFile, name: str, root: Path) -> Iterator[tuple[Path, int]]:
    """The archive's files `<name>/…` in a folder beside `root`, ready to take its place, and their number."""
    root.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=root.parent))
    try:
        wanted = [m for m in tar.getmembers() if m.name.startswith(f"{name}/") and m.isfile()]
        for member in wanted:
            copy_out(tar, member.name, folder)
        (folder / name).mkdir(exist_ok=True)
        yield folder / name, len(wanted)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def copy_out(tar: tarfile.TarFile, name: str, folder: Path) -> None:
    """Write the file `name` under `folder`. Raises RestoreRefused for a name that leads elsewhere.

    tarfile's own filter came with Python 3.11.4; Debian 12 has 3.11.2.
    """
    target = folder / name
    if ".." in target.parts or not target.resolve().is_relative_to(folder.resolve()):
        raise RestoreRefused(_("Cette sauvegarde contient un chemin interdit : %(name)s.") % {"name": name})
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as copy:
        shutil.copyfileobj(opened(tar, name), copy)


def swap(new: Path, root: Path) -> None:
    """Put the folder `new` in the place of `root`."""
    if root.exists():
        root.rename(new.parent / "before")
    new.rename(root)


def load(dump: Path) -> None:
    """Empty the schema and load `dump` in one transaction, as the owner. Raises RestoreRefused when psql stops."""
    connections.close_all()
    # extensions belong to the superuser and are there already; so does their table of reference systems
    kept = [
        line
        for line in list_of(dump).splitlines()
        if not any(word in line for word in (" EXTENSION ", " SCHEMA - public", " spatial_ref_sys "))
    ]
    with tempfile.TemporaryDirectory(prefix="maillage-") as work:
        chosen, as_dumped, script, as_owner = (
            Path(work, name) for name in ("list", "dumped", "script", "owner")
        )
        chosen.write_text("\n".join(kept))
        options = ["--no-owner", "--no-privileges", f"--use-list={chosen}", f"--file={as_dumped}"]
        run([binary("pg_restore"), *options, str(dump)], {}, RestoreRefused)
        look_in_public(as_dumped, script)
        as_owner.write_text(f'SET ROLE "{connections["owner"].settings_dict["USER"]}";\n')
        files = [f"--file={path}" for path in (as_owner, DROP_OURS, script)]
        options = ["-X", "-q", "-o", os.devnull, "--single-transaction", "-v", "ON_ERROR_STOP=1"]
        quiet = {"PGOPTIONS": "-c client_min_messages=warning"}
        run([binary("psql"), *options, *files], writing_login() | quiet, RestoreRefused)


def look_in_public(as_dumped: Path, script: Path) -> None:
    """Copy pg_restore's script with `public` in its search path.

    It clears the path, and PostgreSQL has no way to write which `=` IS DISTINCT FROM uses: the triggers of the
    history compare points, with PostGIS's.
    """
    with as_dumped.open("rb") as lines, script.open("wb") as copy:
        for line in lines:
            if b"set_config('search_path', ''" in line:
                copy.write(b"SET search_path = public;\n")
                break
            copy.write(line)
        shutil.copyfileobj(lines, copy)


# --- roles and programs -----------------------------------------------------------------------------------
def writing_login() -> dict[str, str]:
    """libpq's variables for the owner's connection."""
    return libpq(connections["owner"].settings_dict)


def reading_login() -> dict[str, str]:
    """libpq's variables for a role that row security does not stop. Raises BackupRefused when there is none.

    Embedded: the cluster's superuser. Elsewhere: DATABASE_BACKUP_URL, else the owner.
    """
    target = settings.DATABASES["owner"]
    if settings.EMBEDDED:
        return libpq(connections["owner"].settings_dict | {"USER": SUPERUSER})
    if settings.BACKUP_CONNECTION:
        return libpq(settings.BACKUP_CONNECTION)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) OR NOT EXISTS ("
            "SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relforcerowsecurity)"
        )
        (reads_all,) = cursor.fetchone()
    if not reads_all:
        raise BackupRefused(
            _(
                "Le rôle %(role)s ne peut pas tout lire : la sécurité par ligne lui cache les données personnelles. "
                "Créez un rôle de sauvegarde (CREATE ROLE maillage_backup LOGIN BYPASSRLS PASSWORD '…'; "
                "GRANT pg_read_all_data TO maillage_backup;) et donnez son adresse dans DATABASE_BACKUP_URL."
            )
            % {"role": target["USER"]}
        )
    return libpq(connections["owner"].settings_dict)


def libpq(target: dict[str, Any]) -> dict[str, str]:
    """libpq's environment variables for Django's connection keys; the password never shows in a process list."""
    names = {
        "NAME": "PGDATABASE",
        "USER": "PGUSER",
        "PASSWORD": "PGPASSWORD",
        "HOST": "PGHOST",
        "PORT": "PGPORT",
    }
    found = {variable: str(target[key]) for key, variable in names.items() if target.get(key)}
    # what the address asks of libpq (sslmode…), without what the site asks of its own connections
    asked = {name: value for name, value in target.get("OPTIONS", {}).items() if name not in OURS}
    return found | {f"PG{name.upper()}": str(value) for name, value in asked.items()}


def program_version(program: str) -> int:
    """The major version of one of PostgreSQL's programs. Raises ClusterError when it is missing."""
    told = subprocess.run([binary(program), "--version"], check=True, capture_output=True, text=True).stdout
    return int(re.search(r"\d+", told)[0])  # type: ignore[index]


def list_of(dump: Path) -> str:
    """pg_restore's table of contents of `dump`."""
    return run([binary("pg_restore"), "--list", str(dump)], {}, RestoreRefused)


def run(command: list[str], login: dict[str, str], refusal: type[DomainError]) -> str:
    """Run one of PostgreSQL's programs; its output. Raises `refusal` with what it said when it fails."""
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C.UTF-8"} | login
    )
    if done.returncode:
        raise refusal(
            _("%(program)s a échoué : %(why)s")
            % {"program": Path(command[0]).name, "why": done.stderr.strip()[-1500:]}
        )
    return done.stdout


def sha256(path: Path) -> str:
    """The file's checksum, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
