"""Every address of the site; the apps own theirs."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("compte/", include("allauth.urls")),
    path("", include("maillage.initiatives.urls")),
]
