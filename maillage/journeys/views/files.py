"""The people whom one's structures follow, and the file of each."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.core.ratelimit import limit
from maillage.journeys import access
from maillage.journeys.forms.files import (
    AppointmentForm,
    BrakeForm,
    DocumentForm,
    LiftForm,
    NoteForm,
    PhaseForm,
    StepForm,
)
from maillage.journeys.forms.referrals import WhomForm
from maillage.journeys.models import Person
from maillage.journeys.queries import file as queries
from maillage.journeys.queries.files import Choice, people
from maillage.offers.models import Phase
from maillage.ui.navigation import exists

ADD = "/espace/personnes/nouvelle/"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people_list(request: HttpRequest) -> HttpResponse:
    """The people whom our structures follow, with filters, 30 a page (`apres`, a cursor); who is looked for by name is
    sent (POST), so that no name is in an address."""
    reader, now = access.professional(request), timezone.now()
    choice, form = Choice.from_query(request.GET), WhomForm(request.POST or None)
    named = phone = ""
    if request.method == "POST" and form.is_valid():
        limit("people-search", reader.user.pk, times=300, per_seconds=3600)
        phone = form.phone
        named = "" if phone else form.cleaned_data["qui"]
    page = people(
        reader.organisations,
        reader.user.pk,
        choice,
        at=now,
        named=named,
        phone=phone,
        cursor="" if named or phone else request.GET.get("apres", "")[:300],
    )
    context = {
        "page": page,
        "choice": choice,
        "form": form,
        "is_search": bool(named or phone),
        "structures": reader.organisations,
        "tabs": [
            (_("Toutes"), choice.address(mine=False), not choice.mine),
            (_("Les miennes"), choice.address(mine=True), choice.mine),
        ],
        "here": choice.address(),
        "plain": Choice(mine=choice.mine).address(),
        "continued": "apres" in request.GET and not (named or phone),
        "phases": Phase.choices,
        "add": ADD if exists(ADD) else "",
    }
    return render(request, "journeys/files/people.html", context)


@never_cache
@require_safe
def file(request: HttpRequest, person_id: int) -> HttpResponse:
    """The file of a person: who they are, where the project stands, what was done and what comes next."""
    return shown(request, person_id, why=_("Dossier ouvert"))


def shown(request: HttpRequest, person_id: int, *, why: str, status: int = 200, **bound: Any) -> HttpResponse:
    """The page of a file, logged as opened; `bound` are forms that were refused, by their name in the page."""
    person = access.person_to_read(request, person_id, why)
    reader, now = access.professional(request), timezone.now()
    ours = access.followers(reader, person_id)
    found = queries.file_of(person, ours, reader.user.pk, at=now)
    forms = {**_forms(person, ours, reader.user.pk, found), **bound} if ours else {}
    context = {
        "file": found,
        "person": person,
        "ours": ours,
        "now": now,
        "opened": next((name for name in bound if name.endswith("_form")), ""),
        "errors": next((form for name, form in bound.items() if name.endswith("_form")), None),
        "mine": any(one.is_me for one in found.followers),
        **forms,
    }
    return render(request, "journeys/files/file.html", context, status=status)


def _forms(person: Person, ours: dict[int, str], user_id: int, found: queries.File) -> dict[str, Any]:
    today = localdate()
    services = queries.lifters(person.pk, ours) if found.raised else []
    return {
        "phase_form": PhaseForm(initial={"phase": person.phase}),
        "step_form": StepForm(structures=ours, initial={"on": today}, prefix="etape"),
        "brake_form": BrakeForm(
            structures=ours,
            brakes=queries.brakes_to_raise(found, set(ours)),
            initial={"raised_on": today},
            prefix="frein",
        ),
        "lift_forms": {
            one.row.pk: LiftForm(
                services=services, initial={"lifted_on": today}, prefix=f"lever-{one.row.pk}"
            )
            for one in found.raised
            if one.ours
        },
        "note_form": NoteForm(structures=ours, prefix="note"),
        "document_form": DocumentForm(structures=ours, prefix="document"),
        "appointment_form": appointment_form(ours, user_id),
    }


def appointment_form(ours: dict[int, str], user_id: int, data: Any = None, **initial: Any) -> AppointmentForm:
    """The form of a new appointment, with whoever asks unless told otherwise."""
    return AppointmentForm(
        data,
        structures=ours,
        colleagues=queries.colleagues(ours),
        initial={"received_by": user_id, **initial},
        prefix="rdv",
    )


def version_of(request: HttpRequest) -> int:
    """The version that the page showed; 0, which no row has, when it does not say."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else 0
