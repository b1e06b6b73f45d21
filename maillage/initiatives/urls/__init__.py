"""Addresses of the collaborative map. Fixed words come before `<slug>`, so `contribute` comes first."""

from django.urls import URLPattern, URLResolver

from maillage.initiatives.urls import carte, contribute, find

app_name = "initiatives"
urlpatterns: list[URLPattern | URLResolver] = [*carte.urlpatterns, *contribute.urlpatterns, *find.urlpatterns]
