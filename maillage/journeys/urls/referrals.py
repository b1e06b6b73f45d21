"""Addresses of referrals: to send one, the inbox, the page of each."""

from django.urls import URLPattern, URLResolver, path

from maillage.journeys.views import inbox, refer, referral

urlpatterns: list[URLPattern | URLResolver] = [
    path("orienter/", refer.refer, name="refer"),
    path("espace/orientations/", inbox.inbox, name="inbox"),
    path("espace/orientations/ensemble/", inbox.together, name="inbox-together"),
    path("espace/orientations/<int:referral_id>/", referral.referral, name="referral"),
    path("espace/orientations/<int:referral_id>/geste/", referral.act, name="referral-act"),
    path("espace/orientations/<int:referral_id>/reorienter/", referral.pass_on, name="referral-pass-on"),
]
