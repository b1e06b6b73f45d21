"""`initiatives …`: files in and out, from the command line."""

import json
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_typer.management import TyperCommand, command, initialize
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from typer import Argument, Option

from maillage.core.acting import acting_as
from maillage.core.errors import DomainError
from maillage.core.imports import FORMATS, BadMapping, Report, open_source
from maillage.initiatives.actions.importing import (
    Plan,
    default_origin,
    guessed_mapping,
    import_initiatives,
    labels,
)
from maillage.initiatives.exports.files import write_file

MESSAGES = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
MOST_SHOWN = 50


class Command(TyperCommand, name="initiatives"):
    help = "Initiatives : fichiers reçus et donnés."

    @initialize()
    def prepare(self) -> None:
        """Initiatives : fichiers reçus et donnés."""

    @command(name="import")
    def import_(  # noqa: PLR0917 typer reads the signature
        self,
        file: Annotated[Path, Argument(help="Fichier uMap, GeoJSON, CSV, XLSX, KML ou KMZ.")],
        format: Annotated[str, Option(help=f"auto, {', '.join(FORMATS)}.")] = "auto",
        dry_run: Annotated[
            bool, Option("--dry-run", help="Dit ce qui serait fait, sans rien écrire.")
        ] = False,
        partial: Annotated[
            bool, Option("--partial", help="Prend les lignes justes même si d’autres sont refusées.")
        ] = False,
        columns: Annotated[
            list[str] | None,
            Option("--map", metavar="CHAMP=COLONNE", help="Désigne la colonne d’un champ : --map title=Nom."),
        ] = None,
        source: Annotated[
            str, Option("--source", help="Nom de la source : le même d’un import à l’autre.")
        ] = "",
        status: Annotated[str, Option(help="État des fiches créées : published ou draft.")] = "published",
        theme: Annotated[
            list[str] | None, Option("--theme", help="Thème (code) des lignes qui n’en donnent pas.")
        ] = None,
        centroid: Annotated[
            bool, Option("--centroid", help="D’une surface, prend un point à l’intérieur.")
        ] = False,
        example: Annotated[
            bool, Option("--example", help="Marque « exemple » les fiches du fichier : elles sont inventées.")
        ] = False,
        as_json: Annotated[
            bool, Option("--json", help="Écrit le rapport en JSON sur la sortie standard.")
        ] = False,
    ) -> None:
        """Ajoute ou met à jour les initiatives d’un fichier ; le refaire ne crée rien en double."""
        try:
            chosen = dict(pair.split("=", 1) for pair in columns or () if "=" in pair)
            if len(chosen) < len(columns or ()):
                raise typer.BadParameter(_("écrivez --map CHAMP=COLONNE, par exemple --map title=Nom"))
            with (
                Progress(
                    TextColumn("{task.description}"),
                    BarColumn(),
                    TaskProgressColumn(),
                    TimeElapsedColumn(),
                    console=MESSAGES,
                    disable=not MESSAGES.is_terminal,
                    transient=True,
                ) as bar,
                acting_as(None),
            ):
                task = bar.add_task("", total=1.0)
                reader = open_source(file, format)
                report = import_initiatives(
                    path=file,
                    plan=Plan(
                        mapping=guessed_mapping(reader, chosen),
                        origin=source or default_origin(reader),
                        status=status,
                        partial=partial,
                        centroid=centroid,
                        example=example,
                        themes=tuple(theme or ()),
                    ),
                    at=timezone.now(),
                    format=format,
                    dry_run=dry_run,
                    progress=lambda share, step: bar.update(task, completed=share, description=step),
                )
        except BadMapping as error:
            hint = _("En ligne de commande, par exemple : --map title=Nom --map lat=Y --map lon=X.")
            refuse(f"{error} {hint}", as_json)
        except DomainError as error:
            refuse(str(error), as_json)
        if as_json:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        tell(report, dry_run=dry_run, partial=partial, as_json=as_json)
        if report.rejected and not partial:
            raise typer.Exit(1)

    @command(name="export")
    def export(
        self,
        file: Annotated[Path, Argument(help="Fichier .geojson, .csv, .xlsx ou .umap à écrire.")],
        search: Annotated[
            str,
            Option(
                "--search",
                help="Recherche, comme dans l’adresse de la liste : « departement=95&theme=lieux ».",
            ),
        ] = "",
        format: Annotated[
            str, Option(help="auto (d’après le nom du fichier), geojson, csv, xlsx ou umap.")
        ] = "auto",
        as_json: Annotated[
            bool, Option("--json", help="Écrit le compte en JSON sur la sortie standard.")
        ] = False,
    ) -> None:
        """Écrit les initiatives publiques d’une recherche dans un fichier, que l’import sait relire."""
        try:
            with acting_as(None, read_only=True):
                written = write_file(file, search, format=format)
        except DomainError as error:
            MESSAGES.print(str(error))
            raise typer.Exit(1) from error
        if as_json:
            self.stdout.write(json.dumps({"written": written, "file": str(file)}, ensure_ascii=False))
        MESSAGES.print(
            ngettext("%(n)s initiative écrite.", "%(n)s initiatives écrites.", written) % {"n": written}
        )


def refuse(message: str, as_json: bool) -> NoReturn:
    """End with status 1; with --json, the report is still a report: nothing read, and why."""
    if as_json:
        report = Report()
        report.explain(0, "", message)
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    MESSAGES.print(message)
    raise typer.Exit(1)


def tell(report: Report, *, dry_run: bool, partial: bool, as_json: bool) -> None:
    """The report in French, on the error stream."""
    names = labels()
    for title, lines in ((_("Refusé"), report.rejections), (_("À savoir"), report.notes)):
        for entry in lines[: 0 if as_json else MOST_SHOWN]:
            if not entry.line:
                MESSAGES.print(entry.reason)
                continue
            MESSAGES.print(
                _("%(title)s, ligne %(line)s, %(field)s : %(reason)s")
                % {
                    "title": title,
                    "line": entry.line,
                    "field": names.get(entry.field, entry.field or "—"),
                    "reason": entry.reason,
                }
            )
        if len(lines) > MOST_SHOWN and not as_json:
            MESSAGES.print(
                _("… et %(n)s autres (tout est dans le rapport --json)") % {"n": len(lines) - MOST_SHOWN}
            )
    MESSAGES.print(
        _(
            "%(read)s lignes lues : %(created)s créées, %(updated)s mises à jour, %(unchanged)s inchangées, "
            "%(repaired)s réparées, %(rejected)s refusées."
        )
        % report.as_dict()
    )
    if dry_run:
        MESSAGES.print(_("Essai : rien n’a été écrit."))
    elif report.rejected and not partial:
        MESSAGES.print(
            _(
                "Rien n’a été écrit : corrigez les lignes refusées, ou ajoutez --partial pour prendre les autres."
            )
        )
