"""`demo load` and `demo reset`: the demo content, put together from what each app brings."""

import json
import sys
from typing import Annotated

import typer
from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import gettext as _
from django_typer.management import TyperCommand, command

from maillage.accounts.actions import create_demo_accounts
from maillage.core.acting import Purpose, acting_as
from maillage.core.imports import Report
from maillage.initiatives.demo import (
    forget_initiatives,
    forget_proposals,
    load_initiatives,
    load_proposals,
)
from maillage.journeys.demo import forget_journeys, load_journeys
from maillage.journeys.demo_figures import forget_figures, load_figures
from maillage.offers.demo import forget_offers, load_offers
from maillage.organisations.demo import forget_banner, load_banner
from maillage.territories.actions import load_schematic_qpv
from maillage.territories.models import Commune

Json = Annotated[bool, typer.Option("--json", help="Écrit le rapport en JSON sur la sortie standard.")]


class Command(TyperCommand):
    help = "Contenu de démonstration."

    @command(help="Ajoute ce qui manque au contenu de démonstration ; ce qui a été modifié reste.")
    def load(self, as_json: Json = False) -> None:
        self.show(load_demo(), as_json)

    @command(
        help="Remet le contenu de démonstration dans son état de départ ; le reste du site ne change pas."
    )
    def reset(self, as_json: Json = False) -> None:
        with acting_as(None, purpose=Purpose.ADMINISTRATION):
            forget_figures()
            forget_journeys()
            forget_banner()
            forget_proposals()
            forget_initiatives()
            forget_offers()
        self.show(load_demo(), as_json)

    def show(self, report: Report, as_json: bool) -> None:
        if as_json:
            self.echo(json.dumps(report.as_dict(), ensure_ascii=False))
        self.secho(
            _("Démonstration : %(created)s contenus créés, %(unchanged)s déjà là, %(rejected)s refusés.")
            % report.as_dict(),
            err=True,
        )
        if report.rejected:
            for rejection in report.rejections:
                self.secho(rejection.reason, err=True)
            sys.exit(1)


def load_demo() -> Report:
    """Load the territories when there are none, then every app's demo content. Doing it again changes nothing."""
    if not Commune.objects.exists():
        call_command("territories", "load")
    with acting_as(None, purpose=Purpose.ADMINISTRATION):
        load_schematic_qpv()
        create_demo_accounts()
        report = load_initiatives(at=timezone.now())
        load_proposals(at=timezone.now())
        report.include(load_offers(at=timezone.now()))
        load_banner(at=timezone.now())
        load_journeys(at=timezone.now())
        load_figures(at=timezone.now())
        return report
