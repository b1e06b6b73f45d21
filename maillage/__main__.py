"""`python -m maillage`: the command line, with the private PostgreSQL around it when there is no DATABASE_URL."""

import os
import signal
import sys
from contextlib import nullcontext

WITHOUT_DATABASE = {
    "--help",
    "--version",
    "help",
    "version",
    "makemessages",
    "messages",
    "compilemessages",
    "collectstatic",
    "findstatic",
    "doctor",
}


def main() -> None:
    """Run one command; a setting, cluster or rule that refuses ends with one line and status 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings")
    # as an exception, so that the private PostgreSQL is stopped on the way out
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from maillage.core.cluster import ClusterError
    from maillage.core.errors import DomainError

    arguments = sys.argv[1:] or ["help"]
    alone = arguments[0] in WITHOUT_DATABASE or "--help" in arguments
    try:
        with nullcontext() if alone or not settings.EMBEDDED else settings.CLUSTER.using():
            execute_from_command_line(["maillage", *arguments])
    except (ClusterError, DomainError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
