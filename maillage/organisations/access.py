"""Who may change an organisation."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from maillage.accounts.access import is_network_administrator
from maillage.accounts.models import User
from maillage.organisations.models import Membership, Organisation

Someone = User | AnonymousUser


def organisation_to_read(slug: str) -> Organisation:
    """The organisation; public. Http404 when there is none."""
    found = Organisation.objects.select_related("commune").filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def may_manage(user: Someone, organisation: Organisation) -> bool:
    """Whether `user` manages it: one of its managers, or the network's administration."""
    if not user.is_authenticated or not user.is_active:
        return False
    if Membership.objects.filter(
        organisation=organisation, user_id=user.pk, kind=Membership.Kind.MANAGER
    ).exists():
        return True
    return is_network_administrator(user)


def organisation_to_manage(user: Someone, slug: str) -> Organisation:
    """The organisation, if `user` manages it; PermissionDenied otherwise, for its page is public."""
    found = organisation_to_read(slug)
    if not may_manage(user, found):
        raise PermissionDenied
    return found
