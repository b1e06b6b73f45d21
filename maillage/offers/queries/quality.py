"""What moderators and keepers have before them: findings, and the errors that readers report."""

from django.db.models import Count, Q, QuerySet

from maillage.accounts.access import Scopes
from maillage.offers.access import within
from maillage.offers.models import ErrorReport, Finding
from maillage.organisations.models import Membership


def _findings(scope: Scopes) -> QuerySet[Finding]:
    if scope.everywhere:
        return Finding.objects.all()
    return Finding.objects.filter(within(scope, "service__") | _structures_within(scope))


def _structures_within(scope: Scopes) -> Q:
    path = "organisation__commune"
    return (
        Q(**{f"{path}__in": scope.codes("commune")})
        | Q(**{f"{path}__parent__in": scope.codes("commune")})
        | Q(**{f"{path}__epci__in": scope.codes("epci")})
        | Q(**{f"{path}__departement__in": scope.codes("departement")})
        | Q(**{f"{path}__departement__region__in": scope.codes("region")})
    )


def finding_counts(scope: Scopes) -> dict[str, int]:
    """How many findings of each kind there are within `scope`."""
    counted = _findings(scope).order_by().values("kind").annotate(n=Count("pk"))
    return {row["kind"]: row["n"] for row in counted}


def findings(scope: Scopes, kind: str = "") -> QuerySet[Finding]:
    """The findings within `scope`, of one kind if given; what is written here first, oldest first."""
    rows = _findings(scope).select_related("service__structure", "service__commune", "organisation__commune")
    rows = rows.defer(
        "service__description", "service__commune__contour", "organisation__commune__contour", "organisation__description"
    )  # fmt: skip
    if kind:
        rows = rows.filter(kind=kind)
    return rows.order_by("service__origin", "found_on", "pk")


def waiting_reports(scope: Scopes) -> QuerySet[ErrorReport]:
    """The reports to answer within `scope`, oldest first."""
    return (
        ErrorReport.objects.filter(within(scope, "service__"), status=ErrorReport.Status.WAITING)
        .select_related("service__structure", "service__commune")
        .defer("service__description", "service__commune__contour")
        .order_by("created_at", "pk")
    )


def reports_of(user_id: int) -> QuerySet[ErrorReport]:
    """The reports to answer in the services of the structures that a person belongs to, oldest first."""
    mine = Membership.objects.filter(user_id=user_id).values("organisation")
    return (
        ErrorReport.objects.filter(service__structure__in=mine, status=ErrorReport.Status.WAITING)
        .select_related("service__structure")
        .defer("service__description")
        .order_by("created_at", "pk")
    )
