"""« Signaler une erreur »: two clicks without an account; then, if one likes, words and an address to hear back."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from maillage.core.ratelimit import client_address, limit
from maillage.offers import access
from maillage.offers.actions import reports as actions
from maillage.offers.forms.reports import AnswerForm, CompleteForm, ReportForm
from maillage.offers.models import ErrorReport
from maillage.offers.views.keeping import user_number


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """One button for each kind of error: pressing it is enough."""
    service = access.service_to_report(slug)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_trapped:
        return redirect("services:page", slug=slug)
    if request.method == "POST" and form.is_valid():
        limit("report", client_address(request), times=10, per_seconds=3600)
        key = actions.report_error(service=service, kind=form.cleaned_data["kind"])
        return redirect("services:reported", key=key)
    context = {"service": service, "form": form, "kinds": ErrorReport.Kind.choices}
    return render(request, "offers/report.html", context, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def reported(request: HttpRequest, key: UUID) -> HttpResponse:
    """Thanks; whoever reported may add words and an address."""
    found = actions.report_to_complete(key, at=timezone.now())
    form = CompleteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        limit("complete-report", client_address(request), times=20, per_seconds=3600)
        actions.complete_report(key=key, at=timezone.now(), **form.cleaned_data)
        messages.success(
            request,
            _("Merci ! Nous vous répondrons par e-mail.") if form.cleaned_data["email"] else _("Merci !"),
        )
        return redirect("services:page", slug=found.service.slug)
    return render(
        request, "offers/reported.html", {"report": found, "form": form}, status=422 if form.errors else 200
    )


@require_POST
def answer(request: HttpRequest, report_id: int) -> HttpResponse:
    """Close a report, from the moderators' list or from the keepers'."""
    found = access.report_to_answer(request.user, report_id)
    form = AnswerForm(request.POST)
    if form.is_valid():
        actions.answer_report(
            report_id=found.pk, user_id=user_number(request), at=timezone.now(), **form.cleaned_data
        )
        messages.success(
            request,
            _("Réponse envoyée.") if found.email else _("Signalement clos."),
        )
    else:
        messages.error(request, _("Choisissez « Corrigé » ou « Rien à corriger »."))
    return redirect("services:quality" if request.POST.get("back") == "quality" else "services:workspace")
