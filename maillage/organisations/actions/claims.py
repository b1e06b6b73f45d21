"""« C’est ma structure »: asked, proven by the structure's own mail domain or answered by a moderator; verified."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from maillage.core import proof
from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import Conflict, DomainError
from maillage.organisations import mails
from maillage.organisations.domains import is_of_structure
from maillage.organisations.models import Claim, Membership, Organisation

log = structlog.get_logger()
KEPT_AFTER_ANSWER = timedelta(days=365)
UNPROVEN_KEPT = timedelta(days=7)


class ClaimOpen(Conflict):
    """The person asked already."""


class AlreadyMember(Conflict):
    """The person belongs to the structure already."""


class ClaimAnswered(Conflict):
    """Another moderator was faster."""


class ReasonMissing(DomainError):
    """A refusal says why."""


@transaction.atomic
def claim_organisation(*, organisation: Organisation, user_id: int, email: str, message: str) -> Claim:
    """Keep that `user_id` speaks for a structure. An address of its own domain gets a link to prove; others wait for a moderator.

    Raises AlreadyMember, ClaimOpen.
    """
    if Membership.objects.filter(organisation=organisation, user_id=user_id).exists():
        raise AlreadyMember(_("Vous êtes déjà membre de cette structure."))
    by_mail = is_of_structure(email, organisation.website, organisation.courriel)
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                organisation=organisation,
                user_id=user_id,
                email=email if by_mail else "",
                message=message,
                status=Claim.Status.UNPROVEN if by_mail else Claim.Status.WAITING,
            )
    except IntegrityError as error:
        raise ClaimOpen(_("Vous avez déjà fait cette demande : elle attend une réponse.")) from error
    if by_mail:
        mails.send_claim_proof(claim, email)
    log.info("claim.asked", organisation=organisation.pk, by=user_id, by_mail=by_mail)
    return claim


@transaction.atomic
def prove_claim(*, key: UUID, user_id: int, at: datetime) -> Claim:
    """The link of the mail, opened by who asked: they manage the structure at once when nobody does; else a moderator answers.

    Raises core.proof.ProofOver; another person's link is unknown to them.
    """
    over = _("Ce lien n’est plus valable, ou n’est pas pour ce compte. Refaites la demande.")
    claim = proof.row_to_prove(Claim, key, at=at, over=over)
    if claim.user_id != user_id:
        raise proof.ProofOver(over)
    if claim.status != Claim.Status.UNPROVEN:
        return claim
    Organisation.objects.select_for_update(of=("self",)).get(pk=claim.organisation_id)
    managed = Membership.objects.filter(organisation=claim.organisation_id, kind=Membership.Kind.MANAGER)
    claim = proof.prove(Claim, key, at=at, over=over, status=Claim.Status.WAITING)
    return claim if managed.exists() else _accepted(claim, at=at, moderator_id=None)


@transaction.atomic
def answer_claim(*, claim_id: int, accept: bool, reason: str, moderator_id: int, at: datetime) -> Claim:
    """Give the person the place of a manager, or say why not; they are told. Raises ClaimAnswered, ReasonMissing."""
    claim = Claim.objects.select_for_update(of=("self",)).get(pk=claim_id)
    if claim.status not in {Claim.Status.WAITING, Claim.Status.UNPROVEN}:
        raise ClaimAnswered(_("Cette demande a déjà sa réponse."))
    if accept:
        return _accepted(claim, at=at, moderator_id=moderator_id)
    if not reason.strip():
        raise ReasonMissing(_("Dites en une phrase pourquoi, et ce que la personne peut faire."))
    _answer(claim, Claim.Status.REFUSED, at=at, moderator_id=moderator_id, reason=reason.strip())
    return claim


@transaction.atomic
def verify_organisation(
    *, organisation: Organisation, verified: bool, user_id: int, at: datetime
) -> Organisation:
    """Put the « vérifiée » badge on a structure, or take it off."""
    row = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    row.verified_at, row.verified_by_id = (at, user_id) if verified else (None, None)
    row.save(update_fields=["verified_at", "verified_by"])
    log.info(
        "organisation.verified" if verified else "organisation.unverified", organisation=row.pk, by=user_id
    )
    return row


@transaction.atomic
def forget_claims(*, at: datetime) -> int:
    """Delete the claims never proven in a week, and those answered a year ago; gives how many. Under ADMINISTRATION."""
    unproven, _by = Claim.objects.filter(
        status=Claim.Status.UNPROVEN, created_at__lt=at - UNPROVEN_KEPT
    ).delete()
    old, _by = Claim.objects.filter(answered_at__lt=at - KEPT_AFTER_ANSWER).delete()
    return unproven + old


def _accepted(claim: Claim, *, at: datetime, moderator_id: int | None) -> Claim:
    place, _made = Membership.objects.get_or_create(
        organisation=claim.organisation, user_id=claim.user_id, defaults={"kind": Membership.Kind.MANAGER}
    )
    if place.kind != Membership.Kind.MANAGER:
        place.kind = Membership.Kind.MANAGER
        place.save(update_fields=["kind"])
    _answer(claim, Claim.Status.ACCEPTED, at=at, moderator_id=moderator_id)
    return claim


def _answer(claim: Claim, status: str, *, at: datetime, moderator_id: int | None, reason: str = "") -> None:
    claim.status, claim.answered_at, claim.moderator_id = status, at, moderator_id
    claim.reason, claim.email = reason, ""
    with for_purpose(Purpose.PROOF):
        claim.save(update_fields=["status", "answered_at", "moderator", "reason", "email"])
    mails.send_claim_answer(claim)
    log.info("claim.answered", claim=claim.pk, status=status, by=moderator_id)
