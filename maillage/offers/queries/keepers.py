"""Who answers for a service."""

from typing import Any

from django.db.models import DateField, F, Q, QuerySet
from django.db.models.functions import Coalesce

from maillage.accounts.models import User
from maillage.offers.models import Service
from maillage.organisations.models import Membership, Organisation


def kept_services() -> QuerySet[Any]:
    """The public services that somebody can be asked about, each with `known_on`, the day it was last known to be true.

    They have an owner, a manager of their structure or, when written here, an address.
    """
    managed = Membership.objects.filter(kind=Membership.Kind.MANAGER).values("organisation")
    return (
        Service.objects.filter(status=Service.Status.PUBLISHED, gone_on__isnull=True)
        .filter(
            Q(owner__isnull=False)
            | Q(structure__in=managed)
            | Q(origin="") & ~Q(courriel="")
        )
        .annotate(known_on=Coalesce(F("confirmed_on"), F("date_maj"), output_field=DateField()))
    )  # fmt: skip


def keeper_addresses(row: Service) -> list[str]:
    """The mail addresses of those who answer for a service: its owner, else its structure's managers, else its own address.

    The address of a service that comes from a file is not asked: its source keeps it. To be called for
    Purpose.FRESHNESS: accounts are hidden otherwise.
    """
    people = User.objects.filter(is_active=True)
    if row.owner_id and (email := people.filter(pk=row.owner_id).values_list("email", flat=True).first()):
        return [email]
    managers = Membership.objects.filter(organisation=row.structure_id, kind=Membership.Kind.MANAGER)
    found = list(
        people.filter(pk__in=managers.values("user_id")).order_by("pk").values_list("email", flat=True)
    )
    if found:
        return found
    return [row.courriel] if row.courriel and not row.origin else []


def services_of(user_id: int) -> QuerySet[Service]:
    """The services of the structures that a person belongs to, by structure and name, whatever their state."""
    mine = Membership.objects.filter(user_id=user_id).values("organisation")
    return (
        Service.objects.filter(structure__in=mine)
        .select_related("structure", "commune")
        .defer("description", "commune__contour", "commune__town_hall")
        .order_by("structure__name", "structure", "nom", "pk")
    )


def structures_of(user_id: int) -> QuerySet[Organisation]:
    """The structures that a person belongs to, by name."""
    return Organisation.objects.filter(memberships__user_id=user_id).order_by("name", "pk")
