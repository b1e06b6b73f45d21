"""Who may see or change which service: one function a right, one condition a line."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404

from maillage.accounts.access import MODERATING, Scopes, scopes
from maillage.accounts.models import User
from maillage.offers.models import ErrorReport, Service
from maillage.organisations.models import Membership, Organisation

Someone = User | AnonymousUser
Territories = set[tuple[str, str]]


def is_public(service: Service) -> bool:
    """Whether everyone may read it: published, and still at its source."""
    return service.status == Service.Status.PUBLISHED and service.gone_on is None


def territories_of(service: Service) -> Territories:
    """The (kind, code) pairs of the territories in which a service lies, or its structure when it has no place."""
    commune = service.commune or service.structure.commune
    if commune is None:
        return set()
    found = {
        ("commune", commune.pk),
        ("commune", commune.parent_id),
        ("epci", commune.epci_id),
        ("departement", commune.departement_id),
    }
    if commune.departement:
        found.add(("region", commune.departement.region_id))
    return {(kind, code) for kind, code in found if code}


def within(scope: Scopes, prefix: str = "") -> Q:
    """The same rule as `territories_of`, as a condition on services (`prefix`: the path to them)."""
    if scope.everywhere:
        return Q()
    communes, epci, departements, regions = (
        scope.codes(kind) for kind in ("commune", "epci", "departement", "region")
    )

    def lies(path: str) -> Q:
        return (
            Q(**{f"{path}__in": communes})
            | Q(**{f"{path}__parent__in": communes})
            | Q(**{f"{path}__epci__in": epci})
            | Q(**{f"{path}__departement__in": departements})
            | Q(**{f"{path}__departement__region__in": regions})
        )

    own = f"{prefix}commune"
    return lies(own) | (Q(**{f"{own}__isnull": True}) & lies(f"{prefix}structure__commune"))


def is_member(user: Someone, organisation_id: int) -> bool:
    """Whether `user` belongs to the structure."""
    if not user.is_authenticated or not user.is_active:
        return False
    return Membership.objects.filter(organisation=organisation_id, user_id=user.pk).exists()


def may_moderate(user: Someone, service: Service) -> bool:
    """Whether `user` moderates where the service lies."""
    scope = scopes(user, *MODERATING)
    return bool(scope) and scope.includes(territories_of(service))


def may_edit(user: Someone, service: Service) -> bool:
    """Whether `user` may change the service: a member of its structure, or a moderator of the place."""
    return is_member(user, service.structure_id) or may_moderate(user, service)


def _service(slug: str) -> Service:
    found = (
        Service.objects.select_related("structure__commune__departement", "commune__departement")
        .defer("commune__contour", "structure__commune__contour")
        .filter(slug=slug)
        .first()
    )
    if found is None:
        raise Http404
    return found


def service_to_edit(user: Someone, slug: str) -> Service:
    """The service, if `user` may change it. Http404 when it is not theirs to know, PermissionDenied when it is public."""
    found = _service(slug)
    if may_edit(user, found):
        return found
    if is_public(found):
        raise PermissionDenied
    raise Http404


def service_to_report(slug: str) -> Service:
    """The public service, in which anyone may report an error; Http404 otherwise."""
    found = _service(slug)
    if not is_public(found):
        raise Http404
    return found


def structure_to_offer_for(user: Someone, slug: str) -> Organisation:
    """The structure, if `user` may write services in its name; PermissionDenied otherwise, for its page is public."""
    found = Organisation.objects.select_related("commune__departement").filter(slug=slug).first()
    if found is None:
        raise Http404
    if is_member(user, found.pk):
        return found
    scope = scopes(user, *MODERATING)
    if scope and scope.includes(territories_of(Service(structure=found))):
        return found
    raise PermissionDenied


def moderation_scope(user: Someone) -> Scopes:
    """Where `user` moderates; PermissionDenied when nowhere."""
    scope = scopes(user, *MODERATING)
    if not scope:
        raise PermissionDenied
    return scope


def report_to_answer(user: Someone, report_id: int) -> ErrorReport:
    """The report, if `user` may change its service; Http404 otherwise, so that its existence does not leak."""
    found = (
        ErrorReport.objects.select_related("service__structure__commune", "service__commune__departement")
        .filter(pk=report_id)
        .first()
    )
    if found is None or not may_edit(user, found.service):
        raise Http404
    return found
