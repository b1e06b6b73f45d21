from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.utils.translation import gettext as _
from django_typer.management import TyperCommand

from maillage.core.backup import restore


class Command(TyperCommand):
    """Give back the database and the media of a backup, to an empty instance."""

    help = "Rend la base et les fichiers d'une sauvegarde, dans une instance vide ou avec --replace."

    def handle(
        self,
        file: Annotated[Path, typer.Argument(help="Archive écrite par « backup ».")],
        replace: Annotated[
            bool, typer.Option("--replace", help="Remplacer tout ce que contient l'instance.")
        ] = False,
    ) -> None:
        # nobody serves meanwhile: a half of the old site and a half of the new would mix
        with settings.CLUSTER.alone() if settings.EMBEDDED else nullcontext():
            content = restore(file, replace=replace)
        self.stderr.write(
            _(
                "Instance rendue : %(tables)s tables, %(files)s fichiers. Lancez ensuite ./bin/maillage migrate."
            )
            % {"tables": content.tables, "files": content.files}
        )
