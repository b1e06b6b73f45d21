"""`organisations …`: what the register of establishments says of the structures, from the command line."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from django.core.management.base import CommandError
from django.utils import timezone
from django_typer.management import TyperCommand, command, initialize
from rich.console import Console
from typer import Argument, Option

from maillage.core.acting import Purpose, acting_as
from maillage.core.errors import DomainError
from maillage.organisations import actions

MESSAGES = Console(stderr=True, highlight=False, soft_wrap=True)


class Command(TyperCommand, name="organisations"):
    help = "Structures."

    @initialize()
    def prepare(self) -> None:
        """Structures."""

    @command()
    def sirene(
        self,
        file: Annotated[
            Path,
            Argument(exists=True, dir_okay=False, help="StockEtablissement de l'Insee : CSV, zip, Parquet."),
        ],
        as_json: Annotated[bool, Option("--json", help="Écrit le résultat en JSON.")] = False,
    ) -> None:
        """Note les structures que le répertoire SIRENE dit fermées, et celles qui ont rouvert."""
        try:
            with acting_as(None, purpose=Purpose.ADMINISTRATION):
                done = actions.note_closures(path=file, on=timezone.localdate())
        except DomainError as error:
            raise CommandError(str(error)) from error
        if as_json:
            self.echo(json.dumps(asdict(done)))
        MESSAGES.print(
            f"{done.asked} SIRET cherchés : {done.closed} structures fermées, {done.reopened} rouvertes, "
            f"{done.missing} SIRET absents du fichier."
        )
