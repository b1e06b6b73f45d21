from typing import Annotated

import typer
from django.conf import settings
from django.utils.translation import gettext as _
from django_typer.management import TyperCommand

from maillage.core import sealed


class Command(TyperCommand):
    """Print a new key for the files about people, or begin to use one."""

    help = "Fait une clé pour les documents chiffrés ; avec --use, la garde et s'en sert désormais."

    def handle(
        self,
        use: Annotated[
            bool,
            typer.Option("--use", help="La mettre en tête de DATA_DIR/seal-keys ; les anciennes restent."),
        ] = False,
    ) -> None:
        key = sealed.new_key()
        if not use:
            self.stdout.write(key)
            return
        if settings.SEAL_KEYS:
            self.stderr.write(
                _("Les clés viennent de MAILLAGE_SEAL_KEY : ajoutez la nouvelle au début, avant une virgule.")
            )
            raise typer.Exit(1)
        sealed.write_keys([key, *sealed.written_keys()], replace=True)
        self.stderr.write(
            _("Nouvelle clé dans %(file)s : gardez-en une copie ailleurs, avec les anciennes.")
            % {"file": sealed.key_file()}
        )
