from pathlib import Path
from typing import Annotated

import typer
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django_typer.management import TyperCommand

from maillage.core.backup import backup


class Command(TyperCommand):
    """Write the database and the media to one file."""

    help = "Écrit la base et les fichiers déposés dans une seule archive."

    def handle(
        self,
        file: Annotated[Path, typer.Argument(help="Archive à créer.")],
        with_seal_keys: Annotated[
            bool,
            typer.Option(
                "--with-seal-keys", help="Avec les clés des documents chiffrés : l'archive les ouvre tous."
            ),
        ] = False,
    ) -> None:
        content = backup(file, at=timezone.now(), with_seal_keys=with_seal_keys)
        self.stderr.write(
            _("Sauvegarde écrite : %(file)s (%(size)s ; %(tables)s tables, %(files)s fichiers).")
            % {
                "file": file,
                "size": filesizeformat(content.size),
                "tables": content.tables,
                "files": content.files,
            }
        )
