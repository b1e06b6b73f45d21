"""Addresses for finding and reading: list, fiche, exports, embed. `<slug>` comes last."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
