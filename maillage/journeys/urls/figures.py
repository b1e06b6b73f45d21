"""Addresses of figures and of retention."""

from django.urls import URLPattern, URLResolver, path

from maillage.journeys.views import retention

urlpatterns: list[URLPattern | URLResolver] = [
    path("garder-mon-dossier/<str:token>/", retention.keep, name="keep-my-file"),
]
