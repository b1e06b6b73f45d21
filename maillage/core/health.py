"""Two questions of a supervisor: does the process answer, and may it be sent visitors?"""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from maillage.core.upgrade import DatabaseTooOld, waiting


@login_not_required
@never_cache
@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; it asks nothing of the database, so that its failure restarts no process."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """200 when the database answers and knows every migration of this code, else 503; with the state of each.

    `worker` says whether one ran in the last minute. Without it mails wait, but visitors are served: it costs no 503.
    """
    state = {"database": False, "migrations": False}
    worker = False
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
        state["database"] = True
        state["migrations"] = is_migrated()
        worker = state["migrations"] and a_worker_lives()
    except DatabaseError:
        connections["default"].close()
    return JsonResponse({**state, "worker": worker}, status=200 if all(state.values()) else 503)


def a_worker_lives() -> bool:
    """Whether a worker of this database gave a sign of life in the last minute."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute')"
        )
        return bool(cursor.fetchone()[0])


_migrated = False


def is_migrated() -> bool:
    """Whether the database has seen every migration of this code; once true, it stays so for this process."""
    global _migrated  # noqa: PLW0603 one fact about the process
    if not _migrated:
        try:
            _migrated = not waiting("default")
        except DatabaseTooOld:
            return False
    return _migrated
