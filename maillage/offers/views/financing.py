"""Ways to pay for a project: all of them, and what each says to the person who answers a few questions."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from maillage.core.errors import DomainError
from maillage.offers import criteria
from maillage.offers.eligibility import judge, requirements
from maillage.offers.forms.financing import MoneyForm
from maillage.offers.queries import financing as queries
from maillage.offers.queries.finder import whereabouts
from maillage.offers.situation import Situation, Whereabouts


@login_not_required
@require_safe
def financings(request: HttpRequest) -> HttpResponse:
    """Every financing; once a question is answered, the likely ones first, each with its reasons."""
    form = MoneyForm(request.GET)
    understood = _understood(form)
    context: dict[str, Any] = {"form": form, "asked": form.is_asked and understood is not None}
    if understood is None:
        return render(
            request, "offers/financing/list.html", context | {"aids": queries.published()}, status=422
        )
    if not form.is_asked:
        return render(request, "offers/financing/list.html", context | {"aids": queries.published()})
    situation, here = understood
    verdicts = queries.eligible(situation, here, localdate())
    context |= {
        name: [row for row in verdicts if row.verdict == name] for name in ("likely", "missing", "no")
    }
    return render(
        request,
        "offers/financing/list.html",
        context
        | {"here": here, "kept": _kept(form, situation), "parameters": criteria.query_string(situation)},
    )


@login_not_required
@require_safe
def financing(request: HttpRequest, slug: str) -> HttpResponse:
    """One financing: how much, for whom, and what it says to whoever comes with answers in the address."""
    aid = queries.published_called(slug)
    if aid is None:
        raise Http404
    form = MoneyForm(request.GET)
    understood = _understood(form) if form.is_asked else None
    verdict = judge(aid, *understood, localdate()) if understood else None
    return render(
        request,
        "offers/financing/detail.html",
        {
            "aid": aid,
            "requirements": requirements(aid, localdate()),
            "zones": queries.zone_names(aid),
            "verdict": verdict,
            "parameters": criteria.query_string(understood[0]) if understood else "",
        },
    )


def _kept(form: MoneyForm, situation: Situation) -> str:
    """The position of a place that the form does not show by its name: from a link, not typed."""
    if form.data.get("adresse", "").strip():
        return ""
    return situation.commune or (f"{situation.lon},{situation.lat}" if situation.lon is not None else "")


def _understood(form: MoneyForm) -> tuple[Situation, Whereabouts] | None:
    """The situation and where it is; None when something is to be changed, which the form then says."""
    if not form.is_valid():
        return None
    try:
        situation = form.situation()
        if form.typed_place:
            place = queries.place_named(form.typed_place)
            if place is None:
                form.refuse_place()
                return None
            if place.kind == "commune":
                situation = replace(situation, commune=place.code)
            else:
                situation = replace(situation, lon=place.lon, lat=place.lat)
        return situation, whereabouts(situation)
    except DomainError as error:
        form.refuse(error)
        return None
