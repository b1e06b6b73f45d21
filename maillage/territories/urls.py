"""Addresses of the territories: their pages, and the tiles of the base map."""

from django.urls import URLPattern, URLResolver, path

from maillage.territories.views import pages, tiles

app_name = "territories"
urlpatterns: list[URLPattern | URLResolver] = [
    path("territoires/", pages.index, name="index"),
    path("territoires/ou-suis-je/", pages.where, name="where"),
    path("territoires/commune/<slug:code>/", pages.commune, name="commune"),
    path("territoires/epci/<slug:code>/", pages.epci, name="epci"),
    path("territoires/qpv/<int:generation>/<slug:code>/", pages.qpv, name="qpv"),
    path("tuiles/<str:layer>/<int:z>/<int:x>/<int:y>.svg", tiles.tile, name="tile"),
]
