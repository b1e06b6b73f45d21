"""Reads of call-backs; row security shows each person theirs (organisations/migrations/0001_schema.sql)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext as _

from maillage.core.phones import readable_phone
from maillage.organisations.models import CallBack, Duty, Moment


@dataclass(frozen=True)
class Call:
    """One call-back as the list shows it."""

    row: CallBack
    phone: str  # in groups
    moments: str
    is_late: bool
    is_mine: bool


OPEN = (CallBack.Status.WAITING, CallBack.Status.TAKEN)


def calls_to_answer(user_id: int, *, at: datetime) -> list[Call]:
    """The open call-backs that `user_id` may see: those they took first, then what waits, the most urgent first."""
    rows = (
        _seen()
        .filter(status__in=OPEN)
        .annotate(
            place=Case(
                When(taken_by_id=user_id, then=Value(0)),
                When(status=CallBack.Status.WAITING, then=Value(1)),
                default=Value(2),
                output_field=IntegerField(),
            )
        )
        .order_by("place", "due_at", "pk")
    )
    return [_call(row, user_id, at) for row in rows[:200]]


def calls_answered(user_id: int, *, at: datetime, limit: int = 20) -> list[Call]:
    """The last call-backs that ended, latest first."""
    rows = _seen().exclude(status__in=OPEN).order_by("-ended_at", "pk")[:limit]
    return [_call(row, user_id, at) for row in rows]


def call_taken_by(user_id: int, call_id: int) -> CallBack | None:
    """The call-back, if `user_id` has taken it and it is not over."""
    return _seen().filter(pk=call_id, status=CallBack.Status.TAKEN, taken_by=user_id).first()


def waiting_count() -> int:
    """How many call-backs wait for the acting person."""
    return CallBack.objects.filter(status=CallBack.Status.WAITING).count()


def has_duties(user_id: int) -> bool:
    """Whether the person is on some rota."""
    return Duty.objects.filter(user_id=user_id).exists()


def _seen() -> QuerySet[CallBack]:
    return CallBack.objects.select_related("banner", "commune").defer("commune__contour")


def _call(row: CallBack, user_id: int, at: datetime) -> Call:
    words = dict(Moment.choices)
    return Call(
        row,
        readable_phone(row.phone),
        ", ".join(str(words[code]).lower() for code in row.moments) or _("à tout moment"),
        row.status in OPEN and row.due_at < at,
        row.taken_by_id == user_id,
    )
