"""`/espace/personnes/nouvelle/`: someone new; corrections; two files made one."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.core import sms
from maillage.core.errors import DomainError
from maillage.journeys import access
from maillage.journeys.actions import consents, people
from maillage.journeys.actions.merging import merge_people
from maillage.journeys.forms.people import CorrectionForm, NewPersonForm
from maillage.journeys.forms.referrals import WhomForm
from maillage.journeys.models import Aim, Consent
from maillage.journeys.queries.consents import question, waiting_requests
from maillage.journeys.queries.inbox import desk_of
from maillage.journeys.queries.referrals import people_followed
from maillage.journeys.views.consents import reading_language, wording
from maillage.organisations.models import Organisation


@never_cache
@require_http_methods(["GET", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    """Write someone down, with their agreement; who is known already is asked by a link (`ask`), and not shown."""
    reader = access.professional(request)
    if not reader.organisations:
        raise PermissionDenied
    structures = reader.organisations
    context: dict[str, Any] = {"following": _following(request)}
    language, chosen = reading_language(request), _structure(request, structures)
    switches = "switch" in request.POST  # to another language, another structure: what was typed stays
    if switches:
        form = NewPersonForm(initial=_typed(request, chosen), structures=structures)
    else:
        form = NewPersonForm(request.POST or None, initial={"structure": chosen}, structures=structures)
    if request.method == "POST" and not switches and form.is_valid():
        if "ask" in request.POST:
            return _ask(request, form, reader.user.pk)
        try:
            return _add(request, form, reader.user.pk)
        except people.AlreadyKnown:
            context["known"] = True
        except DomainError as error:
            if error.status == 429:
                raise
            form.add_error(None, str(error))
    now = timezone.now()
    context |= {
        "form": form,
        "question": question(Aim.SUIVI, Organisation.objects.get(pk=chosen), language),
        "structures": structures,
        "chosen": chosen,
        "shared_question": question(Aim.PARTAGE, None, language),
        "waiting": waiting_requests(structures, at=now),
        "by_sms": sms.is_offered(),
        **wording(language),
    }
    status = 409 if context.get("known") else 422 if form.errors else 200
    return render(request, "journeys/people/new.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, person_id: int) -> HttpResponse:
    """Correct what is kept of someone whom one follows."""
    person = access.person_to_read(request, person_id, _("Correction du dossier"))
    initial = {name: getattr(person, name) for name in (*people.ASKED, "version")}
    form = CorrectionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            people.correct_person(
                person_id=person.pk,
                values=form.values,
                home=form.home,
                version=form.cleaned_data["version"],
                by=int(request.user.pk or 0),
                at=timezone.now(),
            )
            messages.success(request, _("C’est corrigé."))
            return redirect(_after(person.pk))
        except people.AlreadyKnown:
            form.add_error(None, _("Ce numéro ou cette adresse est déjà dans un autre dossier."))
        except DomainError as error:
            if error.status == 429:
                raise
            form.add_error(None, str(error))
    context = {
        "form": form,
        "person": person,
        "back": _after(person.pk),
        "door_shut": timezone.now() - person.created_at > people.TYPOS,
    }
    return render(request, "journeys/people/correct.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, person_id: int) -> HttpResponse:
    """Make another file of the same person part of this one: look for it (`qui`), read both (`avec`), say yes (`yes`)."""
    ours = access.person_to_write(request, person_id)
    person = access.person_to_read(request, person_id, _("Dossiers à réunir"))
    number = request.POST.get("avec", "")
    other = None
    if number.isdecimal() and len(number) < 12 and int(number) != person_id:
        access.person_to_write(request, int(number))
        other = access.person_to_read(request, int(number), _("Dossiers à réunir"))
    if other and "yes" in request.POST:
        merge_people(
            kept_id=person.pk,
            other_id=other.pk,
            organisation_id=next(iter(ours)),
            by=int(request.user.pk or 0),
            at=timezone.now(),
        )
        messages.success(request, _("Les deux dossiers n’en font plus qu’un. Rien n’est perdu."))
        return redirect(_after(person.pk))
    form = WhomForm(request.POST if "qui" in request.POST else None)
    found: list[Any] = []
    if form.is_valid():
        desk = desk_of(int(request.user.pk or 0))
        named = "" if form.phone else form.cleaned_data["qui"]
        found = people_followed(desk, at=timezone.now(), phone=form.phone, named=named, limit=9)
    context = {
        "person": person,
        "other": other,
        "form": form,
        "people": [one for one in found if one.person.pk != person.pk],
        "back": _after(person.pk),
    }
    return render(request, "journeys/people/merge.html", context, status=422 if form.errors else 200)


def _add(request: HttpRequest, form: NewPersonForm, user_id: int) -> HttpResponseRedirect:
    person = people.add_person(
        organisation_id=form.cleaned_data["structure"],
        values=form.values,
        home=form.home,
        agreement=form.agreement,
        by=user_id,
        at=timezone.now(),
    )
    if form.agreement.how == Consent.How.LINK:
        messages.success(
            request,
            _(
                "Le lien est parti. Dès que la personne dit oui, son dossier s’ouvre ici ; il vaut trois jours."
            ),
        )
        return redirect("journeys:person-new")
    messages.success(request, _("C’est noté. Son accord est gardé avec le texte qu’elle a lu."))
    following = _following(request)
    if not following:
        return redirect(_after(person.pk))
    joint = "&" if urlsplit(following).query else "?"
    return redirect(f"{following}{joint}{urlencode({'personne': person.pk})}")


def _ask(request: HttpRequest, form: NewPersonForm, user_id: int) -> HttpResponseRedirect:
    data = form.cleaned_data
    # asking counts as looking: it says as much
    people.check_known(phone=data["phone"], email=data["email"], by=user_id)
    consents.ask_known(
        phone=data["phone"],
        email=data["email"],
        organisation_id=data["structure"],
        label=f"{data['first_name']} {data['last_name']}".strip(),
        by=user_id,
        at=timezone.now(),
    )
    messages.success(
        request,
        _(
            "La demande est faite. La personne reçoit un lien, et la voit dans « Mon parcours » : elle décide."
        ),
    )
    return redirect("journeys:person-new")


def _structure(request: HttpRequest, structures: dict[int, str]) -> int:
    """For which of one's structures: the one just switched to, or the one of the form; the first else."""
    for wanted in (request.POST.get("switch", ""), request.POST.get("structure", "")):
        if wanted.isdecimal() and len(wanted) < 12 and int(wanted) in structures:
            return int(wanted)
    return next(iter(structures))


def _typed(request: HttpRequest, structure: int) -> dict[str, Any]:
    names = NewPersonForm.base_fields
    typed = {name: request.POST.get(name, "") for name in names}
    return typed | {"languages": request.POST.getlist("languages"), "structure": structure}


def _following(request: HttpRequest) -> str:
    """Where to go once the person is there: `suite`, of this site only."""
    wanted = request.POST.get("suite") or request.GET.get("suite", "")
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    return wanted[:500] if safe else ""


def _after(person_id: int) -> str:
    return reverse("journeys:file", args=[person_id])
