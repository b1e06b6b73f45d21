"""Addresses of what leaves the software about people."""

from django.urls import URLPattern, URLResolver, path

from maillage.journeys.views import export

urlpatterns: list[URLPattern | URLResolver] = [
    path("espace/personnes/exporter/", export.people, name="people-export"),
]
