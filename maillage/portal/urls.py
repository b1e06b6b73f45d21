from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import views as sitemaps
from django.urls import path

from maillage.portal import views
from maillage.portal.sitemaps import SITEMAPS

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("espace/", views.workspace, name="workspace"),
    path("aide/", views.page("help"), name="help"),
    path("a-propos/", views.page("about"), name="about"),
    path("accessibilite/", views.page("accessibility"), name="accessibility"),
    path("donnees-personnelles/", views.page("privacy"), name="privacy"),
    path("mentions-legales/", views.page("legal"), name="legal"),
    path("code-source/", views.page("source"), name="source"),
    path("code-source/maillage.tar.gz", views.source_archive, name="source_archive"),
    path("robots.txt", views.robots, name="robots"),
    path(
        "sitemap.xml",
        login_not_required(sitemaps.index),
        {"sitemaps": SITEMAPS, "sitemap_url_name": "portal:sitemap"},
        name="sitemaps",
    ),
    path(
        "sitemap-<section>.xml", login_not_required(sitemaps.sitemap), {"sitemaps": SITEMAPS}, name="sitemap"
    ),
    path(".well-known/security.txt", views.security, name="security"),
]
