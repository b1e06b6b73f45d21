"""Addresses of organisations."""

from django.urls import path

from maillage.organisations import views

app_name = "organisations"
urlpatterns = [
    path("structures/", views.organisations, name="list"),
    path("structures/invitation/<str:token>/", views.join, name="join"),
    path("structures/<slug:slug>/", views.organisation, name="detail"),
    path("structures/<slug:slug>/modifier/", views.edit, name="edit"),
    path("structures/<slug:slug>/inviter/", views.invite, name="invite"),
    path("structures/<slug:slug>/membres/<int:membership_id>/retirer/", views.remove, name="remove"),
]
