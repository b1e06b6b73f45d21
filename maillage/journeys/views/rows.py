"""What is written in a person's file: steps, brakes, notes, the phase, the referent. Each change carries the version that it saw."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from maillage.core.errors import Conflict, DomainError
from maillage.core.ratelimit import limit
from maillage.journeys import access
from maillage.journeys.actions import file as actions
from maillage.journeys.forms.files import BrakeForm, LiftForm, NoteForm, PhaseForm, StepForm
from maillage.journeys.models import Frein, Note, Step
from maillage.journeys.models.journey import Of
from maillage.journeys.queries.file import lifters
from maillage.journeys.views.files import shown, version_of
from maillage.offers.models import Brake

KINDS: dict[str, type[Of]] = {"etape": Step, "frein": Frein, "note": Note}


def back(person_id: int, part: str) -> HttpResponseRedirect:
    """To one part of the person's file."""
    return redirect(f"{reverse('journeys:file', args=[person_id])}#{part}")


def writer(request: HttpRequest) -> int:
    """Whoever writes, as often as one writes."""
    number: Any = request.user.pk
    limit("file-write", number, times=600, per_seconds=3600)
    return int(number)


# --- added -----------------------------------------------------------------------------------------------
def written(
    request: HttpRequest,
    person_id: int,
    save: Callable[[int], object],
    *,
    why: str,
    part: str,
    done: str,
    wrong: str | None = None,
    **bound: Any,
) -> HttpResponse:
    """What the one form of `bound` says, kept by `save(by)`; else the file with that form as it was filled (422).

    `why` is what the file is then opened for. Who comes second is told, and sees the file as it is now. `wrong` is the field
    that another refusal is about.
    """
    form = next(one for name, one in bound.items() if name.endswith("_form"))
    if form.is_valid():
        by = writer(request)
        try:
            save(by)
        except Conflict as error:
            overtaken = _("Cela a changé entre-temps : relisez-le.")
            messages.warning(request, overtaken if isinstance(error, actions.RowChanged) else str(error))
            return back(person_id, part)
        except DomainError as error:
            form.add_error(wrong, str(error))
        else:
            messages.success(request, done)
            return back(person_id, part)
    return shown(request, person_id, why=why, status=422, **bound)


@never_cache
@require_POST
def add_step(request: HttpRequest, person_id: int) -> HttpResponse:
    """Note a step."""
    form = StepForm(request.POST, structures=access.person_to_write(request, person_id), prefix="etape")

    def save(by: int) -> None:
        actions.add_step(
            person_id=person_id,
            organisation_id=form.organisation_id,
            values=form.values,
            by=by,
            at=timezone.now(),
        )

    return written(
        request,
        person_id,
        save,
        why=_("Étape à noter"),
        part="etapes",
        done=_("L’étape est notée."),
        step_form=form,
    )


@never_cache
@require_POST
def add_brake(request: HttpRequest, person_id: int) -> HttpResponse:
    """Note a brake."""
    ours = access.person_to_write(request, person_id)
    form = BrakeForm(request.POST, structures=ours, brakes=Brake.choices, prefix="frein")

    def save(by: int) -> None:
        actions.raise_brake(
            person_id=person_id,
            organisation_id=form.organisation_id,
            brake=form.cleaned_data["brake"],
            on=form.cleaned_data["raised_on"],
            by=by,
            at=timezone.now(),
        )

    return written(
        request,
        person_id,
        save,
        why=_("Frein à noter"),
        part="freins",
        done=_("Le frein est noté."),
        brake_form=form,
    )


@never_cache
@require_POST
def lift_brake(request: HttpRequest, person_id: int, brake_id: int) -> HttpResponse:
    """Note that a brake is lifted."""
    row = access.row_to_change(request, Frein, person_id, brake_id)
    ours = access.person_to_write(request, person_id)
    form = LiftForm(request.POST, services=lifters(person_id, ours), prefix=f"lever-{row.pk}")

    def save(by: int) -> None:
        actions.lift_brake(
            brake_id=row.pk,
            version=version_of(request),
            on=form.cleaned_data["lifted_on"],
            service_id=form.cleaned_data["service"],
            by=by,
        )

    return written(
        request,
        person_id,
        save,
        why=_("Frein à lever"),
        part="freins",
        done=_("Le frein est levé."),
        wrong="lifted_on",
        lift_form=form,
        lifting=row.pk,
    )


@never_cache
@require_POST
def add_note(request: HttpRequest, person_id: int) -> HttpResponse:
    """Write a note."""
    form = NoteForm(request.POST, structures=access.person_to_write(request, person_id), prefix="note")

    def save(by: int) -> None:
        actions.add_note(
            person_id=person_id,
            organisation_id=form.organisation_id,
            body=form.cleaned_data["body"],
            is_private=form.cleaned_data["is_private"],
            by=by,
            at=timezone.now(),
        )

    return written(
        request,
        person_id,
        save,
        why=_("Note à écrire"),
        part="notes",
        done=_("La note est gardée."),
        note_form=form,
    )


