"""Reading a long list over HTTP: opaque cursors that never skip a row, and answers that are not sent twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db import connection
from django.db.models import Count, Max, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError

Row = TypeVar("Row", bound=Model)
SALT = "maillage.cursor"


class UnknownCursor(DomainError):
    """The cursor was not made by us, or not for this list."""

    status = 400


@dataclass(frozen=True)
class Slice(Generic[Row]):
    """Rows of one page; `next_cursor` is "" on the last."""

    rows: list[Row]
    next_cursor: str


def settled_until() -> datetime:
    """The moment before which nothing more will change: the start of the oldest transaction that is writing, else now.

    Rows carry the time of their change, and show when it is committed, perhaps much later (a long import). To miss none,
    who follows a list asks next for what changed since the moment that this gave, read before the list.
    """
    with connection.cursor() as cursor:
        # of other roles, PostgreSQL hides what they do: only the site's own sessions write to its lists
        cursor.execute(
            "SELECT least(clock_timestamp(), min(xact_start) FILTER (WHERE backend_xid IS NOT NULL)) "
            "FROM pg_stat_activity WHERE datname = current_database()"
        )
        return cursor.fetchone()[0].astimezone(UTC)


def slice_after(rows: QuerySet[Row], cursor: str = "", *, size: int = 100) -> Slice[Row]:
    """The `size` rows that follow `cursor`, by (updated_at, id): a row changed meanwhile comes again, none is skipped.

    Raises UnknownCursor. `rows` needs the columns `updated_at` and `id`, and an index on both.
    """
    ordered = rows.order_by("updated_at", "id")
    if cursor:
        at, pk = _read(cursor)
        # the first condition is what the index serves
        ordered = ordered.filter(updated_at__gte=at).filter(Q(updated_at__gt=at) | Q(id__gt=pk))
    found = list(ordered[: size + 1])
    page = found[:size]
    return Slice(page, cursor_at(page[-1]) if len(found) > size else "")


def cursor_at(row: Any) -> str:
    """The cursor that starts just after `row` (anything with updated_at and id)."""
    return signing.Signer(salt=SALT).sign_object([row.updated_at.isoformat(), row.pk])


def _read(cursor: str) -> tuple[datetime, int]:
    try:
        at, pk = signing.Signer(salt=SALT).unsign_object(cursor)
        return datetime.fromisoformat(at), int(pk)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise UnknownCursor(
            _("Curseur inconnu : reprenez celui de la réponse précédente, ou recommencez sans curseur.")
        ) from error


def followed(
    request: HttpRequest,
    rows: QuerySet[Row],
    record: Callable[[Row], dict[str, Any]],
    *,
    since: datetime | None,
    cursor: str,
    limit: int,
) -> HttpResponse:
    """One slice of `rows` as JSON, {"items", "total", "next_cursor", "settled_until"}, with its ETag.

    `since`: changed at that moment or after, in the instance's zone when it names none. Raises UnknownCursor.
    """
    settled = settled_until()
    if since is not None:
        rows = rows.filter(updated_at__gte=aware(since))
    state = rows.order_by().aggregate(total=Count("pk"), latest=Max("updated_at"))

    def build() -> HttpResponse:
        page = slice_after(rows, cursor, size=limit)
        found = {
            "items": [record(row) for row in page.rows],
            "total": state["total"],
            "next_cursor": page.next_cursor or None,
            "settled_until": settled.isoformat(),
        }
        return JsonResponse(found, json_dumps_params={"ensure_ascii": False})

    # an older change that is still being written would change neither the total nor the latest
    unsettled = settled if state["latest"] and settled <= state["latest"] else None
    return conditional(request, (request.get_full_path(), state["total"], state["latest"], unsettled), build)


def aware(at: datetime) -> datetime:
    """A moment in UTC; without a zone, it is read in the instance's own. Raises DomainError outside the calendar."""
    try:
        return (make_aware(at) if is_naive(at) else at).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise DomainError(_("Cette date est hors du calendrier.")) from error


def conditional(
    request: HttpRequest, version: tuple[object, ...], build: Callable[[], HttpResponse]
) -> HttpResponse:
    """304 when the caller already holds this `version` of the answer (ETag), else the answer of `build`, tagged.

    `version` is whatever changes when the answer does: counts, latest updated_at, the address of the request.
    """
    said = (part if isinstance(part, bytes) else str(part).encode() for part in version)
    digest = sha256(b"\x1f".join(said)).hexdigest()[:32]
    # weak: the same answer may be compressed or not
    etag = f'W/"{digest}"'
    if early := get_conditional_response(request, etag=etag):
        early["ETag"] = etag
        return early
    response = build()
    response["ETag"] = etag
    response.setdefault("Cache-Control", "no-cache")
    return response
