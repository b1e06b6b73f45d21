"""`/mon-parcours/`: someone's own file, opened by a code on their phone or mailbox, without account or password."""

import json
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.core import sealed, sms
from maillage.core.acting import Subject
from maillage.core.attachments import ENDINGS
from maillage.core.codes import ask_code, check_code
from maillage.core.errors import DomainError
from maillage.core.ratelimit import client_address, limited
from maillage.journeys.actions import consents, people
from maillage.journeys.forms.mine import CodeForm, MineForm, ReachForm
from maillage.journeys.mine_session import close_session, mine, open_session, person_here
from maillage.journeys.models import Person
from maillage.journeys.queries import mine as queries
from maillage.ui.paper import pages_of

ASKED = "entry_code"  # of the session: the code that this browser asked for
ENTRY, REACH = "entry", "reach"
SALT = "journeys.reach"


@login_not_required
@never_cache
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The person's space; who has given no code yet is asked for their number or their address."""
    person = person_here(request)
    if person is None:
        context = {"form": ReachForm(), "by_sms": sms.is_offered()}
        return render(request, "journeys/mine/enter.html", context)
    now = timezone.now()
    context = {
        "person": person,
        "contacts": queries.contacts(person.pk, at=now),
        "appointments": queries.appointments(person.pk, at=now),
        "news": queries.news(person.pk),
        "steps": queries.steps(person.pk),
        "freins": queries.freins(person.pk),
        "documents": queries.documents(person.pk),
        "notes": queries.notes(person.pk),
        "groups": queries.groups(person.pk),
        "asked": queries.asked(person.pk, at=now),
        "given": queries.given(person.pk),
        "openings": queries.openings(person.pk)[:3],
    }
    return render(request, "journeys/mine/home.html", context)


@login_not_required
@never_cache
@limited(times=60, per_seconds=3600)
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for a code (`reach`), or type it (`code`). The answer is the same whether the number is known or not."""
    if request.method == "POST" and "reach" in request.POST:
        form = ReachForm(request.POST)
        if form.is_valid():
            reach = form.cleaned_data["reach"]
            key = ask_code(
                ENTRY,
                reach,
                client=client_address(request),
                job="journeys.send-entry-code",
                at=timezone.now(),
            )
            request.session[ASKED] = str(key)
            return redirect("journeys:mine-code")
        context = {"form": form, "by_sms": sms.is_offered()}
        return render(request, "journeys/mine/enter.html", context, status=422)
    if ASKED not in request.session:
        return redirect("journeys:mine")
    typed = CodeForm(request.POST or None)
    if request.method == "POST" and typed.is_valid():
        subject = check_code(
            UUID(request.session[ASKED]),
            ENTRY,
            typed.cleaned_data["code"],
            client=client_address(request),
            at=timezone.now(),
        )
        if subject is not None:
            open_session(request, subject)
            return redirect("journeys:mine")
        typed.add_error("code", wrong_code())
    return render(request, "journeys/mine/code.html", {"form": typed}, status=422 if typed.errors else 200)


@login_not_required
@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """« Quitter »: nothing stays in this browser."""
    close_session(request)
    messages.success(
        request, _("Vous avez quitté votre espace. Personne ne peut le rouvrir sans un nouveau code.")
    )
    return redirect("journeys:mine")


@login_not_required
@never_cache
@require_GET
@mine
def readers(request: HttpRequest, person: Person) -> HttpResponse:
    """Who read the file, and when."""
    context = {"person": person, "openings": queries.openings(person.pk)}
    return render(request, "journeys/mine/readers.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
@mine
def agreements(request: HttpRequest, person: Person) -> HttpResponse:
    """What the person agreed to; POST takes one back (`consent`), all of them (`all`), or answers (`answer`, `yes`)."""
    now = timezone.now()
    if request.method == "POST":
        number = request.POST.get("consent", "") or request.POST.get("answer", "")
        if "all" in request.POST:
            consents.withdraw_all(person_id=person.pk, at=now)
            messages.success(request, _("C’est fait : plus aucune structure ne lit votre dossier."))
        elif not number.isdecimal() or len(number) > 18:
            messages.warning(request, _("Choisissez un accord."))
        elif "consent" in request.POST:
            consents.withdraw_consent(consent_id=int(number), person_id=person.pk, at=now)
            messages.success(request, _("C’est fait. Votre accord est retiré, dès maintenant."))
        elif consents.answer_in_space(
            request_id=int(number), person_id=person.pk, yes="yes" in request.POST, at=now
        ):
            messages.success(request, _("C’est noté. Vous pouvez changer d’avis quand vous voulez."))
        return redirect("journeys:mine-agreements")
    context = {
        "person": person,
        "given": queries.given(person.pk),
        "asked": queries.asked(person.pk, at=now),
    }
    return render(request, "journeys/mine/agreements.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
@mine
def details(request: HttpRequest, person: Person) -> HttpResponse:
    """Read and correct one's own data."""
    initial = {name: getattr(person, name) for name in (*people.ASKED, "version")}
    form = MineForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            people.correct_person(
                person_id=person.pk,
                values=form.values,
                home=form.home,
                version=form.cleaned_data["version"],
                by=None,
                at=timezone.now(),
            )
            messages.success(request, _("C’est corrigé."))
            return redirect("journeys:mine-details")
        except DomainError as error:
            form.add_error(None, str(error))
    status = 422 if form.errors else 200
    return render(request, "journeys/mine/details.html", {"form": form, "person": person}, status=status)


