"""Who may see or change what: one function a right, one condition a line."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404

from maillage.accounts.access import MODERATING, Scopes, is_moderator, scopes
from maillage.accounts.models import Role, User
from maillage.initiatives.models import Initiative, Photo, Proposal
from maillage.organisations.models import Membership

Someone = User | AnonymousUser
Territories = set[tuple[str, str]]
PUBLIC = (Initiative.Status.PUBLISHED, Initiative.Status.TO_CONFIRM)


def territories_of(thing: Initiative | Proposal) -> Territories:
    """The (kind, code) pairs of the territories in which an initiative or a proposal lies; none when it is national."""
    found = {
        ("commune", thing.commune_id),
        ("departement", thing.departement_id),
        ("region", thing.region_id),
    }
    if commune := thing.commune:
        found |= {("commune", commune.parent_id), ("epci", commune.epci_id)}
        found.add(("departement", commune.departement_id))
        if commune.departement:
            found.add(("region", commune.departement.region_id))
    return {(kind, code) for kind, code in found if code}


def within(scope: Scopes) -> Q:
    """The same rule as `territories_of`, as a condition on initiatives or proposals."""
    if scope.everywhere:
        return Q()
    communes, departements, regions = (scope.codes(kind) for kind in ("commune", "departement", "region"))
    return (
        Q(commune__in=communes)
        | Q(commune__parent__in=communes)
        | Q(commune__epci__in=scope.codes("epci"))
        | Q(commune__departement__in=departements)
        | Q(commune__departement__region__in=regions)
        | Q(departement__in=departements)
        | Q(region__in=regions)
    )


def may_moderate(user: Someone, thing: Initiative | Proposal) -> bool:
    """Whether `user` moderates where `thing` lies."""
    scope = scopes(user, *MODERATING)
    return bool(scope) and scope.includes(territories_of(thing))


def may_edit(user: Someone, initiative: Initiative) -> bool:
    """Whether `user` may change `initiative` at once, without a proposal."""
    if not user.is_authenticated or not user.is_active:
        return False
    if initiative.owner_id == user.pk and scopes(user, Role.Kind.CONTRIBUTOR):
        return True
    if (
        initiative.carrier_id
        and Membership.objects.filter(organisation=initiative.carrier_id, user_id=user.pk).exists()
    ):
        return True
    return may_moderate(user, initiative)


def may_see(user: Someone, initiative: Initiative) -> bool:
    """Whether `user` may read `initiative`: everyone when it is public, else those who may change it."""
    return initiative.status in PUBLIC or may_edit(user, initiative)


def _initiative(**named: Any) -> Initiative:
    found = (
        Initiative.objects.select_related("commune__departement", "carrier", "qpv").filter(**named).first()
    )
    if found is None:
        raise Http404
    return found


def initiative_to_correct(slug: str) -> Initiative:
    """The public initiative for which anyone may propose a correction; Http404 otherwise."""
    found = _initiative(slug=slug)
    if found.status not in PUBLIC:
        raise Http404
    return found


def initiative_to_edit(user: Someone, slug: str = "", *, key: int | None = None) -> Initiative:
    """The initiative of this address, or of this `key`, if `user` may change it.

    Http404 when it is not theirs to know, PermissionDenied when it is public.
    """
    found = _initiative(slug=slug) if key is None else _initiative(pk=key)
    if may_edit(user, found):
        return found
    if found.status in PUBLIC:
        raise PermissionDenied
    raise Http404


def initiative_to_moderate(user: Someone, slug: str) -> Initiative:
    """The initiative, if `user` moderates where it lies: to merge, delete, restore it or read its versions."""
    found = _initiative(slug=slug)
    if not may_moderate(user, found):
        raise PermissionDenied if found.status in PUBLIC else Http404
    return found


def moderation_scope(user: Someone) -> Scopes:
    """Where `user` moderates; PermissionDenied when nowhere."""
    scope = scopes(user, *MODERATING)
    if not scope:
        raise PermissionDenied
    return scope


def proposal_to_answer(user: Someone, proposal_id: int) -> Proposal:
    """The proven proposal, if `user` moderates where it lies; Http404 otherwise, so that its existence does not leak."""
    found = (
        Proposal.objects.select_related("initiative", "commune__departement")
        .exclude(status=Proposal.Status.UNPROVEN)
        .filter(pk=proposal_id)
        .first()
    )
    if found is None or not may_moderate(user, found):
        raise Http404
    return found


def own_proposal(user: Someone, proposal_id: int) -> Proposal:
    """What `user` proposed while signed in; Http404 otherwise."""
    found = Proposal.objects.select_related("initiative").filter(pk=proposal_id).first()
    if found is None:
        raise Http404
    if found.user_id is None or found.user_id != user.pk:
        raise Http404
    return found


def photo_to_answer(user: Someone, photo_id: int) -> Photo:
    """The photo, if `user` moderates the initiative or the proposal that it came with; Http404 otherwise."""
    found = Photo.objects.select_related("initiative", "proposal").filter(pk=photo_id).first()
    if found is None or not may_moderate_photo(user, found):
        raise Http404
    return found


def may_moderate_photo(user: Someone, photo: Photo) -> bool:
    """Whether `user` moderates where the photo's initiative, or proposal, lies."""
    place = photo.initiative or photo.proposal
    return may_moderate(user, place) if place is not None else is_moderator(user)


def may_see_photo(user: Someone, photo: Photo) -> bool:
    """Whether the file may be sent: to all once the photo and its fiche are public; before, to moderators and editors."""
    if (
        photo.status == Photo.Status.PUBLISHED
        and photo.initiative is not None
        and photo.initiative.status in PUBLIC
    ):
        return True
    if photo.initiative is not None and may_edit(user, photo.initiative):
        return True
    return user.is_authenticated and may_moderate_photo(user, photo)


def roles_shown(user: Someone) -> Iterable[str]:
    """The kinds of roles that `user` holds somewhere."""
    if not user.is_authenticated:
        return ()
    return Role.objects.filter(user_id=user.pk).values_list("kind", flat=True).distinct()
