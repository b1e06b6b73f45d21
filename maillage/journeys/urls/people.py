"""Addresses about people: someone new, corrections, the link by which they agree."""

from django.urls import URLPattern, URLResolver, path

from maillage.journeys.views import consents, people

urlpatterns: list[URLPattern | URLResolver] = [
    path("espace/personnes/nouvelle/", people.new_person, name="person-new"),
    path("espace/personnes/<int:person_id>/corriger/", people.correct, name="person-correct"),
    path("espace/personnes/<int:person_id>/reunir/", people.merge, name="person-merge"),
    path("accord/<str:token>/", consents.agree, name="agree"),
]
