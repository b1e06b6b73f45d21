"""The services: their list, one of them, what is new in a territory."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maillage.core.examples import marked
from maillage.core.markdown import as_html, as_text
from maillage.core.paging import conditional
from maillage.core.phones import readable_phone
from maillage.offers import access, service_sheet
from maillage.offers.models import Service
from maillage.offers.queries.areas import KINDS, area_named
from maillage.offers.queries.services import (
    Selection,
    UnknownSelection,
    count,
    latest,
    listed,
    others_of,
    service,
    was_public,
)
from maillage.offers.structured_data import script, structured_data

PER_PAGE = 20
MOST_PAGES = 500
FEED_LENGTH = 50


class CountedPaginator(Paginator):
    """A paginator that is told its total."""

    def __init__(self, rows: Any, per_page: int, total: int) -> None:
        super().__init__(rows, per_page)
        self.total = total

    @cached_property
    def count(self) -> int:
        return self.total


@login_not_required
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """`/services/`: what is on offer, by words and territory, 20 a page."""
    refused = ""
    try:
        selection = Selection.from_query(request.GET)
    except UnknownSelection as error:
        selection, refused = Selection(), str(error)
    place = request.GET.get("lieu", "").strip()[:100]
    name = selection.territory_name
    if place != name and "lieu" in request.GET:
        found = area_named(place) if place else None
        if found or not place:
            wanted = replace(selection, kind=found.kind if found else "", code=found.code if found else "")
            return redirect(_address("services:list", wanted.parameters()))
        refused = _(
            "Nous ne connaissons pas « %(place)s ». Écrivez le nom d’une commune, d’un quartier prioritaire, d’une intercommunalité ou d’un département."
        ) % {"place": place}
    page = CountedPaginator(listed(selection), PER_PAGE, count(selection)).get_page(request.GET.get("page"))
    if page.number > MOST_PAGES:
        raise Http404
    today = timezone.localdate()
    for row in page:
        row.is_doubtful = service_sheet.needs_confirming(row, today)
    context = {
        "page": page,
        "selection": selection,
        "place": place or name,
        "territories": [(kind, selection.code if kind == selection.kind else "") for kind in KINDS],
        "place_name": name,
        "refused": refused,
        "feed": _address("services:atom", selection.parameters()),
    }
    return render(request, "offers/services.html", context, status=422 if refused else 200)


@login_not_required
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """`/services/<slug>/`: 410 with an explanation when it was withdrawn, or left its source."""
    found = service(slug)
    edits = found is not None and access.may_edit(request.user, found)
    if found is None or (found.status == Service.Status.DRAFT and not edits):
        if found is None and was_public(slug):
            return render(request, "offers/service_gone.html", {"service": None}, status=410)
        raise Http404
    if not access.is_public(found) and not edits:
        return render(request, "offers/service_gone.html", {"service": found}, status=410)
    now = timezone.localtime()
    week = service_sheet.usual_week(found, now.date())
    url = settings.BASE_URL + reverse("services:page", args=[slug])
    context: dict[str, Any] = {
        "service": found,
        "body": as_html(found.description),
        "summary": as_text(found.description, 200),
        "edits": edits,
        "is_public": access.is_public(found),
        "known_on": service_sheet.known_on(found),
        "doubtful": service_sheet.needs_confirming(found, now.date()),
        "week": week,
        "open_now": service_sheet.open_now(found, now),
        "receptions": service_sheet.receptions(found, now),
        "for_whom": service_sheet.for_whom(found),
        "why_call": service_sheet.why_call(found),
        "themes": service_sheet.themes(found),
        "address": service_sheet.address_lines(found),
        "others": others_of(found),
        "phone": readable_phone(found.telephone),
        "ask_link": service_sheet.safe_link(found.lien_mobilisation),
        "source_link": service_sheet.safe_link(found.lien_source),
        "dialled": found.telephone.replace(" ", ""),
        "canonical": url,
        "structured_data": script(structured_data(found, url, settings.BASE_URL, week)),
    }
    return render(request, "offers/service.html", context)


@login_not_required
@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    """`/services/nouveautes.atom`: the services that came last in a territory."""
    selection = Selection.from_query(request.GET)
    rows = list(latest(selection, limit=FEED_LENGTH))
    newest = max((row.updated_at for row in rows), default=None)
    return conditional(
        request,
        (request.get_full_path(), newest, len(rows)),
        lambda: _feed(selection, rows, newest),
    )


def _feed(selection: Selection, rows: list[Service], newest: datetime | None) -> HttpResponse:
    about = ", ".join(word for word in (selection.text, selection.territory_name) if word)
    feed = Feed(
        title=_("Nouveaux services : %(about)s") % {"about": about} if about else _("Nouveaux services"),
        link=settings.BASE_URL + _address("services:list", selection.parameters()),
        feed_url=settings.BASE_URL + _address("services:atom", selection.parameters()),
        description="",
        language="fr",
        author_name="Maillage",
    )
    feed.newest = newest
    for row in rows:
        town = row.commune.nom if row.commune else ""
        feed.add_item(
            title=_readable(marked(f"{row.nom} ({town})" if town else row.nom, row.is_example)),
            link=settings.BASE_URL + reverse("services:page", args=[row.slug]),
            # the key never changes, an address may
            unique_id=f"tag:{settings.BASE_URL.split('//', 1)[1]},2026:service:{row.pk}",
            description=_readable(as_text(row.description, 400)),
            author_name=_readable(row.structure.name),
            pubdate=row.created_at,
            updateddate=row.updated_at,
        )
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    feed.write(response, "utf-8")
    return response


class Feed(Atom1Feed):
    """Atom whose « updated » is the selection's latest change."""

    newest: datetime | None = None

    def latest_post_date(self) -> datetime:
        return self.newest or timezone.make_aware(datetime(2026, 1, 1))  # noqa: DTZ001


def _address(name: str, parameters: list[tuple[str, str]]) -> str:
    query = urlencode(parameters)
    return reverse(name) + (f"?{query}" if query else "")


def _readable(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(c for c in text if c >= " " or c in "\t\n\r")
