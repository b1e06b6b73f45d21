"""The machine, its folders, the site's settings, the mail server."""

import os
import shutil
import smtplib
import stat
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.gis.gdal import gdal_version
from django.contrib.gis.geos import geos_version
from django.utils.translation import gettext as _

from maillage.core import assets, sealed
from maillage.core.doctor.findings import Finding, Status, good, judge
from maillage.core.mail import smtp

OLDEST_PYTHON = (3, 11)
GIB = 1024**3
LEAST_DISK, SMALL_DISK = 0.2 * GIB, 2 * GIB
SECONDS_FOR_MAIL = 5


def examine() -> Iterator[Finding]:
    """Everything that needs no database."""
    yield from programs()
    yield from folders()
    yield from site()
    yield mail()


def programs() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield judge(
        "Python",
        sys.version_info >= OLDEST_PYTHON,
        python,
        _("Installez Python 3.11 ou plus récent, puis lancez ./bin/setup."),
    )
    gdal = gdal_version()
    geos = geos_version()
    yield good("GDAL, GEOS", f"{as_text(gdal)}, {as_text(geos)}")
    yield _library("Pango", "pango-1.0")
    zone = datetime.now().astimezone().tzname() or "?"
    yield good(_("Fuseau horaire"), f"{settings.TIME_ZONE} ({_('système')} : {zone})")


def as_text(value: bytes | str | None) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _library(name: str, library: str) -> Finding:
    from ctypes.util import find_library  # slow import

    found = find_library(library)
    return judge(
        name,
        found is not None,
        found or _("introuvable"),
        _("Lancez ./bin/setup : les fiches en PDF en ont besoin."),
        otherwise=Status.WARNING,
    )


def folders() -> Iterator[Finding]:
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    yield judge(
        _("Dossier des données"),
        os.access(folder, os.W_OK | os.X_OK),
        str(folder),
        _(
            "Donnez ce dossier au compte qui sert le site (chown), ou choisissez-en un autre avec MAILLAGE_DATA_DIR."
        ),
    )
    free = shutil.disk_usage(folder).free
    yield Finding(
        _("Espace disque"),
        Status.ERROR if free < LEAST_DISK else Status.WARNING if free < SMALL_DISK else Status.OK,
        _("%(free).1f Gio libres") % {"free": free / GIB},
        _("Libérez de la place, ou déplacez le dossier des données (MAILLAGE_DATA_DIR).")
        if free < SMALL_DISK
        else "",
    )
    key = folder / "secret-key"
    if key.exists():
        yield judge(
            _("Clé secrète"),
            not key.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO),
            _("dans %(file)s") % {"file": key},
            _("D'autres comptes peuvent la lire : chmod 600 %(file)s") % {"file": key},
        )
    yield from sealed_files()
    yield judge(
        _("Fichiers statiques"),
        not assets.static_files_are_old(),
        str(settings.STATIC_ROOT),
        _("Lancez ./bin/maillage collect."),
    )
    yield judge(
        _("Textes"), not assets.texts_are_old(), _("catalogue français"), _("Lancez ./bin/maillage collect.")
    )


def sealed_files() -> Iterator[Finding]:
    """The keys of the files about people: private, and opening what is there."""
    path, name = sealed.key_file(), _("Documents chiffrés")
    if not settings.SEAL_KEYS and path.exists():
        yield judge(
            _("Clé des documents"),
            not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO),
            _("dans %(file)s") % {"file": path},
            _("D'autres comptes peuvent la lire : chmod 600 %(file)s") % {"file": path},
        )
    try:
        state = sealed.state()
    except (ValueError, OSError) as error:
        yield Finding(
            name, Status.ERROR, str(error), _("Rendez la bonne clé à MAILLAGE_SEAL_KEY ou à %s.") % path
        )
        return
    yield judge(
        name,
        not state.closed,
        _("en tout : %(files)s, sans clé pour les ouvrir : %(closed)s")
        % {"files": state.files, "closed": state.closed},
        _("Rendez leur clé : à la suite de MAILLAGE_SEAL_KEY, après une virgule, ou dans %s.") % path,
    )


def site() -> Iterator[Finding]:
    host = urlsplit(settings.BASE_URL).hostname or ""
    hosts = settings.ALLOWED_HOSTS
    allowed = host in hosts or "*" in hosts or any(h.startswith(".") and host.endswith(h[1:]) for h in hosts)
    yield judge(
        _("Adresse du site"),
        allowed,
        settings.BASE_URL,
        _("Ajoutez %(host)s à MAILLAGE_HOSTS, ou corrigez MAILLAGE_BASE_URL.") % {"host": host},
    )
    local = host in {"127.0.0.1", "localhost", "::1"}
    yield judge(
        "HTTPS",
        settings.HTTPS or local,
        _("oui") if settings.HTTPS else _("non"),
        _("Servez le site en HTTPS et donnez son adresse dans MAILLAGE_BASE_URL."),
        otherwise=Status.WARNING,
    )
    modes = [
        name for name, on in (("MAILLAGE_DEBUG", settings.DEBUG), ("MAILLAGE_DEMO", settings.DEMO)) if on
    ]
    yield judge(
        _("Mode"),
        local or not modes,
        ", ".join(modes) or _("production"),
        _("Retirez %(names)s : ce mode n'est pas fait pour un site public.") % {"names": ", ".join(modes)},
    )


def mail() -> Finding:
    """Whether the mail server answers, takes our name and our password."""
    name = _("Envoi des courriels")
    if not settings.SMTP_URL:
        return judge(
            name,
            settings.DEMO,
            _("boîte d'envoi de démonstration") if settings.DEMO else _("aucun serveur"),
            _(
                "Donnez l'adresse du serveur dans MAILLAGE_SMTP_URL (smtp://utilisateur:motdepasse@serveur:587)."
            ),
            otherwise=Status.WARNING,
        )
    connection = smtp(patience_s=SECONDS_FOR_MAIL)
    where = f"{connection.host}:{connection.port}"
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return Finding(
            name,
            Status.ERROR,
            f"{where} : {error}",
            _("Vérifiez MAILLAGE_SMTP_URL et que ce serveur accepte les connexions d'ici."),
        )
    finally:
        connection.close()
    return good(name, where)