@login_not_required
@never_cache
@limited(times=60, per_seconds=3600)
@require_http_methods(["GET", "POST"])
@mine
def reach(request: HttpRequest, person: Person) -> HttpResponse:
    """Change one's number or address: a code goes to the new one, which is kept in the page until it is proved."""
    now, client = timezone.now(), client_address(request)
    if "code" not in request.POST:
        form = ReachForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            key = ask_code(
                REACH,
                form.cleaned_data["reach"],
                client=client,
                job="journeys.send-entry-code",
                at=now,
                subject=Subject("person", person.pk),
            )
            proof = signing.dumps([str(key), form.cleaned_data["reach"]], salt=SALT)
            return render(request, "journeys/mine/reach.html", {"code": CodeForm(), "proof": proof})
        context = {"form": form, "by_sms": sms.is_offered()}
        return render(request, "journeys/mine/reach.html", context, status=422 if form.errors else 200)
    proof, typed = request.POST.get("proof", ""), CodeForm(request.POST)
    try:
        key, new = signing.loads(proof, salt=SALT, max_age=900)
    except signing.BadSignature:
        return redirect("journeys:mine-reach")
    if typed.is_valid():
        proved = check_code(UUID(key), REACH, typed.cleaned_data["code"], client=client, at=now)
        if proved == Subject("person", person.pk):
            return _reached(request, person, new)
        typed.add_error("code", wrong_code())
    return render(request, "journeys/mine/reach.html", {"code": typed, "proof": proof}, status=422)


@login_not_required
@never_cache
@limited(times=30, per_seconds=3600)
@require_GET
@mine
def take_json(request: HttpRequest, person: Person) -> HttpResponse:
    """Everything, for a program."""
    body = json.dumps(queries.everything(person.pk, at=timezone.now()), ensure_ascii=False, indent=2)
    return _file(body.encode(), "application/json; charset=utf-8", "mon-parcours.json")


@login_not_required
@never_cache
@limited(times=30, per_seconds=3600)
@require_GET
@mine
def take_pdf(request: HttpRequest, person: Person) -> HttpResponse:
    """Everything, to read and to print."""
    now = timezone.now()
    context = {
        "person": person,
        "at": now,
        "contacts": queries.contacts(person.pk, at=now),
        "appointments": queries.appointments(person.pk),
        "news": queries.news(person.pk),
        "steps": queries.steps(person.pk),
        "freins": queries.freins(person.pk),
        "notes": queries.notes(person.pk),
        "documents": queries.documents(person.pk),
        "groups": queries.groups(person.pk),
        "given": queries.given(person.pk, live=False),
        "openings": queries.openings(person.pk),
    }
    sheet = render_to_string("journeys/mine/sheet.html", context)
    return _file(pages_of(sheet), "application/pdf", "mon-parcours.pdf")


@login_not_required
@never_cache
@limited(times=120, per_seconds=3600)
@require_GET
@mine
def document(request: HttpRequest, person: Person, document_id: int) -> HttpResponse:
    """One of the person's own documents."""
    row = next((one for one in queries.documents(person.pk) if one.pk == document_id), None)
    if row is None:
        raise Http404
    name = f"{slugify(row.name)[:80] or 'document'}.{ENDINGS[row.media_type]}"
    return _file(sealed.whole(row.path), row.media_type, name)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
@mine
def erase(request: HttpRequest, person: Person) -> HttpResponse:
    """Delete the whole file: what that means, then one button."""
    if request.method == "POST":
        people.erase_person(person.pk, timezone.now())
        close_session(request)
        return render(request, "journeys/mine/erased.html")
    return render(request, "journeys/mine/erase.html", {"person": person})


def wrong_code() -> str:
    """What is said of a code that opens nothing, for whatever reason."""
    return _(
        "Ce n’est pas le bon code, ou il ne sert plus. Après 5 essais ou 10 minutes, demandez-en un autre."
    )


def _reached(request: HttpRequest, person: Person, new: str) -> HttpResponse:
    try:
        people.correct_person(
            person_id=person.pk,
            values={"email" if "@" in new else "phone": new},
            home=None,
            version=person.version,
            by=None,
            at=timezone.now(),
        )
        messages.success(
            request, _("C’est changé. La prochaine fois, entrez avec ce numéro ou cette adresse.")
        )
    except people.AlreadyKnown:
        messages.warning(
            request,
            _(
                "Un autre dossier existe avec ce numéro ou cette adresse. Demandez à votre contact de réunir les deux."
            ),
        )
    return redirect("journeys:mine-details")


def _file(body: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
