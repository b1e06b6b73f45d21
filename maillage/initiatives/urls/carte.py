"""Addresses of the map."""

from django.urls import URLPattern, URLResolver, path

from maillage.initiatives.views import carte

urlpatterns: list[URLPattern | URLResolver] = [
    path("carte/", carte.carte, name="map"),
    path("carte/grappes.json", carte.groups, name="map-groups"),
]
