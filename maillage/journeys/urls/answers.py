"""Addresses of the follow-up: a structure's answer by a link, the coordinator's list, requests of people."""

from django.urls import URLPattern, URLResolver, path

from maillage.journeys.views import answers, contact, coordination

urlpatterns: list[URLPattern | URLResolver] = [
    path("reponse/<str:token>/", answers.answer, name="answer"),
    path("reponse/<str:token>/code/", answers.code, name="answer-code"),
    path("reponse/<str:token>/geste/", answers.act, name="answer-act"),
    path("trouver/contact/<int:service_id>/", contact.contact, name="contact"),
    path("trouver/contact/envoyee/", contact.contact_sent, name="contact-sent"),
    path("espace/rappels/<int:call_id>/orienter/", contact.call, name="refer-call"),
    path("espace/coordination/", coordination.to_call, name="coordination"),
    path("espace/coordination/<int:referral_id>/", coordination.act, name="coordination-act"),
    path("espace/orientations/<int:referral_id>/liens/", coordination.revoke, name="revoke-links"),
]
