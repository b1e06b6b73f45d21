"""Addresses of the finder."""

from django.urls import URLPattern, URLResolver, path

from maillage.offers.views import finder, take_away

app_name = "finder"
urlpatterns: list[URLPattern | URLResolver] = [
    path("trouver/", finder.finder, name="finder"),
    path("trouver/questions/", finder.questions, name="questions"),
    path("trouver/tous/", finder.everything, name="everything"),
    path("trouver/emporter.pdf", take_away.sheet, name="sheet"),
    path("trouver/par-e-mail/", take_away.mail, name="mail"),
]
