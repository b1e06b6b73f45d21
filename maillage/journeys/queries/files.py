"""The people whom one's structures follow, as a list; row security says whom.

A list names people and opens nobody's file: what is in a file is `queries.file`'s.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from maillage.accounts.models import User
from maillage.core.acting import Purpose, for_purpose
from maillage.core.paging import UnknownCursor
from maillage.journeys.models import Appointment, Follow, Person, Step
from maillage.offers.models import Phase

PAGE = 30
SALT = "journeys.people"
QUIET = timedelta(days=60)  # nobody has written anything for so long


@dataclass(frozen=True)
class Choice:
    """What is asked of the list; empty: everybody. Never a brake: no list says who lacks health, or French."""

    mine: bool = False
    phase: str = ""
    structure: int | None = None
    qpv: bool = False
    quiet: bool = False

    @classmethod
    def from_query(cls, query: QueryDict) -> "Choice":
        """What the address asks; what it does not know is left aside."""
        phase, number = query.get("phase", ""), query.get("structure", "")
        return cls(
            "miennes" in query,
            phase if phase in Phase.values else "",
            int(number) if number.isdecimal() and len(number) < 12 else None,
            "qpv" in query,
            "silence" in query,
        )

    def address(self, **changes: object) -> str:
        """The query of an address that asks this, « ?phase=… »."""
        one = replace(self, **changes)  # type: ignore[arg-type]
        pairs = {
            "miennes": "1" if one.mine else "",
            "phase": one.phase,
            "structure": one.structure or "",
            "qpv": "1" if one.qpv else "",
            "silence": "1" if one.quiet else "",
        }
        return "?" + urlencode({name: value for name, value in pairs.items() if value})

    @property
    def is_filtered(self) -> bool:
        """Whether anything but « mine » is asked."""
        return bool(self.phase or self.structure or self.qpv or self.quiet)


@dataclass(frozen=True)
class Line:
    """One person of the list, with whom they see first, what comes next and what came last."""

    person: Person
    referents: list[str]
    is_mine: bool
    appointment: datetime | None
    step: Step | None
    until: datetime | None  # our structures stop following them then
    is_quiet: bool


@dataclass(frozen=True)
class People:
    """One page of the list; `next_cursor` is "" on the last."""

    lines: list[Line] = field(default_factory=list)
    next_cursor: str = ""


def people(
    organisations: dict[int, str],
    user_id: int,
    choice: Choice,
    *,
    at: datetime,
    named: str = "",
    phone: str = "",
    cursor: str = "",
    size: int = PAGE,
) -> People:
    """The people whom these structures follow at `at`, the last active first; `named` and `phone` find some of them.

    A fixed number of queries. Raises UnknownCursor.
    """
    follows = _live(at).filter(
        organisation__in=[choice.structure] if choice.structure in organisations else list(organisations)
    )
    if choice.mine:
        follows = follows.filter(referent=user_id)
    rows = Person.objects.filter(pk__in=follows.values("person")).order_by("-last_activity_at", "-id")
    rows = _found(_filtered(rows, choice, at), named, phone)
    rows = _after(rows, cursor).select_related("commune").defer("commune__contour")
    found = list(rows[: size + 1])
    page = found[:size]
    return People(_lines(page, organisations, user_id, at), _cursor(page[-1]) if len(found) > size else "")


def _live(at: datetime) -> QuerySet[Follow]:
    return Follow.objects.filter(Q(until=None) | Q(until__gt=at))


def _filtered(rows: QuerySet[Person], choice: Choice, at: datetime) -> QuerySet[Person]:
    if choice.phase:
        rows = rows.filter(phase=choice.phase)
    if choice.qpv:
        rows = rows.exclude(qpv_code="")
    if choice.quiet:
        rows = rows.filter(last_activity_at__lt=at - QUIET)
    return rows


def _found(rows: QuerySet[Person], named: str, phone: str) -> QuerySet[Person]:
    if phone:
        rows = rows.filter(phone__endswith=phone)
    for word in named.split()[:4]:
        rows = rows.filter(
            Q(first_name__istartswith=word) | Q(last_name__istartswith=word) | Q(email__istartswith=word)
        )
    return rows


def _lines(page: list[Person], organisations: dict[int, str], user_id: int, at: datetime) -> list[Line]:
    numbers = [person.pk for person in page]
    follows: dict[int, list[Follow]] = {}
    for follow in _live(at).filter(person__in=numbers, organisation__in=list(organisations)):
        follows.setdefault(follow.person_id, []).append(follow)
    names = names_of({one.referent_id for ours in follows.values() for one in ours if one.referent_id})
    appointments = dict(
        Appointment.objects.filter(person__in=numbers, status=Appointment.Status.PREVU, ends_at__gte=at)
        .order_by("-starts_at")
        .values_list("person_id", "starts_at")
    )
    steps = {step.person_id: step for step in Step.objects.filter(person__in=numbers).order_by("on", "pk")}
    return [
        Line(
            person,
            sorted(
                {names[one.referent_id] for one in follows.get(person.pk, []) if one.referent_id in names}
            ),
            any(one.referent_id == user_id for one in follows.get(person.pk, [])),
            appointments.get(person.pk),
            steps.get(person.pk),
            _end([one.until for one in follows.get(person.pk, [])]),
            person.last_activity_at < at - QUIET,
        )
        for person in page
    ]


def _end(ends: list[datetime | None]) -> datetime | None:
    """When the last of them ends; None while one has no end."""
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def names_of(numbers: Iterable[int | None]) -> dict[int, str]:
    """The displayed names of colleagues (numbers that row security let be read)."""
    with for_purpose(Purpose.ADMINISTRATION):
        return {one.pk: str(one) for one in User.objects.filter(pk__in=[n for n in numbers if n])}


def _after(rows: QuerySet[Person], cursor: str) -> QuerySet[Person]:
    if not cursor:
        return rows
    try:
        at, number = signing.Signer(salt=SALT).unsign_object(cursor)
        when, pk = datetime.fromisoformat(at), int(number)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise UnknownCursor(_("Cette suite de la liste n’existe plus : reprenez au début.")) from error
    return rows.filter(last_activity_at__lte=when).filter(Q(last_activity_at__lt=when) | Q(id__lt=pk))


def _cursor(row: Person) -> str:
    return signing.Signer(salt=SALT).sign_object([row.last_activity_at.isoformat(), row.pk])
