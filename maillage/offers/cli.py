"""`offers …`: services in from the command line, and the finder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from django.utils import timezone
from django.utils.translation import gettext as _
from django_typer.management import TyperCommand, command, initialize
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from typer import Argument, Option

from maillage.core.acting import acting_as
from maillage.core.errors import DomainError
from maillage.core.imports import Report
from maillage.offers import criteria
from maillage.offers.actions.importing import DEFAULT_ORIGIN, Plan, import_offers
from maillage.offers.answer import Answer, Item
from maillage.offers.models import Brake, Phase
from maillage.offers.queries import finder

MESSAGES = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
MOST_SHOWN = 50


class Command(TyperCommand, name="offers"):
    help = "Services : fichiers reçus, et le bon contact pour une personne."

    @initialize()
    def prepare(self) -> None:
        """Services : fichiers reçus, et le bon contact pour une personne."""

    @command(name="import")
    def import_(  # noqa: PLR0917 typer reads the signature
        self,
        file: Annotated[
            Path, Argument(help="Structures ou services de data·inclusion v1 : JSON, CSV, Parquet.")
        ],
        source: Annotated[
            str, Option("--source", help="Nom de la source : le même d’un import à l’autre.")
        ] = DEFAULT_ORIGIN,
        dry_run: Annotated[
            bool, Option("--dry-run", help="Dit ce qui serait fait, sans rien écrire.")
        ] = False,
        strict: Annotated[
            bool, Option("--strict", help="N’écrit rien si une seule ligne est refusée.")
        ] = False,
        keep_missing: Annotated[
            bool,
            Option("--keep-missing", help="Le fichier n’est qu’une partie de la source : rien n’a disparu."),
        ] = False,
        allow_gone: Annotated[
            bool, Option("--allow-gone", help="Accepte que plus de la moitié des services aient disparu.")
        ] = False,
        as_json: Annotated[
            bool, Option("--json", help="Écrit le rapport en JSON sur la sortie standard.")
        ] = False,
    ) -> None:
        """Ajoute ou met à jour structures et services ; le refaire ne crée rien en double."""
        try:
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
                report = import_offers(
                    path=file,
                    plan=Plan(
                        origin=source.strip() or DEFAULT_ORIGIN,
                        strict=strict,
                        keep_missing=keep_missing,
                        allow_gone=allow_gone,
                    ),
                    at=timezone.now(),
                    dry_run=dry_run,
                    progress=lambda share, step: bar.update(task, completed=share, description=step),
                )
        except DomainError as error:
            refuse(str(error), as_json)
        if as_json:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        tell(report, dry_run=dry_run, strict=strict, as_json=as_json)
        if report.rejected and strict:
            raise typer.Exit(1)

    @command()
    def find(  # noqa: PLR0917 typer reads the signature
        self,
        lon: Annotated[str, Option(help="Longitude en degrés (WGS 84), avec --lat.")] = "",
        lat: Annotated[str, Option(help="Latitude en degrés (WGS 84), avec --lon.")] = "",
        commune: Annotated[str, Option(help="Code Insee, sans point.")] = "",
        phase: Annotated[str, Option(help="idee, amorcage, creation ou developpement.")] = "",
        besoin: Annotated[list[str] | None, Option(help="Service, frein ou thématique ; répétable.")] = None,
        public: Annotated[list[str] | None, Option(help="Public de data·inclusion ; répétable.")] = None,
        langue: Annotated[list[str] | None, Option(help="Langue parlée (fr, ar…) ; répétable.")] = None,
        rayon: Annotated[str, Option(help="Jusqu'où la personne se déplace, en kilomètres.")] = "",
        distance: Annotated[str, Option(help="a-distance ou en-presence.")] = "",
        age: Annotated[str, Option(help="En années.")] = "",
        statut: Annotated[str, Option(help="Situation au regard de l'emploi.")] = "",
        secteur: Annotated[str, Option(help="Secteur d'activité.")] = "",
        page: Annotated[str, Option(help="Page de la liste, à partir de 1.")] = "",
        taille: Annotated[str, Option(help="Services par page, au plus 100.")] = "",
        as_json: Annotated[bool, Option("--json", help="Répond en JSON.")] = False,
    ) -> None:
        """Trouve le premier contact à appeler, le parcours, qui lève les freins et les financements."""
        single = {
            "lon": lon, "lat": lat, "commune": commune, "phase": phase, "rayon": rayon, "distance": distance,
            "age": age, "statut": statut, "secteur": secteur, "page": page, "taille": taille,
        }  # fmt: skip
        parameters = {name: [value] for name, value in single.items()}
        parameters |= {"besoin": besoin or [], "public": public or [], "langue": langue or []}
        try:
            with acting_as(None, read_only=True):
                number, size = criteria.pages(parameters)
                answer = finder.find(criteria.read(parameters), at=timezone.now(), page=number, size=size)
        except DomainError as error:
            MESSAGES.print(str(error))
            raise typer.Exit(1) from error
        if as_json:
            self.stdout.write(json.dumps(answer.as_json(), ensure_ascii=False))
            return
        for line in in_words(answer):
            self.stdout.write(line)


def in_words(answer: Answer) -> Iterator[str]:
    """The answer as lines of text."""
    for widening in answer.widened:
        yield widening.text
    if answer.first_contact is None:
        yield _("Aucun service connu ne répond ici.")
    else:
        yield _("Premier contact")
        yield from _lines(answer.first_contact)
    for step in answer.steps:
        yield _("Étape : %(phase)s") % {"phase": Phase(step.phase).label}
        for item in step.items:
            yield from _lines(item)
    for help_ in answer.freins:
        yield _("Frein : %(brake)s") % {"brake": Brake(help_.frein).label}
        for item in help_.items:
            yield from _lines(item)
        if not help_.items:
            yield "  " + _("Aucun service connu ne répond ici.")
    if answer.financing:
        yield _("Financements possibles")
    for aid in answer.financing:
        yield f"  {aid.nom}"
        yield from (f"    - {reason.text}" for reason in (*aid.reasons, *aid.missing))
    if answer.near_misses:
        yield _("Laissés de côté")
    for miss in answer.near_misses:
        yield f"  {miss.item.nom} : " + " ; ".join(reason.text for reason in miss.missing)


def _lines(item: Item) -> Iterator[str]:
    yield "  " + " · ".join(part for part in (item.nom, item.structure_marked, item.phone) if part)
    yield from (f"    - {reason.text}" for reason in item.reasons)


def refuse(message: str, as_json: bool) -> NoReturn:
    """End with status 1; with --json, the report is still a report: nothing read, and why."""
    if as_json:
        report = Report()
        report.explain(0, "", message)
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    MESSAGES.print(message)
    raise typer.Exit(1)


def tell(report: Report, *, dry_run: bool, strict: bool, as_json: bool) -> None:
    """The report in French, on the error stream."""
    for title, lines in ((_("Refusé"), report.rejections), (_("À savoir"), report.notes)):
        for entry in lines[: 0 if as_json else MOST_SHOWN]:
            MESSAGES.print(
                _("%(title)s, ligne %(line)s, %(field)s : %(reason)s")
                % {"title": title, "line": entry.line, "field": entry.field or "—", "reason": entry.reason}
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
    elif report.rejected and strict:
        MESSAGES.print(_("Rien n’a été écrit : corrigez les lignes refusées, ou retirez --strict."))
