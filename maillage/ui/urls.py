from django.urls import path

from maillage.ui import views

app_name = "ui"
urlpatterns = [
    path("ui/", views.components, name="components"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("apparence/", views.choose_theme, name="theme"),
]
