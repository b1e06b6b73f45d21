"""Appointments of a person's file: set, moved, cancelled, and what they gave."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from maillage.core.errors import DomainError
from maillage.journeys import access
from maillage.journeys.actions import appointments as actions
from maillage.journeys.forms.files import AppointmentForm
from maillage.journeys.models import Appointment
from maillage.journeys.queries.file import colleagues
from maillage.journeys.views.files import appointment_form, shown, version_of
from maillage.journeys.views.rows import back, changed, writer

PART = "rendez-vous"


@never_cache
@require_POST
def add(request: HttpRequest, person_id: int) -> HttpResponse:
    """Set an appointment, and tell both."""
    ours = access.person_to_write(request, person_id)
    form = appointment_form(ours, int(request.user.pk or 0), request.POST)
    if not form.is_valid():
        return shown(request, person_id, why=_("Rendez-vous à fixer"), status=422, appointment_form=form)
    actions.set_appointment(
        person_id=person_id,
        organisation_id=form.organisation_id,
        values=form.values,
        by=writer(request),
        at=timezone.now(),
    )
    messages.success(request, _("Le rendez-vous est pris, l’invitation part."))
    return back(person_id, PART)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appointment(request: HttpRequest, person_id: int, appointment_id: int) -> HttpResponse:
    """Move an appointment; over somebody else's change, both are shown (409)."""
    row = access.row_to_change(request, Appointment, person_id, appointment_id)
    ours = {row.organisation_id: row.organisation.name}
    form = AppointmentForm(
        request.POST or None,
        structures=ours,
        colleagues=colleagues(ours),
        initial=AppointmentForm.initial_of(row),
    )

    def save() -> None:
        actions.move_appointment(
            appointment_id=row.pk,
            version=version_of(request),
            values=form.values,
            by=writer(request),
            at=timezone.now(),
        )

    return changed(
        request,
        row,
        form,
        save,
        values=AppointmentForm.initial_of,
        title=_("Déplacer un rendez-vous"),
        part=PART,
    )


@never_cache
@require_POST
def end(request: HttpRequest, person_id: int, appointment_id: int) -> HttpResponse:
    """Cancel an appointment, or say what it gave (`issue`)."""
    row = access.row_to_change(request, Appointment, person_id, appointment_id)
    issue, by, now = request.POST.get("issue", ""), writer(request), timezone.now()
    try:
        if issue == "annule":
            actions.cancel_appointment(appointment_id=row.pk, version=version_of(request), by=by, at=now)
            messages.success(request, _("Le rendez-vous est annulé, l’annonce part."))
        else:
            actions.end_appointment(
                appointment_id=row.pk, version=version_of(request), status=issue, by=by, at=now
            )
            messages.success(request, _("C’est noté. L’orientation suit."))
    except DomainError as error:
        messages.warning(request, str(error))
    return back(person_id, PART)
