"""`python -m maillage`: the command line, with the private PostgreSQL around it when there is no DATABASE_URL."""

import os
import re
import signal
import sys
from contextlib import nullcontext

from maillage.core.processes import die_with_supervisor

WITHOUT_DATABASE = {
    "--help",
    "--version",
    "help",
    "version",
    "makemessages",
    "messages",
    "compilemessages",
    "collectstatic",
    "collect",
    "findstatic",
    "doctor",
}


def main() -> None:
    """Run one command; a setting, cluster or rule that refuses, or an installation that is behind, ends with one line and status 1."""
    try:
        run()
    except ModuleNotFoundError as error:
        if not error.name or error.name.partition(".")[0] == "maillage":
            raise
        sys.exit(f"La bibliothèque Python « {error.name} » manque : lancez ./bin/setup.")
    except Exception as error:
        # Django looks for GDAL and GEOS while it starts, before any check of ours
        if type(error).__name__ != "ImproperlyConfigured" or not re.search("GDAL|GEOS", str(error)):
            raise
        sys.exit("La bibliothèque GDAL manque à ce système : lancez ./bin/setup.")


def run() -> None:
    """Run the command of the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings")
    # as an exception, so that the private PostgreSQL is stopped on the way out
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    die_with_supervisor()
    from django.conf import settings
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError
    from psycopg.errors import UndefinedColumn, UndefinedTable

    from maillage.core.cluster import ClusterError
    from maillage.core.errors import DomainError

    arguments = sys.argv[1:] or ["help"]
    alone = arguments[0] in WITHOUT_DATABASE or "--help" in arguments
    try:
        with nullcontext() if alone or not settings.EMBEDDED else settings.CLUSTER.using():
            execute_from_command_line(["maillage", *arguments])
    except (ClusterError, DomainError) as error:
        sys.exit(str(error))
    except ProgrammingError as error:
        if isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
            sys.exit("La base n'est pas à jour : lancez ./bin/maillage migrate.")
        raise
    except OperationalError as error:
        why = " ".join(str(error).split())
        sys.exit(f"La base ne répond pas ({why}). ./bin/maillage doctor dit comment la remettre.")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except SystemExit as stop:
        if stop.code == 1 and is_usage(stop.__context__, arguments[0]):
            sys.exit(2)
        raise


def is_usage(cause: BaseException | None, command: str) -> bool:
    """Whether a command ended because it was called wrongly: django-typer and Django say 1 there, we say 2."""
    from django.core.management import get_commands

    while cause is not None:
        if any(kind.__name__ == "UsageError" for kind in type(cause).__mro__):
            return True
        cause = cause.__context__
    return command not in get_commands()


if __name__ == "__main__":
    main()
