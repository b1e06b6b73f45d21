"""Forget people whose journey stopped long ago: they are warned first, and what is counted of them stays."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core import sms
from maillage.core.acting import Purpose, acting_as, for_purpose
from maillage.core.errors import DomainError
from maillage.journeys.actions.people import erase_person
from maillage.journeys.mails.retention import send_warning
from maillage.journeys.models import Person
from maillage.journeys.queries import retention

log = structlog.get_logger()
SALT = "journeys.keep"
LINK_LASTS = timedelta(days=120)


class KeepLinkOver(DomainError):
    """The link to keep one's file is not ours, is too old, or the file is gone."""


def purge(at: datetime, *, dry_run: bool = False) -> dict[str, int]:
    """Warn and forget whom it is time to: {"warned", "purged", "unreachable"}, how many people each.

    Whoever was not active for settings.JOURNEYS_RETENTION_DAYS and was warned 30 days ago, or more, is forgotten: a run
    that was missed is caught up, and nobody goes without a warning. « unreachable »: those whom this instance cannot
    write to, who wait for someone to call them. Opens a transaction a person; with `dry_run` writes nothing.
    """
    done = {"warned": 0, "purged": 0, "unreachable": 0}
    for name, numbers, act in (
        ("purged", retention.to_forget, _forget),
        ("warned", retention.to_warn, _warn),
    ):
        with acting_as(None, purpose=Purpose.RETENTION, read_only=True):
            found = list(numbers(at))
        for number in found:
            with acting_as(None, purpose=Purpose.RETENTION):
                person = Person.objects.select_for_update(of=("self",)).filter(pk=number).first()
                # what was true when the list was made may not be any more
                if person is None or not numbers(at).filter(pk=number).exists():
                    continue
                if name == "warned" and not _is_reachable(person):
                    done["unreachable"] += 1
                    continue
                done[name] += 1
                if not dry_run:
                    act(person, at)
    log.info("journeys.purge", dry_run=dry_run, **done)
    return done


def keep_link(person: Person) -> str:
    """The address of the page where someone keeps their file going; it names the file, and nobody."""
    token = signing.dumps(person.pk, salt=SALT)
    return f"{settings.BASE_URL.rstrip('/')}/garder-mon-dossier/{token}/"


@transaction.atomic
def keep_going(token: str, at: datetime) -> None:
    """The person wants their file kept: they are active again as of now. Raises KeepLinkOver."""
    number = person_of(token)
    with for_purpose(Purpose.RETENTION):
        kept = Person.objects.filter(pk=number).update(last_activity_at=at, warned_at=None)
    if not kept:
        raise KeepLinkOver(_("Ce dossier n’existe plus."))
    log.info("person.kept", person=number)


def person_of(token: str) -> int:
    """The number of the file that a link names. Raises KeepLinkOver."""
    try:
        return int(signing.loads(token, salt=SALT, max_age=LINK_LASTS))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise KeepLinkOver(
            _("Ce lien ne sert plus. Passez par « Mon parcours » pour garder votre dossier.")
        ) from error


def _is_reachable(person: Person) -> bool:
    return bool(person.email) or (bool(person.phone) and sms.is_offered())


def _warn(person: Person, at: datetime) -> None:
    send_warning(person, keep_link(person), at=at)
    Person.objects.filter(pk=person.pk).update(warned_at=at)


def _forget(person: Person, at: datetime) -> None:
    erase_person(person.pk, at)
