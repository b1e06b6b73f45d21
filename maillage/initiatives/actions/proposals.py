"""Propose, prove, accept, refuse: a proposal never alters the fiche by itself."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import Conflict, DomainError
from maillage.core.files import only_with_commit
from maillage.core.proof import prove, row_to_prove
from maillage.initiatives import mails
from maillage.initiatives.actions.fiches import publish_new, save_initiative
from maillage.initiatives.actions.freshness import confirm_initiative
from maillage.initiatives.models import Initiative, Photo, Proposal
from maillage.initiatives.queries.freshness import answers_for
from maillage.initiatives.queries.values import Values, changed, values_of


class AlreadyAnswered(Conflict):
    """Another moderator was faster."""


class NothingProposed(DomainError):
    """A correction that corrects nothing."""


def _place_columns(proposal: Proposal, place: Values | None) -> None:
    place = place or {}
    proposal.commune_id = place.get("commune")
    proposal.departement_id = place.get("departement")
    proposal.region_id = place.get("region")


@transaction.atomic
def propose(
    *,
    values: Values,
    email: str,
    user_id: int | None,
    at: datetime,
    initiative: Initiative | None = None,
    message: str = "",
    photos: Iterable[Photo] = (),
    proven: bool = False,
) -> Proposal:
    """Keep a proposal: a new initiative, or with `initiative` a correction that keeps only the fields that change.

    Someone signed in (or whose address is `proven`) goes to the queue at once; else a link goes to `email` first.
    Raises NothingProposed.
    """
    photos = list(photos)
    if initiative is not None:
        before = values_of(initiative)
        values = {name: values[name] for name in changed(before, values)}
        if not values and not photos and not message.strip():
            raise NothingProposed(
                _("Vous n’avez rien changé. Corrigez au moins une information, ou écrivez un message.")
            )
    known = user_id is not None or proven
    proposal = Proposal(
        initiative=initiative,
        base_version=initiative.version if initiative else None,
        values=values,
        message=message.strip()[:1000],
        email=email,
        user_id=user_id,
        status=Proposal.Status.WAITING if known else Proposal.Status.UNPROVEN,
        proven_at=at if known else None,
        themes=values.get("themes") or (initiative.themes if initiative else []),
    )
    _place_columns(proposal, values_of(initiative)["place"] if initiative else values["place"])
    with for_purpose(Purpose.PROOF):
        proposal.save(force_insert=True)
        Proposal.objects.filter(pk=proposal.pk).update(created_at=at)
    for photo in photos:
        photo.proposal, photo.added_by_id = proposal, user_id
        only_with_commit(photo.file.storage, str(photo.file.name), str(photo.thumbnail.name))
        photo.save()
    if not known:
        mails.send_proof(proposal)
    return proposal


def proposal_to_prove(key: UUID, *, at: datetime) -> Proposal:
    """The proposal of a proof link, proven already or not. Raises ProofOver."""
    return row_to_prove(Proposal, key, at=at, over=_over())


def prove_proposal(*, key: UUID, at: datetime) -> Proposal:
    """Put the proposal in the moderators' queue. Proving twice changes nothing. Raises ProofOver."""
    return prove(Proposal, key, at=at, over=_over(), status=Proposal.Status.WAITING)


def _over() -> str:
    return _("Ce lien n’est plus valable : il dure 48 heures. Envoyez votre proposition une nouvelle fois.")


def hold_proposals(initiative_id: int) -> list[Proposal]:
    """The proposals about a fiche, locked. To be called before the fiche is locked: accepting takes them in this order."""
    rows = Proposal.objects.select_for_update(of=("self",)).filter(initiative=initiative_id)
    return list(rows.order_by("pk"))


def _waiting(proposal_id: int) -> Proposal:
    row = Proposal.objects.select_for_update(of=("self",)).filter(pk=proposal_id).first()
    if row is None or row.status != Proposal.Status.WAITING:
        raise AlreadyAnswered(_("Cette proposition est déjà traitée."))
    return row


def _answer(row: Proposal, status: str, *, moderator_id: int, reason: str, at: datetime) -> None:
    row.status, row.moderator_id, row.reason, row.answered_at = status, moderator_id, reason.strip(), at
    row.save(update_fields=["status", "moderator", "reason", "answered_at", "initiative"])


@transaction.atomic
def accept_proposal(
    *,
    proposal_id: int,
    moderator_id: int,
    at: datetime,
    values: Values | None = None,
    version: int | None = None,
    photo_ids: Iterable[int] | None = None,
    note: str = "",
) -> Initiative:
    """Publish what was proposed, or `values` when the moderator amends it; tell the author by mail.

    A correction is applied at `version` of the fiche (the one that the moderator read); one by who keeps the fiche confirms
    it. `photo_ids` limits which of its
    photos are published; the others go. Raises AlreadyAnswered, EditConflict.
    """
    row = _waiting(proposal_id)
    amended = values is not None and values != row.values
    chosen: Values = row.values if values is None else values
    if row.initiative_id is None:
        initiative = publish_new(values=chosen, owner_id=row.user_id, at=at)
        row.initiative = initiative
    else:
        present = Initiative.objects.only("version").get(pk=row.initiative_id).version
        initiative = save_initiative(
            initiative_id=row.initiative_id, version=present if version is None else version, values=chosen
        )
        if answers_for(initiative, row.email):
            # who keeps the fiche said what was to be corrected: it is up to date now
            initiative = confirm_initiative(initiative_id=initiative.pk, at=at)
    waiting = Photo.objects.filter(proposal=row, status=Photo.Status.PENDING)
    accepted = waiting if photo_ids is None else waiting.filter(pk__in=list(photo_ids))
    accepted.update(status=Photo.Status.PUBLISHED, initiative=initiative)
    _remove(Photo.objects.filter(proposal=row, status=Photo.Status.PENDING))
    _answer(row, Proposal.Status.ACCEPTED, moderator_id=moderator_id, reason=note, at=at)
    mails.send_accepted(row, initiative, amended=amended)
    return initiative


@transaction.atomic
def refuse_proposal(*, proposal_id: int, moderator_id: int, reason: str, at: datetime) -> Proposal:
    """Refuse, and send the reason to the author. Raises AlreadyAnswered."""
    row = _waiting(proposal_id)
    _remove(Photo.objects.filter(proposal=row))
    _answer(row, Proposal.Status.REFUSED, moderator_id=moderator_id, reason=reason, at=at)
    mails.send_refused(row)
    return row


def _remove(photos: Iterable[Photo]) -> None:
    for photo in photos:
        remove_photo(photo)


def remove_photo(photo: Photo) -> None:
    """Delete a photo's row, and its files once the transaction has committed."""
    names = [str(photo.file.name), str(photo.thumbnail.name)]
    storage = photo.file.storage
    photo.delete()

    def erase() -> None:
        for name in names:
            storage.delete(name)

    transaction.on_commit(erase)
