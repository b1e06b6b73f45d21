"""Addresses of the journeys: one module a subject, all in one namespace.

Whatever asks for a login here asks for a second factor too, so that no page about people can forget to; what is open to
who holds a link or a code says so with `login_not_required`, as everywhere.
"""

from collections.abc import Iterable, Iterator

from django.urls import URLPattern, URLResolver

from maillage.accounts.second_factor import second_factor_required
from maillage.journeys.urls import answers, exports, figures, files, groups, mine, people, referrals


def _guarded(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern | URLResolver]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern) and getattr(pattern.callback, "login_required", True):
            pattern.callback = second_factor_required(pattern.callback)
        yield pattern


app_name = "journeys"
pages: list[URLPattern | URLResolver] = [
    *referrals.urlpatterns,
    *answers.urlpatterns,
    *exports.urlpatterns,
    *files.urlpatterns,
    *groups.urlpatterns,
    *people.urlpatterns,
    *mine.urlpatterns,
]
# figures tell of nobody: no second factor to read them
urlpatterns = [*_guarded(pages), *figures.urlpatterns]
