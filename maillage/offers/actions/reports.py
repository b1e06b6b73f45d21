"""Errors that readers report, without an account; their answers; what is forgotten."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import DomainError
from maillage.core.keys import hash_of
from maillage.offers.mails import keeping as mails
from maillage.offers.models import ErrorReport, LinkCheck, Service
from maillage.offers.queries.keepers import keeper_addresses

COMPLETED_WITHIN = timedelta(hours=2)  # whoever has the page of a report may add words to it
EMAIL_KEPT = timedelta(days=90)  # after the answer
UNANSWERED_KEPT = timedelta(days=365)
CHECKS_KEPT = timedelta(days=60)


class ReportOver(DomainError):
    """The report cannot be completed any more: too late, answered already, or not ours."""


@transaction.atomic
def report_error(*, service: Service, kind: str) -> UUID:
    """Note an error of one kind in a public service; the key lets its author add words. Keepers are told by a mail."""
    with for_purpose(Purpose.PROOF):
        report = ErrorReport.objects.create(service=service, kind=kind)
    with for_purpose(Purpose.FRESHNESS):
        addresses = keeper_addresses(service)
    for to in addresses:
        mails.send_reported(report, to)
    return report.key


def report_to_complete(key: UUID, *, at: datetime) -> ErrorReport:
    """The report to which its author may still add words. Raises ReportOver."""
    with for_purpose(Purpose.PROOF):
        found = ErrorReport.objects.select_related("service").filter(key_hash=hash_of(key)).first()
    if (
        found is None
        or found.status != ErrorReport.Status.WAITING
        or at - found.created_at > COMPLETED_WITHIN
    ):
        raise ReportOver(_("Ce signalement est bien reçu ; il ne peut plus être complété."))
    return found


@transaction.atomic
def complete_report(*, key: UUID, message: str, email: str, at: datetime) -> ErrorReport:
    """Add words and an address to answer to. Raises ReportOver."""
    found = report_to_complete(key, at=at)
    with for_purpose(Purpose.PROOF):
        ErrorReport.objects.filter(pk=found.pk).update(message=message, email=email)
    return found


@transaction.atomic
def answer_report(*, report_id: int, status: str, answer: str, user_id: int, at: datetime) -> ErrorReport:
    """Close a report as fixed or refused, and answer its author when an address was left. Twice answers once."""
    row = ErrorReport.objects.select_for_update(of=("self",)).select_related("service").get(pk=report_id)
    if row.status != ErrorReport.Status.WAITING:
        return row
    row.status, row.answer, row.moderator_id, row.answered_at = status, answer, user_id, at
    row.save(update_fields=["status", "answer", "moderator", "answered_at"])
    mails.send_answer(row, row.email)
    return row


@transaction.atomic
def forget(*, at: datetime) -> dict[str, int]:
    """Empty or delete what is past its time: {"emails", "reports"}. For Purpose.ADMINISTRATION."""
    emails = (
        ErrorReport.objects.filter(answered_at__lte=at - EMAIL_KEPT)
        .exclude(email="", message="")
        .update(email="", message="")
    )
    reports, _detail = ErrorReport.objects.filter(
        status=ErrorReport.Status.WAITING, created_at__lte=at - UNANSWERED_KEPT
    ).delete()
    LinkCheck.objects.filter(checked_at__lte=at - CHECKS_KEPT).delete()
    return {"emails": emails, "reports": reports}
