"""Keep fiches fresh: ask at 12 months, mark at 15, withdraw at 24. The clock comes from outside; every step can run twice."""

from datetime import date, datetime

from django.core import signing
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import DomainError
from maillage.initiatives import mails
from maillage.initiatives.models import Initiative
from maillage.initiatives.queries.freshness import months_before, owner_addresses

ASK, ASK_AGAIN, DOUBT, WITHDRAW = 12, 14, 15, 24  # months since the fiche was confirmed
LINK_DAYS = 400  # until the fiche is withdrawn, and a little more
_SALT = "initiatives.freshness"
ANSWERS = ("confirm", "correct", "archive")


class LinkOver(DomainError):
    """The link of a freshness mail is not ours, or too old."""

    status = 410


def freshness_token(initiative_id: int) -> str:
    """The signed text of a freshness link: it names the fiche, never the person."""
    return signing.dumps(initiative_id, salt=_SALT)


def fiche_of_token(token: str) -> Initiative:
    """The fiche that a freshness link is about. Raises LinkOver."""
    try:
        number = signing.loads(token, salt=_SALT, max_age=LINK_DAYS * 86_400)
    except signing.BadSignature as error:
        raise LinkOver(
            _("Ce lien n’est plus valable. Ouvrez la fiche et proposez une correction.")
        ) from error
    found = Initiative.objects.filter(pk=number).first()
    if found is None:
        raise LinkOver(_("Cette fiche n’existe plus : elle a été supprimée ou fusionnée."))
    return found


@transaction.atomic
def confirm_initiative(*, initiative_id: int, at: datetime) -> Initiative:
    """Note that the fiche is up to date on the day of `at`: a draft, one to confirm or withdrawn is public from then on."""
    row = Initiative.objects.select_for_update(of=("self",)).get(pk=initiative_id)
    row.confirmed_on, row.reminded_on = at.date(), None
    if row.status != Initiative.Status.PUBLISHED:
        row.status, row.published_at = Initiative.Status.PUBLISHED, row.published_at or at
    row.save(update_fields=["confirmed_on", "reminded_on", "status", "published_at"])
    return row


@transaction.atomic
def archive_by_link(*, initiative_id: int) -> Initiative:
    """Withdraw the fiche, as its owner asks; it can be restored."""
    row = Initiative.objects.select_for_update(of=("self",)).get(pk=initiative_id)
    if row.status != Initiative.Status.ARCHIVED:
        row.status = Initiative.Status.ARCHIVED
        row.save(update_fields=["status"])
    return row


@transaction.atomic
def keep_fresh(*, today: date) -> dict[str, int]:
    """Do what the day asks: {"withdrawn", "doubted", "asked", "asked_again"}, how many fiches each. Twice a day does it once."""
    done = dict.fromkeys(("withdrawn", "doubted", "asked", "asked_again"), 0)
    public = [Initiative.Status.PUBLISHED, Initiative.Status.TO_CONFIRM]
    fiches = Initiative.objects.select_for_update(of=("self",), skip_locked=True).order_by("pk")
    for row in fiches.filter(status__in=public, confirmed_on__lte=months_before(today, WITHDRAW)):
        row.status = Initiative.Status.ARCHIVED
        row.save(update_fields=["status"])
        _tell(row, "withdrawn")
        done["withdrawn"] += 1
    for row in fiches.filter(
        status=Initiative.Status.PUBLISHED, confirmed_on__lte=months_before(today, DOUBT)
    ):
        row.status = Initiative.Status.TO_CONFIRM
        row.save(update_fields=["status"])
        done["doubted"] += 1
    never_asked = Q(reminded_on__isnull=True) | Q(reminded_on__lt=F("confirmed_on"))
    for row in fiches.filter(never_asked, status__in=public, confirmed_on__lte=months_before(today, ASK)):
        row.reminded_on = today
        row.save(update_fields=["reminded_on"])
        _tell(row, "freshness")
        done["asked"] += 1
    return done | {"asked_again": _ask_again(today)}


def _ask_again(today: date) -> int:
    """One reminder, two months after the question (and never in the same run): `reminded_on` then lies past month 14."""
    public = [Initiative.Status.PUBLISHED, Initiative.Status.TO_CONFIRM]
    count = 0
    rows = Initiative.objects.select_for_update(of=("self",), skip_locked=True).filter(
        status__in=public,
        confirmed_on__lte=months_before(today, ASK_AGAIN),
        reminded_on__gte=F("confirmed_on"),
        reminded_on__lte=months_before(today, ASK_AGAIN - ASK),
    )
    for row in rows.order_by("pk"):
        if not row.confirmed_on or not row.reminded_on:
            continue
        if months_before(row.reminded_on, ASK_AGAIN) >= row.confirmed_on:
            continue  # reminded already
        row.reminded_on = today
        row.save(update_fields=["reminded_on"])
        _tell(row, "freshness")
        count += 1
    return count


def _tell(row: Initiative, template: str) -> None:
    with for_purpose(Purpose.FRESHNESS):
        addresses = owner_addresses(row)
    token = freshness_token(row.pk)
    for to in addresses:
        mails.send_freshness(row, to, template, {a: mails.address("freshness", a, token) for a in ANSWERS})
