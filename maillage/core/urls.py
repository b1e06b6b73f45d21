from django.urls import path

from maillage.core import health, metrics, views

urlpatterns = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path("travaux/<uuid:key>/", views.work, name="work"),
    path("travaux/<uuid:key>/annuler/", views.cancel_work, name="cancel_work"),
    path("demo/boite-d-envoi/", views.outbox, name="demo_outbox"),
]
