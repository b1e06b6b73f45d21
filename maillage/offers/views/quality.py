"""The moderators' list: what does not hold together in the services of a territory, and the errors reported."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from maillage.offers import access
from maillage.offers.models import FindingKind
from maillage.offers.queries.quality import finding_counts, findings, waiting_reports

PER_PAGE = 50
REPORTS_SHOWN = 100


@never_cache
@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    """`/espace/moderation/services/`: reports first, then findings by kind, 50 a page."""
    scope = access.moderation_scope(request.user)
    asked = request.GET.get("kind", "")
    kind = asked if asked in FindingKind.values else ""
    counts = finding_counts(scope)
    context = {
        "reports": waiting_reports(scope)[:REPORTS_SHOWN],
        "kinds": [(one.value, one.label, counts[one.value]) for one in FindingKind if counts.get(one.value)],
        "kind": kind,
        "total": sum(counts.values()),
        "page": Paginator(findings(scope, kind), PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "offers/quality.html", context)