# --- changed ---------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, person_id: int, step_id: int) -> HttpResponse:
    """Change a step; over somebody else's change, both are shown (409)."""
    row = access.row_to_change(request, Step, person_id, step_id)
    structures = {row.organisation_id: row.organisation.name}
    form = StepForm(request.POST or None, structures=structures, initial=_step_values(row))

    def save() -> None:
        actions.change_step(
            step_id=row.pk, version=version_of(request), values=form.values, by=writer(request)
        )

    return changed(
        request, row, form, save, values=_step_values, title=_("Modifier une étape"), part="etapes"
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, person_id: int, note_id: int) -> HttpResponse:
    """Change a note; over somebody else's change, both are shown (409)."""
    row = access.row_to_change(request, Note, person_id, note_id)
    structures = {row.organisation_id: row.organisation.name}
    form = NoteForm(request.POST or None, structures=structures, initial=_note_values(row))
    del form.fields["is_private"]

    def save() -> None:
        actions.change_note(
            note_id=row.pk, version=version_of(request), body=form.cleaned_data["body"], by=writer(request)
        )

    return changed(request, row, form, save, values=_note_values, title=_("Modifier une note"), part="notes")


def _step_values(row: Step) -> dict[str, Any]:
    return {name: getattr(row, name) for name in actions.STEP_FIELDS}


def _note_values(row: Note) -> dict[str, Any]:
    return {"body": row.body}


def changed(
    request: HttpRequest,
    row: Of,
    form: Any,
    save: Callable[[], object],
    *,
    values: Callable[[Any], dict[str, Any]],
    title: str,
    part: str,
) -> HttpResponse:
    """The page that changes one row: asked for, refused (422), overtaken (409, with both texts), or saved.

    `values` gives what the form first shows of a row.
    """
    person = access.person_to_read(request, row.person_id, title)
    context: dict[str, Any] = {
        "person": person,
        "row": row,
        "form": form,
        "title": title,
        "part": part,
        "version": row.version,
    }
    status = 200
    if request.method == "POST":
        context["version"] = version_of(request)
        status = 422
        if form.is_valid():
            try:
                save()
            except actions.RowChanged as error:
                status = error.status
                context |= {
                    "conflict": str(error),
                    "theirs": in_words(form, values(error.current)),
                    "version": error.current.version,
                }
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("C’est enregistré."))
                return back(row.person_id, part)
    return render(request, "journeys/files/row.html", context, status=status)


def in_words(form: Any, values: dict[str, Any]) -> list[tuple[str, str]]:
    """What a row says now (`values`, as the form shows them first), field by field."""
    found = []
    for name, field in form.fields.items():
        if name in values and name != "structure":
            words = dict(getattr(field, "choices", ()))
            value = words.get(values[name], values[name])
            if isinstance(value, bool):
                value = _("oui") if value else _("non")
            found.append((str(field.label), localize(value) if value is not None else ""))
    return found


@never_cache
@require_POST
def remove(request: HttpRequest, person_id: int, kind: str, pk: int) -> HttpResponse:
    """Take a step, a brake or a note out of the file."""
    if kind not in KINDS:
        raise Http404
    row = access.row_to_change(request, KINDS[kind], person_id, pk)
    try:
        actions.remove_row(model=KINDS[kind], pk=row.pk, version=version_of(request), by=writer(request))
    except actions.RowChanged:
        messages.warning(request, _("Cela a changé entre-temps : relisez avant de retirer."))
    else:
        messages.success(request, _("C’est retiré du dossier."))
    return back(person_id, f"{kind}s")


@never_cache
@require_POST
def phase(request: HttpRequest, person_id: int) -> HttpResponse:
    """Say where the project stands."""
    access.person_to_write(request, person_id)
    form = PhaseForm(request.POST)
    if not form.is_valid():
        return shown(request, person_id, why=_("Étape du projet"), status=422, phase_form=form)
    actions.change_phase(person_id=person_id, phase=form.cleaned_data["phase"], by=writer(request))
    messages.success(request, _("C’est noté."))
    return back(person_id, "projet")


@never_cache
@require_POST
def referent(request: HttpRequest, person_id: int) -> HttpResponse:
    """Become the one whom the person calls first, in a structure of ours."""
    ours = access.person_to_write(request, person_id)
    number = request.POST.get("structure", "")
    if not number.isdecimal() or int(number[:12]) not in ours:
        raise Http404
    actions.become_referent(person_id=person_id, organisation_id=int(number), by=writer(request))
    messages.success(request, _("Vous êtes désormais son premier contact."))
    return back(person_id, "suivi")
