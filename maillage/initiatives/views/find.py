"""The list of initiatives; `/carte/` is the same search in another dress."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maillage.initiatives.models import Initiative, Phase, Public, Theme
from maillage.initiatives.queries.criteria import PLACES, TERRITORIES
from maillage.initiatives.queries.places import named_territories, places_named
from maillage.initiatives.queries.search import (
    Criteria,
    Facets,
    UnknownCriterion,
    facets,
    find_part,
    matching,
)
from maillage.ui.rendering import render_page

PER_PAGE = 20
SUGGESTIONS = 4


@login_not_required
@require_safe
def initiatives(request: HttpRequest) -> HttpResponse:
    """`/initiatives/`: what answers the search, 20 a page, readable without JavaScript."""
    return results_page(request, "initiatives/list.html")


def results_page(request: HttpRequest, template: str) -> HttpResponse:
    """The search and its results in the dress of `template`; htmx gets the results alone, with the canonical address."""
    context = results_context(request)
    address = f"{request.path}?{context['criteria'].to_query()}".rstrip("?")
    if context["place_found"] and not request.htmx:  # type: ignore[attr-defined]
        return redirect(address)
    response = render_page(request, template, "initiatives/_part.html", context)
    if context["refused"]:
        response.status_code = 422
    else:
        response["HX-Push-Url"] = address
    return response


def results_context(request: HttpRequest) -> dict[str, Any]:
    """What the search form (`_search.html`) and its results (`_results.html`) need, for the list and the map alike.

    criteria, query (its address), page (initiatives with `theme_rows`, perhaps `distance`), total, facets, panels,
    chips, sorts, hidden, territories and place_text (what the form carries along), suggestions (when nothing answers) and `refused`: why an
    address could not be understood; everything is shown then.
    """
    refused = ""
    try:
        criteria = Criteria.from_query(request.GET)
    except UnknownCriterion as error:
        criteria, refused = Criteria(), str(error)
    typed = request.GET.get("lieu")
    names = named_territories(criteria)
    criteria, choices, unknown, found = _with_named_place(
        criteria, names, None if typed is None else typed.strip()
    )
    if found:
        names = named_territories(criteria)
    themes = {theme.code: theme for theme in Theme.objects.all()}
    counted = facets(criteria)
    page = FoundPaginator(criteria, PER_PAGE, counted.total).get_page(criteria.page)
    for row in page:
        row.theme_rows = [themes[code] for code in row.themes if code in themes]
    chips = _chips(criteria, names, themes)
    return {
        "criteria": criteria,
        "query": criteria.with_(page=1).to_query(),
        "page": page,
        "total": counted.total,
        "facets": counted,
        "panels": _panels(criteria, counted, themes),
        "chips": chips,
        "sorts": [{"code": code, "label": _sort_label(code)} for code in criteria.sorts],
        "hidden": [
            (name, value)
            for name, value in criteria.parameters()
            if name not in {"q", "theme", "public", "phase", "tri", "page", *TERRITORIES}
        ],
        "territories": [(name, getattr(criteria, name)) for name in TERRITORIES],
        "place_text": typed if choices or unknown else next(iter(names.values()), ""),
        "suggestions": _suggestions(chips) if not counted.total else [],
        "refused": refused,
        "place_choices": choices,
        "place_unknown": unknown,
        "place_found": found,
        "export_formats": [
            ("csv", _("CSV (tableur)")),
            ("xlsx", _("XLSX (tableur)")),
            ("geojson", _("GeoJSON")),
            ("umap", _("uMap")),
        ],
    }


def _with_named_place(
    criteria: Criteria, names: dict[str, str], text: str | None
) -> tuple[Criteria, list[dict[str, str]], str, bool]:
    """The search bound to the place that `text` names (the form without JavaScript), or what it may mean.

    `names` are the places already in force: the field shows them, so that their own name asks for nothing new and an
    emptied field takes them away.
    """
    if text is None or text in names.values() or not (text or names):
        return criteria, [], "", False
    if not text:
        return criteria.without(*names), [], "", True
    places = places_named(text)
    bound = [criteria.without(*PLACES).with_(**{place.field: place.code}) for place in places]
    if len(places) == 1 or (places and places[0].exact and not places[1].exact):
        return bound[0], [], "", True
    choices = [
        {"href": f"?{target.to_query()}", "label": place.label}
        for place, target in zip(places, bound, strict=True)
    ]
    return criteria, choices, "" if places else text[:100], False


class FoundPaginator(Paginator):
    """A paginator of a search that already knows its total (the facets counted it), and reads a page at a time."""

    def __init__(self, criteria: Criteria, per_page: int, total: int) -> None:
        super().__init__((), per_page)
        self.criteria, self.total = criteria, total

    @cached_property
    def count(self) -> int:
        return self.total

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        return Page(find_part(self.criteria, start, start + self.per_page), number, self)


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in force, and the search without it."""

    label: str
    kind: str
    rest: Criteria

    @property
    def href(self) -> str:
        return f"?{self.rest.to_query()}"


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet: how many it would give."""

    value: str
    label: str
    n: int
    chosen: bool
    theme: Theme | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One facet as a list of boxes to tick."""

    parameter: str
    title: str
    options: list[Option]

    @property
    def chosen(self) -> int:
        return sum(option.chosen for option in self.options)


