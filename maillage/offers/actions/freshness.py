"""Keep services fresh: ask at 6 months, again at 8, withdraw at 12 (offers.freshness). Every step can run twice."""

from datetime import date, datetime

from django.core import signing
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import DomainError
from maillage.offers.actions.services import confirm_service, withdraw_service
from maillage.offers.freshness import ASK, ASK_AGAIN, WITHDRAW, months_before
from maillage.offers.mails import keeping as mails
from maillage.offers.models import Service
from maillage.offers.queries.keepers import keeper_addresses, kept_services

LINK_DAYS = 400  # until the service is withdrawn, and a little more
_SALT = "offers.freshness"
ANSWERS = ("confirmer", "retirer")


class LinkOver(DomainError):
    """The link of a freshness mail is not ours, or too old."""


def freshness_token(service_id: int) -> str:
    """The signed text of a freshness link: it names the service, never the person."""
    return signing.dumps(service_id, salt=_SALT)


def service_of_token(token: str) -> Service:
    """The service that a freshness link is about. Raises LinkOver."""
    try:
        number = signing.loads(token, salt=_SALT, max_age=LINK_DAYS * 86_400)
    except signing.BadSignature as error:
        raise LinkOver(
            _("Ce lien n’est plus valable. Ouvrez la page du service et signalez ce qui a changé.")
        ) from error
    found = Service.objects.select_related("structure").filter(pk=number).first()
    if found is None:
        raise LinkOver(_("Ce service n’existe plus."))
    return found


def answer_link(*, service: Service, what: str, at: datetime) -> Service:
    """Do what the link of a freshness mail asks: « confirmer » or « retirer »."""
    if what == "confirmer":
        return confirm_service(service_id=service.pk, at=at)
    return withdraw_service(service_id=service.pk)


@transaction.atomic
def keep_fresh(*, today: date) -> dict[str, int]:
    """Do what the day asks: {"withdrawn", "asked", "asked_again"}, how many services each. Twice a day does it once."""
    done = dict.fromkeys(("withdrawn", "asked", "asked_again"), 0)
    kept = kept_services().select_for_update(of=("self",), skip_locked=True).order_by("pk")
    # what comes from a file leaves with its source only
    for row in Service.objects.select_for_update(of=("self",), skip_locked=True).filter(
        origin="", status=Service.Status.PUBLISHED, confirmed_on__lte=months_before(today, WITHDRAW)
    ):
        row.status = Service.Status.WITHDRAWN
        row.save(update_fields=["status"])
        _tell(row, "withdrawn")
        done["withdrawn"] += 1
    never_asked = Q(reminded_on__isnull=True) | Q(reminded_on__lt=F("known_on"))
    for row in kept.filter(never_asked, known_on__lte=months_before(today, ASK)):
        _ask(row, today)
        done["asked"] += 1
    # once more two months after the question, never in the same run: `reminded_on` then lies past month 8
    again = kept.filter(
        known_on__lte=months_before(today, ASK_AGAIN),
        reminded_on__gte=F("known_on"),
        reminded_on__lte=months_before(today, ASK_AGAIN - ASK),
    )
    for row in again:
        if row.reminded_on and months_before(row.reminded_on, ASK_AGAIN) < row.known_on:
            _ask(row, today)
            done["asked_again"] += 1
    return done


def _ask(row: Service, today: date) -> None:
    row.reminded_on = today
    row.save(update_fields=["reminded_on"])
    _tell(row, "freshness")


def _tell(row: Service, template: str) -> None:
    with for_purpose(Purpose.FRESHNESS):
        addresses = keeper_addresses(row)
    token = freshness_token(row.pk)
    links = {what: mails.address("fresh", what, token) for what in ANSWERS}
    for to in addresses:
        mails.send_freshness(row, to, template, links)
