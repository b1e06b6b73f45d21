"""Addresses of the services. Fixed words come before `<slug>`."""

from django.urls import URLPattern, URLResolver, path

from maillage.offers.views import keeping, quality, reports, services

app_name = "services"
urlpatterns: list[URLPattern | URLResolver] = [
    path("services/", services.services, name="list"),
    path("services/nouveautes.atom", services.atom, name="atom"),
    path("services/a-jour/<str:what>/<str:token>/", keeping.fresh, name="fresh"),
    path("services/signalement/<uuid:key>/", reports.reported, name="reported"),
    path("services/signalement/<int:report_id>/repondre/", reports.answer, name="answer-report"),
    path("services/<slug:slug>/", services.page, name="page"),
    path("services/<slug:slug>/signaler/", reports.report, name="report"),
    path("services/<slug:slug>/modifier/", keeping.edit, name="edit"),
    path("services/<slug:slug>/publier/", keeping.publish, name="publish"),
    path("services/<slug:slug>/retirer/", keeping.withdraw, name="withdraw"),
    path("services/<slug:slug>/confirmer/", keeping.confirm, name="confirm"),
    path("structures/<slug:slug>/services/nouveau/", keeping.create, name="create"),
    path("espace/services/", keeping.workspace, name="workspace"),
    path("espace/moderation/services/", quality.quality, name="quality"),
]
