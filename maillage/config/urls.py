"""Every address of the site; the apps own theirs."""

from django.urls import URLPattern, URLResolver, include, path

from maillage.config import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("compte/", include("maillage.accounts.urls")),
    *api.urls(),
    path("", include("maillage.core.urls")),
    path(
        "", include("maillage.organisations.urls")
    ),  # before: it has folders of its own under media/ and espace/
    path("", include("maillage.journeys.urls")),
    path("", include("maillage.initiatives.urls")),
    path("", include("maillage.offers.urls.finder")),
    path("", include("maillage.offers.urls.services")),
    path("", include("maillage.offers.urls.financing")),
    path("", include("maillage.portal.urls")),
    path("", include("maillage.territories.urls")),
    path("", include("maillage.ui.urls")),
]

handler400 = "maillage.ui.errors.bad_request"
handler403 = "maillage.ui.errors.forbidden"
handler404 = "maillage.ui.errors.not_found"
handler429 = "maillage.ui.errors.too_many"  # allauth's
handler500 = "maillage.ui.errors.server_error"
