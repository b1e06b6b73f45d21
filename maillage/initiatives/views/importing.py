"""A moderator imports a file: send it, say its columns, check it, import it."""

import csv
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.core.errors import DomainError
from maillage.initiatives import access
from maillage.initiatives.actions import incoming
from maillage.initiatives.actions.importing import labels
from maillage.initiatives.forms.incoming import FileForm, PlanForm
from maillage.initiatives.models import IncomingFile
from maillage.initiatives.views.moderation import user_number

MOST_SHOWN = 200
AROUND = 64 * 1024  # of a request, beside the file


@csrf_exempt  # the check reads the body: a file that is too big is refused before, then `_send` checks
@never_cache
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """The form that takes a file; its size is looked at before a byte of it is read."""
    access.moderation_scope(request.user)
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > incoming.MOST_BYTES + AROUND:
        form = FileForm()
        return render(
            request, "initiatives/import.html", {"form": form, "refusal": str(incoming.TooBig())}, status=413
        )
    return _send(request)


@csrf_protect
def _send(request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                file = incoming.receive_file(
                    user_id=user_number(request), name=upload.name, content=upload.read()
                )
            except DomainError as error:
                form.add_error("file", str(error))
                status = error.status
            else:
                return redirect("initiatives:import-file", key=file.pk)
    return render(
        request,
        "initiatives/import.html",
        {
            "form": form,
            "files": IncomingFile.objects.filter(user_id=user_number(request))
            .defer("content")
            .order_by("-sent_at")[:10],
        },
        status=status,
    )


def own_file(request: HttpRequest, key: UUID) -> IncomingFile:
    """The file, if this person sent it and still moderates somewhere; Http404 otherwise."""
    access.moderation_scope(request.user)
    found = IncomingFile.objects.filter(pk=key, user_id=user_number(request)).first()
    if found is None:
        raise Http404
    return found


@never_cache
@require_http_methods(["GET", "POST"])
def file(request: HttpRequest, key: UUID) -> HttpResponse:
    """The columns and the first rows of a file, then the report of its check; POST asks for a check."""
    row = own_file(request, key)
    if row.content is None:
        return render(request, "initiatives/import_file.html", {"file": row, **shown(row)})
    columns, rows = incoming.preview(row)
    form = PlanForm(request.POST or None, columns=columns, initial=PlanForm.initial_of(row.plan))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                work = incoming.ask_for_run(file=row, plan=form.plan(), dry_run=True)
            except DomainError as error:
                form.add_error(None, str(error))
                status = error.status
            else:
                return redirect("work", key=work)
    return render(
        request,
        "initiatives/import_file.html",
        {"file": row, "form": form, "columns": columns, "rows": rows, **shown(row)},
        status=status,
    )


@never_cache
@require_POST
def confirm(request: HttpRequest, key: UUID) -> HttpResponse:
    """Import a file that was checked."""
    row = own_file(request, key)
    try:
        work = incoming.ask_for_run(file=row, plan=None, dry_run=False)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("initiatives:import-file", key=row.pk)
    return redirect("work", key=work)


@never_cache
@require_safe
def report(request: HttpRequest, key: UUID) -> HttpResponse:
    """The report of the last check or import, line by line, as CSV."""
    row = own_file(request, key)
    if row.report is None:
        raise Http404
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rapport-import.csv"'
    answer.write("\ufeff")
    writer = csv.writer(answer, delimiter=";", lineterminator="\r\n")
    writer.writerow(["ligne", "champ", "raison"])
    names = labels()
    for entry in (*row.report["rejections"], *row.report.get("notes", [])):
        reason = entry["reason"]
        # what comes from the file must stay text in a spreadsheet
        writer.writerow(
            [
                entry["line"],
                names.get(entry["field"], entry["field"]),
                f"'{reason}" if reason[:1] in "=+-@" else reason,
            ]
        )
    return answer


def shown(row: IncomingFile) -> dict[str, object]:
    """The report for the page: its first lines, fields by their French names."""
    if row.report is None:
        return {}
    names = labels()

    def named(entries: list[dict[str, object]]) -> list[dict[str, object]]:
        return [
            {**entry, "field": names.get(str(entry["field"]), entry["field"])}
            for entry in entries[:MOST_SHOWN]
        ]

    return {
        "report": row.report,
        "rejections": named(row.report["rejections"]),
        "notes": named(row.report.get("notes", [])),
        "may_import": row.state == IncomingFile.State.CHECKED
        and (not row.report["rejected"] or bool(row.plan.get("partial")))
        and bool(row.report["created"] + row.report["updated"]),
    }
