"""Groups: those of our structures, one with its members and meetings, and the sheet of a meeting."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.journeys import access
from maillage.journeys.actions import groups as actions
from maillage.journeys.forms.groups import GroupForm, MeetingForm
from maillage.journeys.forms.referrals import WhomForm
from maillage.journeys.models import Attendance, Group, GroupMeeting
from maillage.journeys.queries import groups as queries
from maillage.journeys.views.files import version_of
from maillage.journeys.views.rows import writer

# on the buttons of a sheet, one beside the other on a phone
SHORT = {
    Attendance.Status.PRESENT.value: gettext_lazy("Là"),
    Attendance.Status.ABSENT.value: gettext_lazy("Pas là"),
    Attendance.Status.EXCUSE.value: gettext_lazy("S’est excusée"),
}


@never_cache
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """The groups of our structures: those that go on, or those that are over (`termines`)."""
    reader, over = access.professional(request), "termines" in request.GET
    context = {
        "groups": queries.groups(reader.organisations, on=localdate(), over=over)[:100],
        "over": over,
        "structures": reader.organisations,
    }
    return render(request, "journeys/groups/groups.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a group."""
    reader = access.who_keeps_groups(request)
    form = GroupForm(
        request.POST or None, structures=reader.organisations, initial={"starts_on": localdate()}
    )
    if request.method == "POST" and form.is_valid():
        row = actions.make_group(
            organisation_id=form.organisation_id,
            values=form.values,
            by=writer(request),
            at=timezone.now(),
        )
        messages.success(request, _("Le groupe est créé. Ajoutez les personnes et les séances."))
        return redirect("journeys:group", row.pk)
    context = {"form": form, "group": None}
    return render(request, "journeys/groups/edit.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, group_id: int) -> HttpResponse:
    """Change what a group says; over somebody else's change, it is said (409) and what was typed stays."""
    row = access.group_to_keep(request, group_id)
    structures = {row.organisation_id: row.organisation.name}
    initial = {name: getattr(row, name) for name in ("kind", "name", "place", "starts_on", "ends_on")}
    form = GroupForm(request.POST or None, structures=structures, initial=initial)
    context: dict[str, Any] = {"form": form, "group": row, "version": version_of(request) or row.version}
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_group(
                group_id=row.pk, version=version_of(request), values=form.values, by=writer(request)
            )
        except actions.GroupChanged as error:
            form.add_error(None, str(error))
            context["version"], status = row.version, error.status
        else:
            messages.success(request, _("C’est enregistré."))
            return redirect("journeys:group", row.pk)
    return render(request, "journeys/groups/edit.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, group_id: int) -> HttpResponse:
    """A group, its members and its meetings; who may join it is looked for by POST (`qui`)."""
    row = access.group_to_keep(request, group_id)
    return _group_page(request, row, MeetingForm(initial={"day": localdate()}))


def _group_page(
    request: HttpRequest, row: Group, meeting_form: MeetingForm, *, status: int = 200
) -> HttpResponse:
    form = WhomForm(request.POST if "qui" in request.POST else None)
    found = None
    if form.is_bound and form.is_valid():
        words = {"phone": form.phone} if form.phone else {"named": form.cleaned_data["qui"]}
        found = queries.who_may_join(row, at=timezone.now(), **words)
    context = {
        "group": row,
        "members": queries.members(row.pk),
        "meetings": queries.meetings(row.pk),
        "form": form,
        "found": found,
        "meeting_form": meeting_form,
    }
    return render(request, "journeys/groups/group.html", context, status=status)


@never_cache
@require_POST
def member(request: HttpRequest, group_id: int) -> HttpResponse:
    """Someone joins the group (`ajouter`, a number), or leaves it (`retirer`)."""
    row, by, today = access.group_to_keep(request, group_id), writer(request), localdate()
    if number := _number(request, "ajouter"):
        if not queries.may_join(row, number, at=timezone.now()):
            raise Http404
        actions.add_member(group_id=row.pk, person_id=number, on=today, by=by)
        messages.success(request, _("La personne est dans le groupe."))
    elif number := _number(request, "retirer"):
        actions.remove_member(group_id=row.pk, person_id=number, on=today, by=by)
        messages.success(request, _("La personne n’est plus dans le groupe."))
    return redirect(f"{reverse('journeys:group', args=[row.pk])}#membres")


@never_cache
@require_POST
def add_meeting(request: HttpRequest, group_id: int) -> HttpResponse:
    """Set a meeting."""
    row, form = access.group_to_keep(request, group_id), MeetingForm(request.POST)
    if not form.is_valid():
        return _group_page(request, row, form, status=422)
    found = actions.add_meeting(group_id=row.pk, by=writer(request), **form.values)
    return redirect("journeys:meeting", row.pk, found.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, group_id: int, meeting_id: int) -> HttpResponse:
    """The sheet of a meeting, to print or to fill: one click a person (`personne`, `statut`)."""
    row, found = _meeting(request, group_id, meeting_id)
    if request.method == "POST":
        number = _number(request, "personne")
        actions.note_attendance(
            meeting=found, person_id=number, status=request.POST.get("statut", ""), by=writer(request)
        )
        return redirect(f"{request.path}#p{number}")
    sheet = queries.attendance_sheet(found)
    context = {
        "group": row,
        "meeting": found,
        "sheet": sheet,
        "statuses": list(SHORT.items()),
        "present": sum(one.status == Attendance.Status.PRESENT for one in sheet),
    }
    return render(request, "journeys/groups/meeting.html", context)


@never_cache
@require_POST
def remove_meeting(request: HttpRequest, group_id: int, meeting_id: int) -> HttpResponse:
    """Take a meeting away."""
    row, found = _meeting(request, group_id, meeting_id)
    actions.remove_meeting(meeting_id=found.pk, by=writer(request))
    messages.success(request, _("La séance est retirée."))
    return redirect("journeys:group", row.pk)


def _meeting(request: HttpRequest, group_id: int, meeting_id: int) -> tuple[Group, GroupMeeting]:
    row = access.group_to_keep(request, group_id)
    found = queries.meeting_of(row.pk, meeting_id)
    if found is None:
        raise Http404
    return row, found


def _number(request: HttpRequest, name: str) -> int:
    """The number sent under that name; 0 for none."""
    sent = request.POST.get(name, "")
    return int(sent) if sent.isdecimal() and len(sent) < 12 else 0
