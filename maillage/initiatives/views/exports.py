"""The selection as files and as a feed; the addresses take the parameters of the list."""

from collections.abc import Iterator
from datetime import datetime, time
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from maillage.core.acting import acting_as
from maillage.core.paging import conditional
from maillage.initiatives.exports import FORMATS
from maillage.initiatives.exports.records import address, marked_title
from maillage.initiatives.models import Theme
from maillage.initiatives.queries.places import named_territories
from maillage.initiatives.queries.search import Criteria, exported, find, matching

FEED_LENGTH = 50


@login_not_required
@require_safe
def export(request: HttpRequest, extension: str) -> StreamingHttpResponse:
    """`/initiatives/export.<format>`: the whole selection, whatever its page."""
    if extension not in FORMATS:
        raise Http404
    write, content_type = FORMATS[extension]
    criteria = Criteria.from_query(request.GET)
    user_id = request.user.pk

    def chunks() -> Iterator[bytes]:
        # the request's transaction is over when the server reads this
        with acting_as(user_id, read_only=True):
            yield from write(exported(criteria))

    response = StreamingHttpResponse(chunks(), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="initiatives.{extension}"'
    return response


@login_not_required
@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    """`/initiatives/atom.xml`: the latest fiches of the selection, published or changed."""
    criteria = Criteria.from_query(request.GET)
    state = matching(criteria).aggregate(total=Count("pk"), latest=Max("updated_at"))
    latest = state["latest"]
    return conditional(
        request, (request.get_full_path(), state["total"], latest), lambda: _feed(criteria, latest)
    )


def _feed(criteria: Criteria, latest: datetime | None) -> HttpResponse:
    themes = dict(Theme.objects.values_list("code", "name"))
    words = [criteria.text, *named_territories(criteria).values(), *(themes[c] for c in criteria.themes)]
    about = ", ".join(word for word in words if word)
    query = criteria.to_query()
    feed = Feed(
        title=_("Initiatives : %(about)s") % {"about": about} if about else _("Initiatives"),
        link=settings.BASE_URL + reverse("initiatives:list") + (f"?{query}" if query else ""),
        feed_url=settings.BASE_URL + reverse("initiatives:atom") + (f"?{query}" if query else ""),
        description="",
        language="fr",
        author_name="Maillage",
    )
    for row in find(criteria).order_by("-updated_at", "pk")[:FEED_LENGTH]:
        feed.add_item(
            title=_readable(marked_title(row)),
            link=address(row),
            # the key never changes, an address may
            unique_id=f"tag:{urlsplit(settings.BASE_URL).hostname},2026:initiative:{row.pk}",
            # Django says that it is HTML
            description=escape(_readable(row.summary)),
            pubdate=row.published_at,
            updateddate=row.updated_at,
            categories=[themes[code] for code in row.themes if code in themes],
            author_name=_readable(row.author_name) or None,
            item_copyright=str(row.get_licence_display()),
            point=row.point,
        )
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    feed.latest = latest
    feed.write(response, "utf-8")
    return response


class Feed(Atom1Feed):
    """Atom with GeoRSS positions; « updated » is the selection's latest change."""

    latest: datetime | None = None

    def latest_post_date(self) -> datetime:
        return self.latest or timezone.make_aware(datetime.combine(datetime(2026, 1, 1), time()))  # noqa: DTZ001

    def root_attributes(self) -> dict[str, str]:
        return {**super().root_attributes(), "xmlns:georss": "http://www.georss.org/georss"}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, object]) -> None:
        super().add_item_elements(handler, item)
        if point := item.get("point"):
            handler.addQuickElement("georss:point", f"{point.y} {point.x}")  # type: ignore[attr-defined]


def _readable(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(c for c in text if c >= " " or c in "\t\n\r")
