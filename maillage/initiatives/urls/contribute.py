"""Addresses for taking part: propose, correct, edit, moderate, follow."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
