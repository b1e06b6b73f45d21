"""The inbox of referrals: what a professional has to do, what they wait for, what their structures received and sent.

Each list walks one index of open referrals by date (referral_inbox, _sent, _in_charge), under row security: nothing of
the person is read but the initials that the referral holds.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.accounts.models import User
from maillage.core.acting import Purpose, for_purpose
from maillage.core.paging import UnknownCursor
from maillage.journeys.models import CLOSED, OPEN, Referral, State, Urgency
from maillage.organisations.models import Membership

PAGE = 30
MANY = 100  # counts stop there
SALT = "journeys.inbox"
TABS = {
    "aujourdhui": gettext_lazy("À faire aujourd’hui"),
    "attente": gettext_lazy("En attente"),
    "miennes": gettext_lazy("Les miennes"),
    "structure": gettext_lazy("Reçues par ma structure"),
    "envoyees": gettext_lazy("Envoyées"),
}
WAITING = (State.ENVOYEE, State.RECUE, State.SANS_REPONSE)
COLUMNS = (
    "initials", "phase", "urgency", "freins", "state", "next_action", "next_action_at", "in_charge_id", "sent_at", "closed_at",
    "version", "is_example", "from_organisation__name", "to_organisation__name",
)  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """Whose inbox it is: a person, and the structures that they belong to, number → name."""

    user_id: int
    structures: dict[int, str]


@dataclass(frozen=True)
class Choice:
    """What is asked of the inbox: a tab, and filters (empty: none)."""

    tab: str = "aujourdhui"
    state: str = ""
    urgency: str = ""
    structure: int | None = None
    late: bool = False
    closed: bool = False

    @classmethod
    def from_query(cls, query: QueryDict) -> "Choice":
        """What the address asks; what it does not know is left aside."""
        tab, state, urgency = (query.get(name, "") for name in ("vue", "etat", "urgence"))
        number = query.get("structure", "")
        return cls(
            tab if tab in TABS else "aujourdhui",
            state if state in State.values else "",
            urgency if urgency in Urgency.values else "",
            int(number) if number.isdecimal() and len(number) < 12 else None,
            "retard" in query,
            "terminees" in query and tab in {"structure", "envoyees"},
        )

    def address(self, **changes: object) -> str:
        """The query of an address that asks this, « ?vue=… »."""
        one = replace(self, **changes)  # type: ignore[arg-type]
        pairs = {
            "vue": one.tab,
            "etat": one.state,
            "urgence": one.urgency,
            "structure": one.structure or "",
            "retard": "1" if one.late else "",
            "terminees": "1" if one.closed else "",
        }
        return "?" + urlencode({name: value for name, value in pairs.items() if value})

    @property
    def is_filtered(self) -> bool:
        return bool(self.state or self.urgency or self.structure or self.late or self.closed)


@dataclass(frozen=True)
class Line:
    """One referral of the list: how its date stands (late, today, soon, later, ""), by how many days, and who has it."""

    row: Referral
    due: str
    days: int
    received: bool  # by one of our structures
    mine: bool
    who: str  # a colleague's name, "" when it is nobody of ours

    @property
    def side(self) -> str:
        """The structure that sees to it when it is nobody of ours; "" for none of the two."""
        if self.row.state == State.SANS_REPONSE:
            return ""
        sender = self.row.state in {State.BROUILLON, State.REFUSEE}
        structure = self.row.from_organisation if sender else self.row.to_organisation
        return structure.name if structure else ""

    @property
    def to_answer(self) -> bool:
        return self.received and self.row.state in WAITING


@dataclass(frozen=True)
class Inbox:
    """One page of a list; `next_cursor` is "" on the last."""

    lines: list[Line] = field(default_factory=list)
    next_cursor: str = ""


@dataclass(frozen=True)
class Counts:
    """How many referrals someone has to see to by tonight, how many wait for their structures, whether they may refer."""

    to_do: int
    received: int
    refers: bool


def desk_of(user_id: int) -> Desk:
    """Whose desk it is: one query."""
    rows = Membership.objects.filter(user_id=user_id).order_by("organisation__name", "organisation_id")
    return Desk(user_id, dict(rows.values_list("organisation_id", "organisation__name")))


def inbox(desk: Desk, choice: Choice, *, at: datetime, cursor: str = "", size: int = PAGE) -> Inbox:
    """The referrals of a tab, the most urgent date first; closed ones, the last closed first. Raises UnknownCursor."""
    rows = _filtered(_of_tab(desk, choice, at), choice, at)
    rows = rows.select_related("from_organisation", "to_organisation").only(*COLUMNS)
    rows = _after(rows, cursor, closed=choice.closed)
    found = list(rows[: size + 1])
    page = found[:size]
    names = _colleagues(desk, {row.in_charge_id for row in page if row.in_charge_id})
    following = _cursor(page[-1], closed=choice.closed) if len(found) > size else ""
    return Inbox([_line(row, desk, names, at) for row in page], following)


def count_to_do(desk: Desk, *, at: datetime) -> int:
    """How many referrals the person has to see to by tonight, MANY at most. One query."""
    return _of_tab(desk, Choice(), at).order_by()[:MANY].count()


def count_received(desk: Desk) -> int:
    """How many referrals wait for an answer of the person's structures, MANY at most. One query."""
    rows = Referral.objects.filter(to_organisation__in=list(desk.structures), state__in=WAITING)
    return rows.exclude(state__in=CLOSED)[:MANY].count()


