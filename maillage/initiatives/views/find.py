"""The list of initiatives; `/carte/` is the same search in another dress."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maillage.initiatives.models import Initiative, Phase, Public, Theme
from maillage.initiatives.queries.criteria import RADIUS_DEFAULT_M, TERRITORIES
from maillage.initiatives.queries.places import bound_to, named_territories
from maillage.initiatives.queries.search import (
    Criteria,
    Facets,
    UnknownCriterion,
    facets,
    find_part,
    matching,
)
from maillage.territories.queries import place_meant
from maillage.ui.rendering import render_page

PER_PAGE = 20
SUGGESTIONS = 4
# the parameters of the place field, which a place chosen by its name replaces together
PLACE_PARAMETERS = (*TERRITORIES, "lon", "lat", "zone", "bbox")
RADII_M = (5_000, 10_000, RADIUS_DEFAULT_M, 50_000, 100_000)


@login_not_required
@require_safe
def initiatives(request: HttpRequest) -> HttpResponse:
    """`/initiatives/`: what answers the search, 20 a page, readable without JavaScript."""
    return results_page(request, "initiatives/list.html")


def results_page(
    request: HttpRequest,
    template: str,
    whole: Callable[[Criteria, dict[str, Theme]], dict[str, Any]] | None = None,
) -> HttpResponse:
    """The search and its results in the dress of `template`; htmx gets the results alone, with the canonical address.

    `whole` gives what the template needs beside the results.
    """
    context = results_context(request)
    criteria: Criteria = context["criteria"]
    address = f"{request.path}?{criteria.to_query()}".rstrip("?")
    htmx = request.htmx  # type: ignore[attr-defined]
    if context["place_found"] and not htmx:
        return redirect(address)
    if whole and (not htmx or htmx.history_restore_request):
        context |= whole(criteria, context["themes"])
    response = render_page(request, template, "initiatives/_part.html", context)
    if context["refused"]:
        response.status_code = 422
    else:
        # asking the same again is no step to go back over
        response["HX-Push-Url"] = "false" if _asks(htmx.current_url, criteria) else address
    return response


def _asks(address: str | None, criteria: Criteria) -> bool:
    """Whether the address in the browser asks this very search, whatever the view of its map."""
    if address is None:
        return False
    asked = [pair for pair in parse_qsl(urlsplit(address).query) if pair[0] != "vue"]
    return asked == criteria.parameters()


def results_context(request: HttpRequest) -> dict[str, Any]:
    """What the search form (`_search.html`) and its results (`_results.html`) need, for the list and the map alike.

    criteria, themes (by code), query (its address), page (initiatives with `theme_rows`, perhaps `distance`), total, facets, panels,
    chips, sorts, radii, places and place_text (of the place field), suggestions (when nothing answers) and `refused`: why
    an address could not be understood; everything is shown then.
    """
    refused = ""
    try:
        criteria = Criteria.from_query(request.GET)
    except UnknownCriterion as error:
        criteria, refused = Criteria(), str(error)
    typed = request.GET.get("lieu")
    names = named_territories(criteria)
    criteria, choices, unknown, found = _with_named_place(
        criteria,
        {*names.values(), request.GET.get("choisi", "")} - {""},
        None if typed is None else typed.strip(),
    )
    if found:
        names = named_territories(criteria)
    themes = {theme.code: theme for theme in Theme.objects.all()}
    counted = facets(criteria)
    page = FoundPaginator(criteria, PER_PAGE, counted.total).get_page(criteria.page)
    for row in page:
        row.theme_rows = [themes[code] for code in row.themes if code in themes]
    chips = _chips(criteria, names, themes)
    asked = dict(criteria.parameters())
    return {
        "criteria": criteria,
        "themes": themes,
        "query": criteria.with_(page=1).to_query(),
        "page": page,
        "total": counted.total,
        "facets": counted,
        "panels": _panels(criteria, counted, themes),
        "chips": chips,
        "sorts": [{"code": code, "label": _sort_label(code)} for code in criteria.sorts],
        "radii": _radii(criteria),
        "places": [(name, asked.get(name, "")) for name in PLACE_PARAMETERS],
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
    criteria: Criteria, in_force: set[str], text: str | None
) -> tuple[Criteria, list[dict[str, str]], str, bool]:
    """The search bound to the place that `text` names, or what it may mean.

    `in_force` are the names of the places that the search already has: the field shows them, so that their own name asks
    for nothing new and an emptied field takes them away.
    """
    if text is None or text in in_force:
        return criteria, [], "", False
    if not text:
        return criteria.without(*TERRITORIES), [], "", criteria != criteria.without(*TERRITORIES)
    meant = place_meant(text, epci=True)
    if meant.place:
        return bound_to(criteria, meant.place), [], "", True
    choices = [
        {
            "href": f"?{bound_to(criteria, place).to_query()}",
            "label": f"{place.nom}, {place.context}" if place.context else place.nom,
        }
        for place in meant.choices
    ]
    return criteria, choices, "" if choices else text[:100], False


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
        label = _("à moins de %(distance)s") % {"distance": _kilometres(criteria.radius_m)}
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


def _radii(criteria: Criteria) -> list[tuple[str, str, bool]]:
    """Kilometres, words and whether it is in force, for each radius around the point of the search; none without one."""
    if not criteria.radius_m:
        return []
    return [
        (f"{metres / 1000:g}", _kilometres(metres), metres == criteria.radius_m)
        for metres in sorted({*RADII_M, criteria.radius_m})
    ]


def _kilometres(metres: int) -> str:
    return _("%(n)s km") % {"n": f"{metres / 1000:g}".replace(".", ",")}


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
