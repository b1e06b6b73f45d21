"""Every address of the site; the apps own theirs."""

from django.urls import URLPattern, URLResolver, include, path

from maillage.config import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("compte/", include("allauth.urls")),
    *api.urls(),
    path("", include("maillage.initiatives.urls")),
]
