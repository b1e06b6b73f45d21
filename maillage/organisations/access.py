"""Who may change an organisation, run a banner, answer its calls."""

from collections.abc import Iterable, Iterator

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from maillage.accounts.access import MODERATING, is_network_administrator, scopes
from maillage.accounts.models import Role, User
from maillage.organisations.models import Banner, Claim, Duty, Membership, Organisation
from maillage.territories.models import Commune, Epci, Qpv

Someone = User | AnonymousUser


def organisation_to_read(slug: str) -> Organisation:
    """The organisation; public. Http404 when there is none."""
    found = (
        Organisation.objects.select_related("commune__departement")
        .defer("commune__contour")
        .filter(slug=slug)
        .first()
    )
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


def who_answers_calls(user: Someone) -> User:
    """`user`, if they are on a rota or run the network; PermissionDenied otherwise. Which calls they see is row security's."""
    if not isinstance(user, User) or not user.is_active:
        raise PermissionDenied
    if Duty.objects.filter(user=user).exists() or is_network_administrator(user):
        return user
    raise PermissionDenied


def may_run(user: Someone, banner: Banner) -> bool:
    """Whether `user` runs a banner: an animator of each of its zones, or the network's administration."""
    return may_run_zones(user, banner.zones)


def may_run_zones(user: Someone, zones: Iterable[str]) -> bool:
    """Whether `user` animates every one of these EPCI, communes and QPV, or the whole network."""
    scope = scopes(user, Role.Kind.ANIMATOR, Role.Kind.NETWORK)
    if scope.everywhere:
        return True
    codes = list(zones)
    return bool(scope) and bool(codes) and all(scope.includes(around) for around in around_each(codes))


def banner_to_run(user: Someone, slug: str) -> Banner:
    """The banner, published or not, if `user` runs it; Http404 otherwise, for it may not be public."""
    found = Banner.objects.filter(slug=slug).first()
    if found is None or not may_run(user, found):
        raise Http404
    return found


def banners_to_run(user: Someone) -> list[Banner]:
    """The banners that `user` runs, by name, published or not."""
    return [banner for banner in Banner.objects.order_by("name", "pk") if may_run(user, banner)]


def who_opens_banners(user: Someone) -> User:
    """`user`, if they animate some territory or run the network; PermissionDenied otherwise."""
    if not isinstance(user, User) or not scopes(user, Role.Kind.ANIMATOR, Role.Kind.NETWORK):
        raise PermissionDenied
    return user


def around_each(codes: list[str]) -> Iterator[set[tuple[str, str]]]:
    """For each code of an EPCI, a commune or a QPV, the (kind, code) pairs of what holds it whole, itself included.

    A code that we do not know is held by nothing.
    """
    communes = Commune.objects.filter(pk__in=codes).values_list(
        "pk", "parent_id", "epci_id", "departement_id", "departement__region_id"
    )
    qpv = Qpv.objects.filter(code__in=codes).values_list(
        "code", "commune_id", "commune__epci_id", "commune__departement_id", "commune__departement__region_id"
    )
    places = {
        code: _pairs(
            ("commune", code), ("commune", parent), ("epci", epci), ("departement", d), ("region", r)
        )
        for code, parent, epci, d, r in communes
    }
    places |= {
        code: _pairs(("commune", c), ("epci", epci), ("departement", d), ("region", r))
        for code, c, epci, d, r in qpv
    }
    for code in Epci.objects.filter(pk__in=codes).values_list("pk", flat=True):
        members = Commune.objects.filter(epci=code)
        departements = set(members.values_list("departement_id", flat=True))
        regions = set(members.values_list("departement__region_id", flat=True))
        places[code] = _pairs(
            ("epci", code),
            ("departement", departements.pop() if len(departements) == 1 else None),
            ("region", regions.pop() if len(regions) == 1 else None),
        )
    yield from (places.get(code, set()) for code in codes)


def _pairs(*pairs: tuple[str, str | None]) -> set[tuple[str, str]]:
    return {(kind, code) for kind, code in pairs if code}


def territories_of(organisation: Organisation) -> set[tuple[str, str]]:
    """The (kind, code) pairs of the territories where a structure lies, else of those that it covers."""
    place = organisation.commune
    if place is None:
        return {
            (kind, code)
            for kind, colon, code in (zone.partition(":") for zone in organisation.zones)
            if colon
        }
    return _pairs(
        ("commune", place.pk),
        ("commune", place.parent_id),
        ("epci", place.epci_id),
        ("departement", place.departement_id),
        ("region", place.departement.region_id if place.departement else None),
    )


def may_verify(user: Someone, organisation: Organisation) -> bool:
    """Whether `user` moderates or animates where the structure lies."""
    scope = scopes(user, *MODERATING)
    return bool(scope) and scope.includes(territories_of(organisation))


def organisation_to_verify(user: Someone, slug: str) -> Organisation:
    """The structure, if `user` moderates where it lies; PermissionDenied otherwise, for its page is public."""
    found = organisation_to_read(slug)
    if not may_verify(user, found):
        raise PermissionDenied
    return found


def organisation_with_history(user: Someone, slug: str) -> Organisation:
    """The structure, if `user` manages it or moderates where it lies; PermissionDenied otherwise."""
    found = organisation_to_read(slug)
    if not (may_manage(user, found) or may_verify(user, found)):
        raise PermissionDenied
    return found


def who_moderates(user: Someone) -> User:
    """`user`, if they moderate somewhere; PermissionDenied otherwise."""
    if not isinstance(user, User) or not scopes(user, *MODERATING):
        raise PermissionDenied
    return user


def claim_to_answer(user: Someone, claim_id: int) -> Claim:
    """The claim, if `user` moderates where its structure lies and did not make it; Http404 otherwise."""
    found = Claim.objects.select_related("organisation__commune__departement").filter(pk=claim_id).first()
    if found is None or found.user_id == user.pk or not may_verify(user, found.organisation):
        raise Http404
    return found
