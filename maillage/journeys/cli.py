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

from maillage.core.acting import acting_as
from maillage.core.errors import DomainError
from maillage.journeys.actions.figures import figures_document, years_asked
from maillage.journeys.actions.follow_up import run
from maillage.journeys.actions.retention import purge
from maillage.journeys.figures_in_words import lines_of

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

    @command()
    def stats(
        self,
        since: Annotated[str, Option("--from", help="Première année (2026).")] = "",
        until: Annotated[str, Option("--to", help="Dernière année (2026).")] = "",
        banner: Annotated[str, Option("--banner", help="Adresse d’une bannière (osez-entreprendre).")] = "",
        epci: Annotated[str, Option("--epci", help="Code d’une intercommunalité (244400404).")] = "",
        as_json: Annotated[bool, Option("--json", help="Écrit les chiffres en JSON.")] = False,
    ) -> None:
        """Chiffres d’un territoire, une année civile après l’autre, tels qu’ils se publient."""
        try:
            with acting_as(None):
                found = figures_document(
                    years=years_asked(since, until, timezone.now()),
                    banner=banner,
                    epci=epci,
                    at=timezone.now(),
                )
        except DomainError as error:
            MESSAGES.print(str(error))
            raise typer.Exit(1) from error
        if as_json:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for year in found["years"]:
            MESSAGES.print(str(year["year"]))
            for line in lines_of(year["figures"]):
                self.stdout.write(line)
        MESSAGES.print(found["note"])

    @command(name="purge")
    def purge_(
        self,
        dry_run: Annotated[
            bool, Option("--dry-run", help="Dit ce qui serait fait, sans rien écrire.")
        ] = False,
        at: Annotated[str, Option("--at", help="Comme si l’on était à ce moment, pas plus tard.")] = "",
        as_json: Annotated[bool, Option("--json", help="Écrit le compte en JSON.")] = False,
    ) -> None:
        """Prévient les personnes dont le dossier dort, oublie celles qui l’ont été il y a trente jours."""
        done = purge(_moment(at), dry_run=dry_run)
        if as_json:
            self.stdout.write(json.dumps(done))
        MESSAGES.print(
            _("%(warned)s prévenues, %(purged)s oubliées, %(unreachable)s impossibles à prévenir.") % done
            + (" " + _("Rien n’a été écrit.") if dry_run else "")
        )


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
