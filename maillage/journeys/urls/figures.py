"""Addresses of figures and of retention."""

from django.urls import URLPattern, URLResolver, path

from maillage.journeys.views import figures, retention

urlpatterns: list[URLPattern | URLResolver] = [
    path("espace/chiffres/", figures.figures, name="figures"),
    path("espace/chiffres.csv", figures.export, {"ext": "csv"}, name="figures-csv"),
    path("espace/chiffres.xlsx", figures.export, {"ext": "xlsx"}, name="figures-xlsx"),
    path("delais/", figures.delays, name="delays"),
    path("garder-mon-dossier/<str:token>/", retention.keep, name="keep-my-file"),
]
