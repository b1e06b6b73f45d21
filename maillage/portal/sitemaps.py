"""What search engines may read: the site's own pages and the public fiches."""

from datetime import datetime

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet

from maillage.initiatives.models import Initiative
from maillage.initiatives.queries.search import published
from maillage.ui.navigation import exists

PAGES = ["/", "/carte/", "/initiatives/", "/territoires/", "/initiatives/proposer/", "/aide/", "/a-propos/"]


class Pages(Sitemap):
    """The pages that stand still."""

    def items(self) -> list[str]:
        return [path for path in PAGES if exists(path)]

    def location(self, item: str) -> str:
        return item


class Initiatives(Sitemap):
    """The public fiches, with the day of their last change."""

    limit = 5000

    def items(self) -> QuerySet[Initiative]:
        return published().only("pk", "slug", "updated_at").order_by("pk")

    def location(self, item: Initiative) -> str:
        return f"/initiatives/{item.slug}/"

    def lastmod(self, item: Initiative) -> datetime:
        return item.updated_at


SITEMAPS: dict[str, type[Sitemap]] = {"pages": Pages, "initiatives": Initiatives}
