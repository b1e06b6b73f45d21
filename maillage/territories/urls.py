"""Addresses of the territories: tiles of the base map."""

from django.urls import URLPattern, URLResolver, path

from maillage.territories.views import tiles

app_name = "territories"
urlpatterns: list[URLPattern | URLResolver] = [
    path("tuiles/<str:layer>/<int:z>/<int:x>/<int:y>.svg", tiles.tile, name="tile"),
]
