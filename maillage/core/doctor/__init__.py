"""What must hold for an instance to run, each point with the way to mend it."""

from django.db import OperationalError, connections
from django.utils.translation import gettext as _

from maillage.core.doctor import database, machine
from maillage.core.doctor.findings import Finding, Status


def examine() -> list[Finding]:
    """Every finding; what needs the database stops at the first thing that keeps us from it."""
    found = [*machine.examine()]
    try:
        connections["default"].ensure_connection()
        connections["owner"].ensure_connection()
    except OperationalError as error:
        found.append(
            Finding(
                _("Base de données"),
                Status.ERROR,
                str(error).strip(),
                _("Vérifiez DATABASE_URL et DATABASE_OWNER_URL, et que le serveur PostgreSQL répond."),
            )
        )
        return found
    return [*found, *database.examine()]
