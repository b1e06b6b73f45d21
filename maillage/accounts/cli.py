"""`accounts …`: roles, from the command line."""

from typing import Annotated

from django.core.management.base import CommandError
from django_typer.management import TyperCommand, command, initialize
from rich.console import Console
from typer import Argument, Option

from maillage.accounts import actions, queries
from maillage.core.acting import Purpose, acting_as
from maillage.core.errors import DomainError

MESSAGES = Console(stderr=True, highlight=False, soft_wrap=True)
Email = Annotated[str, Argument(help="L'adresse e-mail de la personne.")]
Kind = Annotated[str, Argument(help="contributor, moderator, animator ou network.")]
Territory = Annotated[str, Option(help="Genre et code, par exemple epci:243400017 ; partout sans cela.")]


class Command(TyperCommand, name="accounts"):
    help = "Comptes et rôles."

    @initialize()
    def prepare(self) -> None:
        """Comptes et rôles."""

    @command()
    def grant(self, email: Email, role: Kind, territory: Territory = "") -> None:
        """Donne un rôle à une personne ; crée son compte au besoin : elle entrera par un code."""
        kind, _separator, code = territory.partition(":")
        try:
            with acting_as(None, purpose=Purpose.ADMINISTRATION):
                user = queries.user_by_email(email) or actions.create_account(email=email)
                granted = actions.grant_role(user=user, kind=role, territory_kind=kind, territory_code=code)
        except DomainError as error:
            raise CommandError(str(error)) from error
        MESSAGES.print(f"{email} : {granted}")

    @command()
    def revoke(self, email: Email, role: Kind, territory: Territory = "") -> None:
        """Retire un rôle à une personne."""
        kind, _separator, code = territory.partition(":")
        try:
            with acting_as(None, purpose=Purpose.ADMINISTRATION):
                user = queries.user_by_email(email)
                held = queries.role_of(user, role, kind, code) if user else None
                if held is None:
                    raise CommandError("Cette personne n'a pas ce rôle.")
                actions.revoke_role(role=held)
        except DomainError as error:
            raise CommandError(str(error)) from error
        MESSAGES.print(f"{email} : rôle retiré")