def _panels(criteria: Criteria, counted: Facets, themes: dict[str, Theme]) -> list[Panel]:
    return [
        Panel(
            "theme",
            _("Thèmes"),
            [
                Option(code, themes[code].name, n, code in criteria.themes, themes[code])
                for code, n in counted.themes.items()
            ],
        ),
        Panel(
            "public",
            _("Publics"),
            [
                Option(code, str(Public(code).label), n, code in criteria.publics)
                for code, n in counted.publics.items()
            ],
        ),
        Panel(
            "phase",
            _("Étapes du projet"),
            [
                Option(code, str(Phase(code).label), n, code in criteria.phases)
                for code, n in counted.phases.items()
            ],
        ),
    ]


def _chips(criteria: Criteria, names: dict[str, str], themes: dict[str, Theme]) -> list[Chip]:
    chips = []
    if criteria.text:
        chips.append(Chip(_("« %(words)s »") % {"words": criteria.text}, _("mots"), criteria.without("text")))
    for field, name in names.items():
        chips.append(Chip(name, _("lieu"), criteria.without(field)))
    if criteria.lon is not None and criteria.radius_m:
        label = _("à moins de %(n)s km") % {"n": f"{criteria.radius_m / 1000:g}".replace(".", ",")}
        chips.append(Chip(label, _("lieu"), criteria.without("around")))
    if criteria.zone:
        chips.append(Chip(_("zone dessinée"), _("lieu"), criteria.without("zone")))
    if criteria.bbox:
        chips.append(Chip(_("cadre de la carte"), _("lieu"), criteria.without("bbox")))
    labels: dict[str, dict[str, Any]] = {
        "themes": {code: theme.name for code, theme in themes.items()},
        "publics": dict(Public.choices),
        "phases": dict(Phase.choices),
    }
    kinds = {"themes": _("thème"), "publics": _("public"), "phases": _("étape")}
    for facet, words in labels.items():
        for value in getattr(criteria, facet):
            chips.append(Chip(str(words[value]), kinds[facet], criteria.toggled(facet, value)))
    return chips


def _sort_label(code: str) -> str:
    return {"pertinence": _("pertinence"), "distance": _("distance"), "date": _("date")}[code]


def _suggestions(chips: list[Chip]) -> list[tuple[Chip, int]]:
    """The filters whose removal gives something, most fruitful first: the way out of an empty page."""
    counted = [(chip, matching(chip.rest).count()) for chip in chips[:8]]
    return sorted(((c, n) for c, n in counted if n), key=lambda pair: -pair[1])[:SUGGESTIONS]


def entries(rows: Any) -> list[Initiative]:
    """Rows with their themes, as an entry shows them."""
    themes = {theme.code: theme for theme in Theme.objects.all()}
    listed = list(rows)
    for row in listed:
        row.theme_rows = [themes[code] for code in row.themes if code in themes]
    return listed
