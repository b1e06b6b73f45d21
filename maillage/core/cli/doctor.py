import json
from contextlib import ExitStack
from typing import Annotated

import typer
from django.conf import settings
from django.utils.translation import gettext as _
from django_typer.management import TyperCommand

from maillage.core.cluster import ClusterError
from maillage.core.doctor import Finding, Status, examine

MARKS = {Status.OK: "✓", Status.WARNING: "!", Status.ERROR: "✗"}


class Command(TyperCommand):
    """Look at everything that an instance stands on, and say how to mend what does not hold."""

    help = (
        "Vérifie versions, droits, disque, horloge, courriel… et dit comment réparer. Code 1 en cas d'erreur."
    )

    def handle(
        self,
        as_json: Annotated[
            bool, typer.Option("--json", help="Réponse en JSON sur la sortie standard.")
        ] = False,
    ) -> None:
        with ExitStack() as held:
            try:
                if settings.EMBEDDED:
                    held.enter_context(settings.CLUSTER.using())
                found = examine()
            except ClusterError as error:
                found = [
                    Finding(
                        "PostgreSQL", Status.ERROR, str(error), _("Lancez ./bin/setup, puis recommencez.")
                    )
                ]
        if as_json:
            ok = all(finding.status != Status.ERROR for finding in found)
            self.stdout.write(
                json.dumps({"ok": ok, "checks": [f.as_json() for f in found]}, ensure_ascii=False, indent=2)
            )
        else:
            for finding in found:
                self.stdout.write(f"{MARKS[finding.status]} {finding.name} : {finding.said}")
                if finding.mend:
                    self.stdout.write(f"    → {finding.mend}")
        if any(finding.status == Status.ERROR for finding in found):
            raise typer.Exit(1)
