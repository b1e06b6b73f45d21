from django_typer.management import TyperCommand
from procrastinate.contrib.django import app

JOBS_AT_ONCE = 4
SECONDS_TO_FINISH = 15.0


class Command(TyperCommand):
    """Run the jobs and the timed work until told to stop. Inside `serve` unless it was given --no-worker."""

    help = "Exécute les travaux en file et les travaux programmés, jusqu'à l'arrêt."

    def handle(self) -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
            worker.run_worker(concurrency=JOBS_AT_ONCE, shutdown_graceful_timeout=SECONDS_TO_FINISH)
