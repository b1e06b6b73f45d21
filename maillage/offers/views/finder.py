"""`/trouver/`: at most four questions, then the first contact and the path. GET only: everything is in the address."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maillage.core.errors import DomainError
from maillage.offers import criteria
from maillage.offers.answer import Answer
from maillage.offers.finder_page import address, answer_context, fields, placed, rounded, said_and_read
from maillage.offers.forms.finder import FinderForm
from maillage.offers.queries.finder import find, whereabouts
from maillage.offers.queries.summaries import summary_of
from maillage.offers.sentence import read_sentence
from maillage.offers.situation import Situation, Whereabouts
from maillage.offers.travel import with_travel
from maillage.organisations.banners import default_commune
from maillage.territories.queries import Meant, place_meant


@login_not_required
@require_safe
def finder(request: HttpRequest) -> HttpResponse:
    """The questions; once one is answered, who to call first and what comes after."""
    form = FinderForm(request.GET)
    if not form.is_asked:
        return _questions(request, _from_territory(request, form))
    situation = _situation(request, form)
    if isinstance(situation, HttpResponse):
        return situation
    reading = read_sentence(form.sentence) if form.sentence else None
    if reading:
        situation = said_and_read(situation, reading.situation)
        if situation == Situation():
            return _questions(request, _not_understood(form))
        situation = _at_territory(request, situation)
    elif not _is_address_of(request, situation):
        return redirect(address(situation))
    try:
        found = with_travel(find(rounded(criteria.checked(situation)), at=timezone.now()))
    except DomainError as error:
        return _questions(request, _refused(form, error))
    first = found.first_contact
    context = answer_context(found, reading) | {"summary": summary_of(first.id) if first else ""}
    return render(request, "offers/answer.html", context)


@login_not_required
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """The same questions with the answers already given, to correct them."""
    try:
        situation = rounded(criteria.read(request.GET))
        here = whereabouts(situation)
    except DomainError:
        return redirect("finder:finder")
    return _questions(request, FinderForm(fields(situation, here)))


@login_not_required
@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    """Everyone who fits the question, a page at a time, each with its reasons. Raises WrongCriteria."""
    situation = rounded(criteria.read(request.GET))
    page, size = criteria.pages(request.GET)
    found = with_travel(find(situation, at=timezone.now(), page=page, size=size))
    if found.total and not found.items:
        return redirect(f"{request.path}?{criteria.query_string(situation)}")
    context = answer_context(found) | {"page": Found(found).get_page(page)}
    return render(request, "offers/everything.html", context)


class Found(Paginator):
    """The pages of an answer, which holds one of them and knows how many services there are."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.items, answer.size)
        self.answer = answer

    @cached_property
    def count(self) -> int:
        return self.answer.total

    def page(self, number: Any) -> Any:
        return Page(self.answer.items, self.validate_number(number), self)


def _situation(request: HttpRequest, form: FinderForm) -> Situation | HttpResponse:
    """The question that the form asks; else the form again, with what to change."""
    if not form.is_valid():
        return _questions(request, form)
    try:
        situation = rounded(criteria.read(form.parameters))
    except DomainError as error:
        return _questions(request, _refused(form, error))
    if not form.typed_place:
        return situation
    meant = place_meant(form.typed_place)
    if meant.place is None:
        return _which_place(request, form, situation, meant)
    if meant.instead:
        said = _("Cette rue ne se trouve pas d’ici : la recherche part de %(town)s.")
        messages.warning(request, said % {"town": meant.place.nom})
    return placed(situation, meant.place)


def _at_territory(request: HttpRequest, situation: Situation) -> Situation:
    """Under a banner, the same question asked from its territory when it names no place."""
    if situation.lon is not None or situation.commune:
        return situation
    default = default_commune(request)
    return replace(situation, commune=default[0]) if default else situation


def _from_territory(request: HttpRequest, form: FinderForm) -> FinderForm:
    """Under a banner, the questions with its main commune already written, to keep or to change."""
    default = default_commune(request)
    if default is None:
        return form
    code, nom = default
    return FinderForm(fields(Situation(commune=code), Whereabouts(commune=code, nom=nom)))


def _which_place(request: HttpRequest, form: FinderForm, situation: Situation, meant: Meant) -> HttpResponse:
    choices = [(place, address(placed(situation, place))) for place in meant.choices]
    text = form.typed_place[:100]
    form.add_error(
        "adresse",
        _("Plusieurs lieux portent ce nom. Choisissez le vôtre.")
        if choices
        else _(
            "Nous ne connaissons pas « %(text)s ». Écrivez le nom d’une commune, un code postal, ou le nom d’un quartier."
        ) % {"text": text},
    )  # fmt: skip
    return _questions(request, form, choices=choices)


def _not_understood(form: FinderForm) -> FinderForm:
    form.add_error(
        "phrase",
        _(
            "Nous n’avons rien reconnu dans cette phrase. Dites une ville, une activité, ou répondez aux questions."
        ),
    )
    return form


def _refused(form: FinderForm, error: DomainError) -> FinderForm:
    """The form with what was refused, beside the answer to change."""
    name = getattr(error, "field", "adresse")
    form.add_error(name if name in form.fields else None, str(error))
    return form


def _is_address_of(request: HttpRequest, situation: Situation) -> bool:
    """Whether the address is the question's own; « lieu= » only says that no place is wanted."""
    asked = [(name, value) for name, values in request.GET.lists() for value in values if name != "lieu"]
    return sorted(asked) == sorted(criteria.as_parameters(situation))


def _questions(request: HttpRequest, form: FinderForm, *, choices: Any = ()) -> HttpResponse:
    context = {"form": form, "choices": choices}
    status = 422 if form.is_asked and form.errors else 200
    return render(request, "offers/questions.html", context, status=status)
