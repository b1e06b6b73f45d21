"""What followers follow."""

from datetime import datetime, timedelta

from django.http import QueryDict
from django.utils.translation import gettext as _

from maillage.initiatives.models import Initiative, Phase, Public, Subscription, Theme
from maillage.initiatives.queries.criteria import Criteria, UnknownCriterion
from maillage.initiatives.queries.places import named_territories
from maillage.initiatives.queries.search import matching

AT_MOST = 50  # in one mail; the rest is behind its link


def in_words(criteria: str) -> str:
    """A search, kept as its query string, in words: « Lille · Financement »."""
    try:
        asked = Criteria.from_query(QueryDict(criteria))
    except UnknownCriterion:
        return _("toutes les initiatives")
    themes = dict(Theme.objects.values_list("code", "name"))
    parts = [f"« {asked.text} »"] if asked.text else []
    parts += named_territories(asked).values()
    parts += [themes[code] for code in asked.themes if code in themes]
    parts += [str(Public(code).label) for code in asked.publics] + [
        str(Phase(code).label) for code in asked.phases
    ]
    if asked.lon is not None:
        parts.append(_("autour d’un point"))
    if asked.zone or asked.bbox:
        parts.append(_("dans une zone choisie"))
    return " · ".join(parts) or _("toutes les initiatives")


def news(criteria: str, *, since: datetime, until: datetime) -> list[Initiative]:
    """The public initiatives of a search published after `since` and up to `until`, newest first."""
    try:
        asked = Criteria.from_query(QueryDict(criteria))
    except UnknownCriterion:  # a territory or a theme that is no longer there
        return []
    rows = matching(asked).filter(published_at__gt=since, published_at__lte=until)
    return list(rows.select_related("commune").order_by("-published_at", "pk")[:AT_MOST])


def due(at: datetime) -> list[int]:
    """The numbers of the proved subscriptions whose last digest is a day old or more. For Purpose.DIGEST."""
    rows = Subscription.objects.filter(proven_at__isnull=False, sent_until__lte=at - timedelta(hours=22))
    return list(rows.order_by("pk").values_list("pk", flat=True))
