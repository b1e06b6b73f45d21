"""Addresses of the journeys: one module a subject, all in one namespace."""

from django.urls import URLPattern, URLResolver

from maillage.journeys.urls import answers, referrals

app_name = "journeys"
urlpatterns: list[URLPattern | URLResolver] = [*referrals.urlpatterns, *answers.urlpatterns]
