"""Addresses of the follow-up: a structure's answer by a link, the coordinator's list."""

from django.urls import URLPattern, URLResolver, path

from maillage.journeys.views import answers, coordination

urlpatterns: list[URLPattern | URLResolver] = [
    path("reponse/<str:token>/", answers.answer, name="answer"),
    path("reponse/<str:token>/code/", answers.code, name="answer-code"),
    path("reponse/<str:token>/geste/", answers.act, name="answer-act"),
    path("espace/coordination/", coordination.to_call, name="coordination"),
    path("espace/coordination/<int:referral_id>/", coordination.act, name="coordination-act"),
    path("espace/orientations/<int:referral_id>/liens/", coordination.revoke, name="revoke-links"),
]
