"""`journeys …`: the follow-up from the command line."""

import json
from datetime import datetime
from typing import Annotated

import typer
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django_typer.management import TyperCommand, command, initialize
from rich.console import Console
from typer import Option

from maillage.journeys.actions.follow_up import run

MESSAGES = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)


class Command(TyperCommand, name="journeys"):
    help = "Parcours : relances, suites à donner."

    @initialize()
    def prepare(self) -> None:
        """Parcours : relances, suites à donner."""

    @command(name="follow-up")
    def follow_up(
        self,
        at: Annotated[
            str, Option("--at", help="Comme si l’on était à ce moment (2026-11-25T10:00), pas plus tard.")
        ] = "",
        as_json: Annotated[
            bool, Option("--json", help="Écrit ce qui a été fait en JSON sur la sortie standard.")
        ] = False,
    ) -> None:
        """Fait ce qui est dû : relances, passages à la coordination, suites proposées, refus annoncés."""
        done = run(_moment(at))
        if as_json:
            self.stdout.write(json.dumps(done))
        words = {
            "reminded": _("relances envoyées"),
            "taken_over": _("passages à la coordination"),
            "proposed": _("suites à proposer"),
            "told": _("refus annoncés"),
            "handed_over": _("changements de responsable"),
        }
        for name, count in done.items():
            MESSAGES.print(f"{words[name]} : {count}")


def _moment(text: str) -> datetime:
    """The moment asked for, in the instance's time zone unless it says another. Raises BadParameter."""
    now = timezone.now()
    if not text:
        return now
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise typer.BadParameter(_("Écrivez la date et l’heure ainsi : 2026-11-25T10:00."))
    found = found if timezone.is_aware(found) else timezone.make_aware(found)
    if found > now:
        raise typer.BadParameter(_("Ce moment n’est pas encore venu : les relances partiraient trop tôt."))
    return found