def counts_of(user: User, *, at: datetime) -> Counts:
    """What the home of a professional says of referrals. Three queries, one for who has nothing to do with them."""
    desk = desk_of(user.pk)
    return Counts(
        count_to_do(desk, at=at), count_received(desk) if desk.structures else 0, bool(desk.structures)
    )


def _of_tab(desk: Desk, choice: Choice, at: datetime) -> QuerySet[Referral]:
    rows = Referral.objects.order_by("next_action_at", "id")
    tonight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    match choice.tab:
        case "structure" | "envoyees":
            side = "to_organisation" if choice.tab == "structure" else "from_organisation"
            ours = list(desk.structures)
            # one structure: the index gives the order too
            rows = rows.filter(**({side: ours[0]} if len(ours) == 1 else {f"{side}__in": ours}))
            if choice.tab == "structure":
                rows = rows.exclude(state=State.BROUILLON)
        case "attente":
            rows = rows.filter(in_charge=desk.user_id, next_action_at__gte=tonight)
        case "miennes":
            rows = rows.filter(in_charge=desk.user_id)
        case _:
            rows = rows.filter(in_charge=desk.user_id, next_action_at__lt=tonight)
    if choice.closed:
        return rows.filter(state__in=CLOSED).order_by("-closed_at", "-id")
    return rows.exclude(state__in=CLOSED)


def _filtered(rows: QuerySet[Referral], choice: Choice, at: datetime) -> QuerySet[Referral]:
    if choice.state:
        rows = rows.filter(state=choice.state)
    if choice.urgency:
        rows = rows.filter(urgency=choice.urgency)
    if choice.structure:
        rows = rows.filter(Q(to_organisation=choice.structure) | Q(from_organisation=choice.structure))
    if choice.late:
        rows = rows.filter(next_action_at__lt=at)
    return rows


def _after(rows: QuerySet[Referral], cursor: str, *, closed: bool) -> QuerySet[Referral]:
    if not cursor:
        return rows
    try:
        at, number, was_closed = signing.Signer(salt=SALT).unsign_object(cursor)
        when, pk = datetime.fromisoformat(at), int(number)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise UnknownCursor(_("Cette suite de la liste n’existe plus : reprenez au début.")) from error
    if was_closed != closed:
        raise UnknownCursor(_("Cette suite de la liste n’existe plus : reprenez au début."))
    if closed:
        return rows.filter(closed_at__lte=when).filter(Q(closed_at__lt=when) | Q(id__lt=pk))
    # the first condition is what the index serves
    return rows.filter(next_action_at__gte=when).filter(Q(next_action_at__gt=when) | Q(id__gt=pk))


def _cursor(row: Referral, *, closed: bool) -> str:
    when = row.closed_at if closed else row.next_action_at
    assert when is not None  # a constraint of the table
    return signing.Signer(salt=SALT).sign_object([when.isoformat(), row.pk, closed])


def _line(row: Referral, desk: Desk, names: dict[int, str], at: datetime) -> Line:
    days = (localdate(row.next_action_at) - localdate(at)).days if row.next_action_at else 0
    due = ""
    if row.next_action_at:
        due = (
            "late" if row.next_action_at < at and days < 0
            else "today" if days <= 0
            else "soon" if days == 1
            else "later"
        )  # fmt: skip
    return Line(
        row,
        due,
        abs(days),
        row.to_organisation_id in desk.structures,
        row.in_charge_id == desk.user_id,
        names.get(row.in_charge_id or 0, ""),
    )


def _colleagues(desk: Desk, numbers: set[int]) -> dict[int, str]:
    """The displayed names of those who belong to one of our structures."""
    ours = set(
        Membership.objects.filter(organisation__in=list(desk.structures), user__in=numbers).values_list(
            "user_id", flat=True
        )
    )
    with for_purpose(Purpose.ADMINISTRATION):
        return {one.pk: str(one) for one in User.objects.filter(pk__in=ours)}


def open_states() -> list[tuple[str, str]]:
    """The states that a filter offers."""
    return [(state.value, str(state.label)) for state in State if state in OPEN]
