"""Addresses of organisations."""

from django.urls import path

from maillage.accounts.second_factor import second_factor_required
from maillage.organisations.views import banners, calls, claims, media, structures

app_name = "organisations"
urlpatterns = [
    path("structures/", structures.organisations, name="list"),
    path("structures/invitation/<str:token>/", structures.join, name="join"),
    path("structures/demande/<uuid:key>/", claims.prove, name="claim-prove"),
    path("structures/<slug:slug>/", structures.organisation, name="detail"),
    path("structures/<slug:slug>/modifier/", structures.edit, name="edit"),
    path("structures/<slug:slug>/logo/", structures.logo, name="change-logo"),
    path("structures/<slug:slug>/cest-ma-structure/", claims.claim, name="claim"),
    path("structures/<slug:slug>/verifier/", claims.verify, name="verify"),
    path("structures/<slug:slug>/historique/", claims.history, name="history"),
    path("structures/<slug:slug>/inviter/", structures.invite, name="invite"),
    path("structures/<slug:slug>/membres/<int:membership_id>/retirer/", structures.remove, name="remove"),
    # a banner's own, under /b/<banner>/ or its host name
    path("couleurs.css", banners.colours, name="colours"),
    path("qui-sommes-nous/", banners.about, name="banner"),
    path("rappel/", calls.call_back, name="call-back"),
    path("rappel/merci/", calls.call_back_sent, name="call-back-sent"),
    path("espace/structures/", claims.queue, name="claims"),
    path("espace/structures/<int:claim_id>/", claims.answer, name="claim-answer"),
    path("espace/bannieres/", banners.workspace, name="banners"),
    path("espace/bannieres/nouvelle/", banners.new, name="banner-new"),
    path("espace/bannieres/<slug:slug>/", banners.edit, name="banner-edit"),
    path("espace/bannieres/<slug:slug>/logo/", banners.logo, name="banner-logo"),
    path("espace/bannieres/<slug:slug>/astreinte/", banners.rota, name="banner-rota"),
    path("espace/bannieres/<slug:slug>/astreinte/<int:duty_id>/", banners.end_duty, name="banner-duty"),
    path("media/logos/<path:name>", media.logo, name="logo"),
    path("espace/rappels/", second_factor_required(calls.calls), name="calls"),
    path("espace/rappels/<int:call_id>/", second_factor_required(calls.call), name="call"),
]
