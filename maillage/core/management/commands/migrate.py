from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate

from maillage.core.rights import grant_to_web, state_policies
from maillage.core.upgrade import refuse_halfway


class Command(migrate.Command):
    help = "Met la base à jour sous le rôle propriétaire, puis énonce les règles de lecture et donne ses droits au rôle web."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_halfway(options["database"])
        super().handle(*args, **options)
        state_policies(options["database"])
        grant_to_web(options["database"])
